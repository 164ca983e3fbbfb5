"""How often letters come: every one, or none until a day; releases are paused only where that is chosen too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.contacts.models import Contact
from outreach.delivery import pauses
from outreach.delivery.models import Stream
from outreach.foundation import clock
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

MONTHS: Final = (1, 3, 6)
LONGEST: Final = timedelta(days=366)  # beyond a year, leaving is the honest word
KEEP: Final = "keep"  # leave a pause as it is


@dataclass(frozen=True)
class Rhythm:
    """What holds now; `until` is the day on which letters come again, None where every letter comes."""

    until: date | None
    press: bool


def of(session: Session, contact: Contact) -> Rhythm:
    """Return how often letters come to somebody."""
    found = pauses.of_contact(session, contact.id)
    until = found.get(Stream.NEWSLETTER)
    return Rhythm(_day(until, contact) if until else None, Stream.PRESS in found)


def choices(contact: Contact) -> Mapping[int, date]:
    """Return the offered pauses: months and the day on which each would end."""
    today = _day(clock.now(), contact)
    return {months: _months_on(today, months) for months in MONTHS}


def limits(contact: Contact) -> tuple[date, date]:
    """Return the first and the last day that a pause may end on."""
    today = _day(clock.now(), contact)
    return today + timedelta(days=1), today + LONGEST


def change(session: Session, contact: Contact, chosen: str, day: str, *, press: bool) -> None:
    """Carry out what was chosen: `all`, `keep`, a number of months, or `day` with a date (ISO 8601).

    Raises Refused for what the page does not offer, and for a day that is past or more than a year ahead.
    """
    if chosen == "all":
        for stream in (Stream.NEWSLETTER, Stream.PRESS):
            pauses.end(session, contact.id, stream)
        return
    standing = pauses.of_contact(session, contact.id)
    until = standing.get(Stream.NEWSLETTER) if chosen == KEEP else _moment(_chosen(contact, chosen, day), contact)
    if until is None:
        return
    pauses.begin(session, contact.id, Stream.NEWSLETTER, until)
    if press:
        pauses.begin(session, contact.id, Stream.PRESS, until)
    else:
        pauses.end(session, contact.id, Stream.PRESS)


def _chosen(contact: Contact, chosen: str, day: str) -> date:
    if chosen.isdecimal() and int(chosen) in MONTHS:
        return choices(contact)[int(chosen)]
    if chosen != "day":
        raise Refused(_("Choose one of the rhythms on the page."))
    first, last = limits(contact)
    try:
        wanted = date.fromisoformat(day)
    except ValueError as unreadable:
        raise Refused(_("Choose the day on which letters should come again; write it as 2027-03-01.")) from unreadable
    if not first <= wanted <= last:
        raise Refused(_("A pause lasts until a day from tomorrow on, for a year at most."))
    return wanted


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):  # 31 January and a month is 28 February
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _moment(day: date, contact: Contact) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(contact.time_zone))


def _day(moment: datetime, contact: Contact) -> date:
    return moment.astimezone(ZoneInfo(contact.time_zone)).date()
