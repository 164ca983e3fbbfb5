"""The calendar: a month or a week of what leaves, what left and what lifts, with the holidays of both countries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from outreach.campaigns import agenda, timing
from outreach.campaigns.agenda import Entry
from outreach.content import queries as content
from outreach.foundation import clock, locale
from outreach.foundation.settings import settings
from outreach.web.access import Db
from outreach.web.officer.page import page

router = APIRouter()

WEEK: Final = timedelta(days=7)
FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2099, 12, 31)


@dataclass(frozen=True)
class Day:
    """One day: its entries on the clock of the centre's first place, and its holidays as (country, name)."""

    day: date
    entries: tuple[Entry, ...]
    holidays: tuple[tuple[str, str], ...]
    is_outside: bool = False  # of the month that is shown


@router.get("/calendar")
def calendar(request: Request, session: Db, month: str = "", week: str = "") -> Response:
    """Show a month such as 2026-12, or a week such as 2026-W49; the month of today where neither says one."""
    today = clock.today(settings().timezones[0])
    monday = _monday(week)
    shown = monday or _first(month) or today.replace(day=1)
    start = monday or shown - timedelta(days=shown.weekday())
    end = start + WEEK
    while not monday and end < _next(shown):
        end += WEEK
    days = _days(session, start, end, month=None if monday else shown.month)
    return page(
        request,
        "agenda",
        at="calendar",
        today=today,
        by_week=monday is not None,
        heading=_week_name(monday) if monday else _month_name(shown),
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        names=_weekdays(),
        titles=_titles(session, days),
        back=_address(shown, -1, by_week=monday is not None),
        forth=_address(shown, 1, by_week=monday is not None),
        other=f"/calendar?month={shown:%Y-%m}" if monday else f"/calendar?week={_week(_within(shown, today))}",
        zone=locale.zone_name(settings().timezones[0], clock.now()),
    )


def _days(session: Session, start: date, end: date, month: int | None) -> list[Day]:
    zone = ZoneInfo(settings().timezones[0])
    entries = agenda.between(session, *(datetime.combine(one, time(), zone) for one in (start, end)))
    return [
        Day(
            day,
            tuple(one for one in entries if one.at.astimezone(zone).date() == day),
            tuple((country, name) for country in timing.countries() if (name := timing.holiday(day, country))),
            month is not None and day.month != month,
        )
        for day in (start + timedelta(days=number) for number in range((end - start).days))
    ]


def _titles(session: Session, days: list[Day]) -> dict[str, str]:
    keys = [one.piece for day in days for one in day.entries if one.piece]
    return {key: content.row(session, content.by_key(session, key)).title(locale.language()) for key in keys}


def _first(month: str) -> date | None:
    try:
        found = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


def _monday(week: str) -> date | None:
    try:
        found = date.fromisoformat(f"{week}-1") if "-W" in week else None
    except ValueError:
        return None
    return found if found and FIRST <= found <= LAST else None


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _address(shown: date, step: int, *, by_week: bool) -> str | None:
    if by_week:
        other = shown + step * WEEK
        return f"/calendar?week={_week(other)}" if FIRST <= other <= LAST else None
    other = _next(shown) if step > 0 else (shown - timedelta(days=1)).replace(day=1)
    return f"/calendar?month={other:%Y-%m}" if FIRST <= other <= LAST else None


def _week(day: date) -> str:
    year, number, _day = day.isocalendar()
    return f"{year}-W{number:02}"


def _month_name(first: date) -> str:
    pattern = "y年M月" if locale.language() == "zh-Hans" else "LLLL y"
    return format_date(first, pattern, locale=locale.locale())


def _within(first: date, today: date) -> date:
    return today if first <= today < _next(first) else first


def _week_name(monday: date) -> str:
    return f"{locale.short_date(monday)} – {locale.short_date(monday + timedelta(days=6))}"


def _weekdays() -> list[tuple[str, str]]:
    wide, short = (get_day_names(width, "stand-alone", locale.locale()) for width in ("wide", "abbreviated"))
    return [(wide[number], short[number]) for number in range(7)]
