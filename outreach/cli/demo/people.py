"""Some 480 invented subscribers, the same ones every time.

How many stand at which organisation is fixed in `places`; names, topics and dates are drawn by a seeded generator.
What became of their consent is dealt out in exact shares (`STANDINGS`), so that every reason for leaving somebody out
occurs. All addresses end in `.example` (RFC 2606 §2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from random import Random
from typing import Final

from outreach.cli.demo import names
from outreach.cli.demo.places import PLACES, ZONES, Place
from outreach.cli.demo.professions import TITLES
from outreach.delivery.models import SuppressionReason


class Standing(StrEnum):
    """What became of a person's subscription."""

    SUBSCRIBED = "subscribed"  # confirmed, may be written to on `topics`
    UNSUBSCRIBED = "unsubscribed"  # confirmed once, left at `left_at`
    PENDING = "pending"  # asked for `topics`, never confirmed
    NEVER_ASKED = "never_asked"  # came with an imported list; `topics` is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContact:
    """One invented person, names in their own script; times are UTC.

    `organisation` is a key of `data/organisations.csv`. `latin_name` is empty where the native name is in Latin
    letters. `title` is in `language`. `tracking_at` is None for a person who never agreed to being measured.
    """

    key: str
    email: str
    given_name: str
    family_name: str
    native_name: str
    latin_name: str
    title: str
    language: str
    organisation: str | None
    country: str
    time_zone: str
    source: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    standing: Standing
    asked_at: datetime | None
    confirmed_at: datetime | None
    left_at: datetime | None
    tracking_at: datetime | None
    suppressed: SuppressionReason | None


@dataclass(frozen=True, slots=True)
class Lot:
    """What is dealt to one person: standing, suppression, a mark in the address, and whether only events interest them.

    The sandbox provider lets a letter to an address with a mark bounce or be complained about.
    """

    standing: Standing = Standing.SUBSCRIBED
    suppressed: SuppressionReason | None = None
    mark: str = ""
    only_events: bool = False


STANDINGS: Final = (
    (19, Lot(Standing.UNSUBSCRIBED)),
    (14, Lot(Standing.PENDING)),
    (12, Lot(Standing.NEVER_ASKED)),
    (12, Lot(only_events=True)),
    (5, Lot(suppressed=SuppressionReason.HARD_BOUNCE)),
    (3, Lot(suppressed=SuppressionReason.COMPLAINT)),
    (2, Lot(suppressed=SuppressionReason.MANUAL)),
    (5, Lot(mark="+hard-bounce")),
    (3, Lot(mark="+soft-bounce")),
    (2, Lot(mark="+complaint")),
)
"""How many people draw which lot; everybody else is an ordinary subscriber."""

TRACKED: Final = 0.86  # share of subscribers who agree to being measured
FIRST: Final = datetime(2024, 1, 15, tzinfo=UTC)
LAST: Final = datetime(2026, 11, 14, tzinfo=UTC)

FOCUS: Final = ("labour", "environment", "anticorruption", "human_rights")
INTEREST: Final = {
    "public_administration": (3, 4, 4, 1),
    "textiles": (5, 5, 2, 1),
    "electronics": (6, 3, 2, 1),
    "machinery": (4, 4, 3, 0),
    "food": (3, 6, 2, 0),
    "retail_sourcing": (4, 3, 5, 1),
    "education": (3, 3, 3, 2),
    "civil_society": (4, 4, 1, 2),
    "trade": (3, 3, 5, 1),
    "independent": (3, 3, 2, 2),
}
"""How strongly each line of work is drawn to each of `FOCUS`."""

TAGS: Final = {
    "textiles": ("wage-guide-trial", "water-project", "course-participant"),
    "electronics": ("wage-guide-trial", "course-participant"),
    "food": ("wage-guide-trial", "study-visit-2026"),
    "education": ("student-project", "speaker"),
    "civil_society": ("water-project", "advisory-group"),
    "public_administration": ("study-visit-2026", "advisory-group"),
}
SOURCES: Final = ("sign-up form", "sign-up form", "sign-up form", "event list", "course list", "met at a fair")


def contacts() -> list[DemoContact]:
    """Return the invented people, always the same and in the same order."""
    rng = Random(2026)  # noqa: S311 - the same people every time is the point
    seats = list(_seats())
    lots = _lots(rng, len(seats))
    taken: set[str] = set()
    return [
        _person(rng, f"d{number:03}", place, language, turn, lot, taken)
        for number, (place, language, turn), lot in zip(count(1), seats, lots, strict=False)
    ]


def _seats() -> Iterator[tuple[Place, str, int]]:
    """Give every person a place, a language and a turn within the two."""
    for place in PLACES:
        for language, number in place.languages.items():
            for turn in range(number):
                yield place, language, turn


def _lots(rng: Random, size: int) -> list[Lot]:
    """Deal every lot at even distances along the row of seats, so that no organisation or language draws them all."""
    lots: dict[int, Lot] = {}
    for number, lot in STANDINGS:
        first = rng.randrange(size // number)
        for turn in range(number):
            seat = first + turn * size // number
            while seat in lots:
                seat = (seat + 1) % size
            lots[seat] = lot
    return [lots.get(seat, Lot()) for seat in range(size)]


def _person(rng: Random, key: str, place: Place, language: str, turn: int, lot: Lot, taken: set[str]) -> DemoContact:
    name = _name(rng, place, language, taken)
    country = place.countries[turn % len(place.countries)] if language == "en" and place.countries else place.country
    topics = _topics(rng, place.sector, lot)
    asked, confirmed, left = _history(rng, lot.standing)
    tracking = confirmed if lot.standing is Standing.SUBSCRIBED and rng.random() < TRACKED else None
    return DemoContact(
        key=key,
        email=_email(name, place, lot, taken),
        given_name=name.given,
        family_name=name.family,
        native_name=name.native,
        latin_name=name.latin,
        title=rng.choice(TITLES[place.sector][language]),
        language=language,
        organisation=place.organisation,
        country=country,
        time_zone=ZONES[country],
        source="imported list" if lot.standing is Standing.NEVER_ASKED else rng.choice(SOURCES),
        tags=_tags(rng, place.sector),
        topics=topics,
        standing=lot.standing,
        asked_at=asked,
        confirmed_at=confirmed,
        left_at=left,
        tracking_at=tracking,
        suppressed=lot.suppressed,
    )


def _name(rng: Random, place: Place, language: str, taken: set[str]) -> names.Name:
    """Draw a name that nobody has yet (`taken` holds names and addresses); who reads English may be from anywhere."""
    while True:
        if language == "zh-Hans" or (language == "en" and place.country == "CN" and rng.random() < 0.6):
            name = names.chinese(rng)
        elif language == "sv" or (place.country == "SE" and rng.random() < 0.25):
            name = names.swedish(rng)
        else:
            name = names.international(rng)
        if name.native not in taken:
            taken.add(name.native)
            return name


def _email(name: names.Name, place: Place, lot: Lot, taken: set[str]) -> str:
    """Spell the address; two names that sound alike are told apart by a number."""
    for number in count(1):
        address = f"{name.spelling}{number if number > 1 else ''}@{place.domain}"
        if address not in taken:
            taken.add(address)
            return address.replace("@", f"{lot.mark}@")
    raise AssertionError("numbers do not end")


def _topics(rng: Random, sector: str, lot: Lot) -> tuple[str, ...]:
    if lot.standing is Standing.NEVER_ASKED:
        return ()
    if lot.only_events:
        return ("events",)
    first = rng.choices(FOCUS, weights=INTEREST[sector])[0]
    chosen = {first, *(topic for topic in FOCUS if rng.random() < 0.35)}
    return (*(topic for topic in FOCUS if topic in chosen), *(("events",) if rng.random() < 0.45 else ()))


def _history(rng: Random, standing: Standing) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Draw when a person asked, confirmed and left."""
    if standing is Standing.NEVER_ASKED:
        return None, None, None
    if standing is Standing.PENDING:
        return _moment(rng, LAST - timedelta(days=60), LAST), None, None
    last = LAST - timedelta(days=120) if standing is Standing.UNSUBSCRIBED else LAST - timedelta(days=2)
    asked = _moment(rng, FIRST, last)
    confirmed = asked + timedelta(minutes=rng.choice((2, 3, 5, 9, 14, 40, 190, 1300)))
    left = _moment(rng, confirmed + timedelta(days=20), LAST) if standing is Standing.UNSUBSCRIBED else None
    return asked, confirmed, left


def _moment(rng: Random, first: datetime, last: datetime) -> datetime:
    """Draw a minute between two moments."""
    return first + timedelta(minutes=rng.randrange(int((last - first).total_seconds() // 60)))


def _tags(rng: Random, sector: str) -> tuple[str, ...]:
    return tuple(tag for tag in TAGS.get(sector, ("course-participant",)) if rng.random() < 0.25)
