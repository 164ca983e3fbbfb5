"""One row: from what stands in its cells to what a contact would hold, or to what is wrong with it.

Where a cell is empty nothing is known, and nothing is changed by it. What a column says again and again is looked at
once: of a million rows, most say the same few hundred things.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from outreach.contacts import organisations, sources
from outreach.contacts.importing import cells, mail, names, recognising
from outreach.contacts.importing.columns import Field, Mapped
from outreach.contacts.importing.faults import Fault
from outreach.contacts.importing.names import Name
from outreach.contacts.models import OrganisationKind, Sector

LONGEST: Final = 200
REMEMBERED: Final = 5_000  # values of one column; a column that says more than these forgets and begins again
_LINK: Final = re.compile(r"mailto:|https?:|://|www\.|@|[<>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Assumed:
    """What holds for every row that does not say otherwise; a language at least.

    `topics` are the keys of all topics, by each of their names.
    """

    language: str
    source: str = ""
    kind: OrganisationKind | None = None
    sector: Sector | None = None
    topics: Mapping[str, str] = field(default_factory=dict)


class Person(NamedTuple):
    """What a row says; an empty text is not known.

    `organisation_key` is how the organisation's name is compared; `tags`, and the keys of `topics`, are joined by
    commas; `said_language` is what the row itself says, `language` what holds.
    """

    email: str
    address: str
    given_name: str
    family_name: str
    native_name: str
    latin_name: str
    title: str
    said_language: str
    language: str
    organisation: str
    organisation_key: str
    kind: str
    sector: str
    country: str
    time_zone: str
    tags: str
    source: str
    topics: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not taken: what is wrong, in which field, and the value that is meant."""

    fault: Fault
    field: Field | None = None
    detail: str = ""


class Cleaner:
    """Reads the rows of one file."""

    def __init__(self, mapped: Mapped, assumed: Assumed, width: int) -> None:
        self._email = mapped.get(Field.EMAIL, -1)
        self._assumed = assumed
        # By number, because an enum's hash is made in Python each time.
        self._columns = tuple(
            (_PLACES[field], place, self._topics() if field is Field.TOPICS else _Column(field))
            for field, place in mapped.items()
            if field is not Field.EMAIL
        )
        self._confirmed = mapped.get(Field.CONFIRMED, -1)
        self._width = width
        self._blank = [""] * len(Field)
        self._names = _Remembered(_composed)
        self._spellings = _Remembered(organisations.spelling)

    def read(self, row: Sequence[str]) -> Person | Refusal:
        """Return the person in a row."""
        width = len(row)
        if width > self._width and any(row[self._width :]):
            return Refusal(Fault.TOO_MANY_CELLS)
        raw = row[self._email] if 0 <= self._email < width else ""
        address = mail.quick(raw) or _address(raw, is_right=self._is_right(row))
        if isinstance(address, Refusal):
            return address
        said = self._blank.copy()
        for number, place, column in self._columns:
            if place < width:
                value = column[row[place]]
                if value.__class__ is Refusal:
                    return value  # isinstance costs more, and this runs a million times
                said[number] = value
        full, given, family, native, latin = said[1:6]
        title, says, organisation, kind, sector = said[6:11]
        country, zone, tags, source, topics = said[11:16]
        assumed = self._assumed
        language = says or assumed.language
        name = self._names[full, given, family, native, latin, language == "zh-Hans"]
        return Person(
            address[0],
            address[1],
            name.given,
            name.family,
            name.native,
            name.latin,
            title,
            says,
            language,
            organisation,
            self._spellings[organisation] if organisation else "",
            kind or assumed.kind or "",
            sector or assumed.sector or "",
            country,
            zone,
            tags,
            source or assumed.source,
            topics,
        )

    def _is_right(self, row: Sequence[str]) -> bool:
        """Tell whether somebody has marked the address as right."""
        return 0 <= self._confirmed < len(row) and bool(row[self._confirmed].strip())

    def _topics(self) -> "_Remembered":
        known = {recognising.bare(name): key for name, key in self._assumed.topics.items()}

        def read(raw: str) -> str | Refusal:
            value = _plain(Field.TOPICS, raw)
            found = recognising.topics(value, known) if isinstance(value, str) else value
            if isinstance(found, Refusal):
                return found
            return Refusal(Fault.TOPIC, Field.TOPICS, found[:80]) if isinstance(found, str) else ",".join(found)

        return _Remembered(read)


_PLACES: Final = {field: number for number, field in enumerate(Field)}


class _Remembered(dict):  # type: ignore[type-arg] # values of one function, by what it was asked
    """A function's answers; a dictionary, because looking there is the quickest thing that Python does."""

    def __init__(self, ask: Callable[..., object]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, asked: object) -> object:
        if len(self) >= REMEMBERED:
            self.clear()
        self[asked] = answer = self._ask(asked)
        return answer


def _Column(field: Field) -> _Remembered:  # noqa: N802 - stands for a class of its own
    return _Remembered(lambda raw: _cell(field, raw))


def _composed(asked: tuple[str, str, str, str, str, bool]) -> Name:
    full, given, family, native, latin, chinese = asked
    return names.compose(full=full, given=given, family=family, native=native, latin=latin, chinese=chinese)


def _address(raw: str, *, is_right: bool) -> tuple[str, str] | Refusal:
    typed = _plain(Field.EMAIL, raw)
    if isinstance(typed, Refusal):
        return typed
    if not typed:
        return Refusal(Fault.NO_ADDRESS, Field.EMAIL)
    address = mail.read(typed)
    if address is None:
        return Refusal(Fault.ADDRESS, Field.EMAIL, typed[:80])
    meant = None if is_right else mail.mistyped(address)
    return Refusal(Fault.TYPO, Field.EMAIL, meant) if meant else (address.typed, address.normalised)


def _cell(field: Field, raw: str) -> str | Refusal:
    value = _plain(field, raw)
    if isinstance(value, Refusal) or not value:
        return value
    if field in _CLOSED:
        recognise, fault = _CLOSED[field]
        return recognise(value) or Refusal(fault, field, value[:80])
    if field is Field.SOURCE and sources.is_collected(value):
        return Refusal(Fault.HARVESTED, field, value[:80])
    if field in _WORDS and _LINK.search(value):
        return Refusal(Fault.LINK, field, value[:80])
    return ",".join(sorted(set(_tags(value)))) if field is Field.TAGS else value


def _plain(field: Field, raw: str) -> str | Refusal:
    if "\0" in raw:
        return Refusal(Fault.CONTROL, field)
    if cells.is_formula(raw):
        return Refusal(Fault.FORMULA, field, cells.tidy(raw)[:80])
    value = cells.tidy(cells.unguard(raw))
    return Refusal(Fault.TOO_LONG, field, value[:30]) if len(value) > LONGEST else value


def _tags(text: str) -> list[str]:
    return [tag for tag in (one.strip() for one in re.split("[,;、，；]", text)) if tag]


_CLOSED: Final[dict[Field, tuple[Callable[[str], str | None], Fault]]] = {
    Field.LANGUAGE: (recognising.language, Fault.LANGUAGE),
    Field.COUNTRY: (recognising.country, Fault.COUNTRY),
    Field.KIND: (recognising.kind, Fault.KIND),
    Field.SECTOR: (recognising.sector, Fault.SECTOR),
    Field.TIME_ZONE: (recognising.time_zone, Fault.TIME_ZONE),
}
_WORDS: Final = frozenset(
    {
        Field.FULL_NAME,
        Field.GIVEN_NAME,
        Field.FAMILY_NAME,
        Field.NATIVE_NAME,
        Field.LATIN_NAME,
        Field.TITLE,
        Field.ORGANISATION,
    }
)
