"""`piece.yaml` → a manuscript that has no words yet: what is the same in every language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from outreach.content import assets, values
from outreach.content.folders import ASSETS, PIECE, Folder
from outreach.content.frontmatter import read_yaml
from outreach.content.given import Given
from outreach.content.kinds import SHAPES
from outreach.content.manuscript import Manuscript, Picture, Section
from outreach.content.mistakes import choices
from outreach.content.models import BlockKind, PieceKind
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

Member = TypeVar("Member", bound=StrEnum)

FIELDS: Final = ("kind", "key", "series", "topics", "codes", "embargo_until", "published_on", "assets", "blocks")
MOST_BLOCKS: Final = 200
RESERVED: Final = frozenset({"edition", "piece"})  # their files would be taken for others


def read(folder: Folder, topics: Iterable[str]) -> Manuscript:
    """Read `piece.yaml`; `topics` are the keys that it may name. Raises Mistake."""
    label = folder.label(PIECE)
    given = Given(label, read_yaml(label, folder.text(PIECE)))
    return _PieceFile(given, folder, tuple(topics)).manuscript()


@dataclass(frozen=True, slots=True)
class _PieceFile:
    given: Given
    folder: Folder
    topics: tuple[str, ...]

    def manuscript(self) -> Manuscript:
        given = self.given
        given.only(FIELDS)
        pictures = self._pictures()
        return Manuscript(
            key=given.required("key", values.key),
            kind=given.required("kind", _member_of(PieceKind)),
            series=given.optional("series", values.line) or "",
            topics=given.each("topics", self._topic),
            codes=given.each("codes", values.code),
            embargo_until=given.optional("embargo_until", values.moment),
            published_on=given.optional("published_on", values.day),
            sections=self._sections({picture.name for picture in pictures}),
            pictures=pictures,
        )

    def _pictures(self) -> tuple[Picture, ...]:
        found: dict[str, Picture] = {}
        for given in self.given.mappings("assets"):
            given.only(("file", "rights_expire_on"))
            name = given.required("file", assets.named)
            if stem(name) in found:
                raise given.mistake(
                    "file", _("Two pictures are called “%(name)s”; rename one of them.") % {"name": stem(name)}
                )
            if f"{ASSETS}/{name}" not in self.folder.names:
                raise given.mistake(
                    "file", _("There is no picture %(name)s; put it into the folder “assets”.") % {"name": name}
                )
            expiry = given.optional("rights_expire_on", values.day)
            found[stem(name)] = Picture(name, "", "", 0, 0, expiry)
        return tuple(found.values())

    def _sections(self, pictures: set[str]) -> tuple[Section, ...]:
        found: dict[str, Section] = {}
        for given in self.given.mappings("blocks"):
            key = given.required("id", values.key)
            if key in found or key in RESERVED:
                raise given.mistake("id", _("“%(key)s” is taken; give this block another id.") % {"key": key})
            kind = given.required("kind", _member_of(BlockKind))
            given.only(("id", "kind", *SHAPES[kind].shared))
            found[key] = Section(key, kind, self._shared(given, kind, pictures))
            if len(found) > MOST_BLOCKS:
                raise given.mistake("id", _("A piece has at most 200 blocks; divide it into two."))
        return tuple(found.values())

    def _shared(self, given: Given, kind: BlockKind, pictures: set[str]) -> dict[str, str | int]:
        shape = SHAPES[kind]
        checks: dict[str, Callable[[str], str | int]] = {
            **values.SHARED,
            "topic": self._topic,
            "image": lambda name: _known_picture(name, pictures),
        }
        shared = {}
        for name in shape.shared:
            value = given.required(name, checks[name]) if name in shape.needs else given.optional(name, checks[name])
            if value is not None:
                shared[name] = value
        if "ends_at" in shared and _moment(shared["ends_at"]) < _moment(shared["starts_at"]):
            raise given.mistake("ends_at", _("This ends before it starts; correct one of the times."))
        return shared

    def _topic(self, key: str) -> str:
        if key not in self.topics:
            known = choices(self.topics) or _("none is set up yet")
            raise Refused(_("“%(key)s” is not a topic; choose among: %(known)s.") % {"key": key[:80], "known": known})
        return key


def stem(name: str) -> str:
    """Return a picture's name without its ending, which its text files share."""
    return name.rpartition(".")[0]


def _known_picture(name: str, pictures: set[str]) -> str:
    if name not in pictures:
        raise Refused(_("“%(name)s” is not listed under “assets”; list it there first.") % {"name": name[:80]})
    return name


def _moment(local: str | int) -> datetime:
    return datetime.fromisoformat(str(local))


def _member_of(kind: type[Member]) -> Callable[[str], Member]:
    def check(text: str) -> Member:
        try:
            return kind(text)
        except ValueError as unknown:
            raise Refused(
                _("“%(value)s” is not known here; choose among %(known)s.")
                % {"value": text[:80], "known": choices([one.value for one in kind])}
            ) from unknown

    return check
