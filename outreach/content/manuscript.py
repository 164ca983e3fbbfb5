"""A piece as one value: everything that is said, shown and linked in every language, and nothing of where it is kept.

Files are read into a manuscript and written from one; editions, completeness and approval are judged on it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from outreach.content.models import BlockKind, PieceKind
from outreach.foundation.locale import LANGUAGES

Words = Mapping[str, str]
"""Fields in one language, by name; a field without words is left out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a piece; `texts` holds alt, caption, credit and licence per language."""

    name: str
    sha256: str
    media_type: str
    width: int
    height: int
    rights_expire_on: date | None = None
    texts: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A block with its words per language; `shared` is the same in all of them (see `kinds`)."""

    key: str
    kind: BlockKind
    shared: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """A piece, whole. `editions` holds title, subject and the like per language."""

    key: str
    kind: PieceKind
    series: str = ""
    topics: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    embargo_until: datetime | None = None
    published_on: date | None = None
    editions: Mapping[str, Words] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages it has an edition in, in the product's order."""
        return tuple(language for language in LANGUAGES if language in self.editions)

    def picture(self, name: str) -> Picture | None:
        """Return the picture of that name."""
        return next((one for one in self.pictures if one.name == name), None)


def in_order(pictures: Iterable[Picture], sections: Iterable[Section]) -> tuple[Picture, ...]:
    """Return pictures in the order in which the blocks show them, then by name."""
    shown = [section.shared.get("image") for section in sections]
    return tuple(
        sorted(pictures, key=lambda one: (shown.index(one.name) if one.name in shown else len(shown), one.name))
    )


def digest(manuscript: Manuscript) -> str:
    """Return the SHA-256, in hex, of everything in a manuscript: the smallest change gives another one."""
    return _hash(asdict(manuscript))


def digest_of(manuscript: Manuscript, language: str) -> str:
    """Return the SHA-256 of the words in one language, so that a change in one does not touch the others."""
    texts = [one.texts for one in manuscript.sections] + [one.texts for one in manuscript.pictures]
    return _hash([manuscript.editions.get(language), [text.get(language) for text in texts]])


def plain(manuscript: Manuscript) -> dict[str, Any]:
    """Return a manuscript as JSON holds it."""
    found: dict[str, Any] = json.loads(_canonical(asdict(manuscript)))
    return found


def of_plain(content: Mapping[str, Any]) -> Manuscript:
    """Return the manuscript that `plain` made this of."""
    until, published = content["embargo_until"], content["published_on"]
    return Manuscript(
        key=content["key"],
        kind=PieceKind(content["kind"]),
        series=content["series"],
        topics=tuple(content["topics"]),
        codes=tuple(content["codes"]),
        embargo_until=datetime.fromisoformat(until) if until else None,
        published_on=date.fromisoformat(published) if published else None,
        editions=content["editions"],
        sections=tuple(Section(**{**one, "kind": BlockKind(one["kind"])}) for one in content["sections"]),
        pictures=tuple(
            Picture(**{**one, "rights_expire_on": _day(one["rights_expire_on"])}) for one in content["pictures"]
        ),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _hash(content: object) -> str:
    return sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
