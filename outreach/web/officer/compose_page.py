"""A piece on the page where it is written: what stands in each pane, what it lacks, and what a block shares."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlmodel import Session

from outreach.consent import topics
from outreach.content import assets, completeness, composing, markdown_writing, prose_reading
from outreach.content.completeness import Missing
from outreach.content.kinds import EDITION_LINES, PICTURE_LINES, RICH, SHAPES, field_name, kind_name
from outreach.content.manuscript import Manuscript, Section
from outreach.content.models import BlockKind, PieceKind
from outreach.foundation import clock, locale, urls
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.foundation.settings import settings
from outreach.web.officer.choices import Options

OFFERED: Final = {
    PieceKind.ISSUE: (
        BlockKind.HEADING,
        BlockKind.TEXT,
        BlockKind.ARTICLE,
        BlockKind.IMAGE,
        BlockKind.EVENT,
        BlockKind.BUTTON,
        BlockKind.QUOTE,
        BlockKind.FACTS,
        BlockKind.DIVIDER,
        BlockKind.ABOUT,
    ),
    PieceKind.RELEASE: tuple(one for one in BlockKind if one is not BlockKind.ARTICLE),
}
# Columns that inboxes and phones show before they cut; a Chinese character takes two.
ROOM: Final = {"subject": 50, "preheader": 90}
OF_RELEASE: Final = ("subtitle", "date_line")


@dataclass(frozen=True)
class Field:
    """One field of a pane. A rich one has its HTML, and its Markdown for who has no script."""

    name: str
    label: str
    value: str
    is_rich: bool = False
    is_long: bool = False
    markdown: str = ""
    room: int = 0
    used: int = 0
    error: str = ""


@dataclass(frozen=True)
class Pane:
    """The words of one place in one language, as they are written."""

    place: str
    language: str
    mark: str
    fields: tuple[Field, ...]
    lacks: tuple[str, ...]
    problem: str = ""
    is_overtaken: bool = False
    theirs: tuple[Field, ...] = ()
    their_mark: str = ""

    @property
    def id(self) -> str:
        """Return what its parts are named by in the document."""
        place = "".join(one if one.isalnum() else "-" for one in self.place)
        return f"{place}-{self.language}"


@dataclass(frozen=True)
class Shared:
    """One value that is the same in every language, with the choices there are."""

    name: str
    label: str
    value: str
    type: str
    options: Options = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """A block, or a picture, with a pane per language."""

    key: str
    name: str
    kind: str
    panes: tuple[Pane, ...]
    shared: tuple[Shared, ...] = ()
    place: int = 0
    src: str = ""


@dataclass(frozen=True)
class Chip:
    """One language of the piece, and how many gaps it has."""

    language: str
    name: str
    gaps: int
    said: str


def columns(manuscript: Manuscript, left: str | None, right: str | None) -> tuple[str, ...]:
    """Choose the one or two languages that are written beside each other."""
    present = manuscript.languages
    own = locale.language()
    first = left if left in present else next((one for one in locale.FALLBACKS[own] if one in present), "")
    if right == "none":
        return (first,) if first else ()
    others = [one for one in present if one != first]
    second = right if right in others else next(iter(others), "")
    return tuple(one for one in (first, second) if one)


def edition_panes(manuscript: Manuscript, languages: Sequence[str]) -> tuple[Pane, ...]:
    """Return the panes of title and subject."""
    return tuple(pane(manuscript, composing.EDITION, language) for language in languages)


def cards(session: Session, manuscript: Manuscript, languages: Sequence[str]) -> list[Card]:
    """Return the blocks in their order."""
    choices = _choices(session, manuscript)
    return [
        Card(
            key=section.key,
            name=kind_name(section.kind).capitalize(),
            kind=section.kind.value,
            panes=_panes(manuscript, f"block:{section.key}", languages) if SHAPES[section.kind].fields else (),
            shared=tuple(_shared(section, name, choices) for name in SHAPES[section.kind].shared),
            place=place,
            src=_src(manuscript, str(section.shared.get("image", ""))),
        )
        for place, section in enumerate(manuscript.sections)
    ]


def pictures(manuscript: Manuscript, languages: Sequence[str]) -> list[Card]:
    """Return the pictures of the piece, with what they show in each language."""
    return [
        Card(
            key=one.name,
            name=one.name,
            kind="picture",
            panes=_panes(manuscript, f"picture:{one.name}", languages),
            src=_src(manuscript, one.name),
        )
        for one in manuscript.pictures
    ]


def chips(manuscript: Manuscript) -> list[Chip]:
    """Say per language how much is lacking."""
    found = []
    for language in manuscript.languages:
        gaps = len(completeness.gaps(manuscript, language))
        lacking = ngettext("%(number)s gap", "%(number)s gaps", gaps) % {"number": gaps}
        found.append(Chip(language, locale.NAMES[language], gaps, lacking if gaps else _("Complete")))
    return found


def pane(manuscript: Manuscript, place: str, language: str, *, names: Sequence[str] = ()) -> Pane:
    """Return one pane as it is kept; `names` are the fields it shows where these are not all."""
    words = composing.words_at(manuscript, place, language)
    shown = names or _fields_of(manuscript, place)
    return Pane(
        place=place,
        language=language,
        mark=composing.mark(words),
        fields=tuple(_field(name, words.get(name, ""), place) for name in shown),
        lacks=tuple(_lacks(manuscript, place, language)),
    )


def typed(kept: Pane, given: Mapping[str, str], *, problem: str, wrong: str, is_overtaken: bool) -> Pane:
    """Return a pane with what somebody typed and what is wrong with it: nothing typed is lost.

    Where somebody else was faster, the pane has their words beside, and its mark stays unusable until a choice is made.
    """
    fields = tuple(
        replace(
            one,
            value=given.get(one.name, one.value),
            markdown=given.get(one.name, one.markdown),
            error=problem if one.name == wrong else "",
        )
        for one in kept.fields
    )
    differs = (one for one in kept.fields if given.get(one.name, one.value) not in {one.value, one.markdown})
    theirs = tuple(differs) if is_overtaken else ()
    return replace(
        kept,
        fields=fields,
        problem=problem,
        theirs=theirs,
        is_overtaken=is_overtaken,
        mark="" if is_overtaken else kept.mark,
        their_mark=kept.mark,
    )


def offered(kind: PieceKind) -> Options:
    """Return the kinds of block that can be added."""
    return [(one.value, kind_name(one).capitalize()) for one in OFFERED[kind]]


def about(session: Session, kind: PieceKind) -> Options:
    """Return the topics that a piece of this kind can be about."""
    press = kind is PieceKind.RELEASE
    return [(one.key, topics.label(one)) for one in topics.listed(session) if (one.key == topics.PRESS) is press]


def width(text: str) -> int:
    """Count the columns that a line takes: two for what is as wide as a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _panes(manuscript: Manuscript, place: str, languages: Sequence[str]) -> tuple[Pane, ...]:
    return tuple(pane(manuscript, place, language) for language in languages)


def _fields_of(manuscript: Manuscript, place: str) -> tuple[str, ...]:
    if place != composing.EDITION:
        return PICTURE_LINES if place.startswith("picture:") else composing.fields_of(manuscript, place)
    is_release = manuscript.kind is PieceKind.RELEASE
    return tuple(one for one in EDITION_LINES if is_release or one not in OF_RELEASE)


def _field(name: str, value: str, place: str) -> Field:
    is_rich = name in RICH
    return Field(
        name=name,
        label=_label(name),
        value=value,
        is_rich=is_rich,
        is_long=name in {"text", "alt", "caption"},
        markdown=markdown_writing.write(prose_reading.from_html(value)) if is_rich and value else "",
        room=ROOM.get(name, 0) if place == composing.EDITION else 0,
        used=width(value),
    )


def _lacks(manuscript: Manuscript, place: str, language: str) -> list[str]:
    name = "" if place == composing.EDITION else place.partition(":")[2]
    return [
        field_name(gap.field)
        for gap in completeness.gaps(manuscript, language)
        if gap.block == name and _is_written(gap, manuscript, place)
    ]


def _is_written(gap: Missing, manuscript: Manuscript, place: str) -> bool:
    return gap.field in composing.fields_of(manuscript, place)


def _choices(session: Session, manuscript: Manuscript) -> dict[str, Options]:
    return {
        "image": [("", _("– none –")), *((one.name, one.name) for one in manuscript.pictures)],
        "topic": [("", _("– none –")), *about(session, manuscript.kind)],
        "level": [("2", _("large")), ("3", _("small"))],
        "time_zone": [(zone, locale.zone_name(zone, clock.now())) for zone in settings().timezones],
    }


def _shared(section: Section, name: str, choices: Mapping[str, Options]) -> Shared:
    value: Any = section.shared.get(name, "")
    options = list(choices.get(name, []))
    if options and value and str(value) not in dict(options):
        options.append((str(value), str(value)))
    kinds = {"starts_at": "datetime-local", "ends_at": "datetime-local", "url": "url"}
    return Shared(name, _label(name), str(value), kinds.get(name, "text"), options)


def _label(name: str) -> str:
    label = field_name(name)
    return label[:1].upper() + label[1:]


def _src(manuscript: Manuscript, name: str) -> str:
    picture = manuscript.picture(name) if name else None
    return urls.media(assets.served_name(picture.name, picture.sha256)) if picture else ""
