"""Whether a moment is a good one to be read at: public holidays, weekends and nights where the readers are.

The holidays are those of the library `holidays`, which knows the working Saturdays and Sundays of China, too. They are
hints: somebody who has a reason sends all the same.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from holidays import HolidayBase

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

COUNTRIES: Final = {"Asia/Shanghai": "CN", "Europe/Stockholm": "SE"}
CATEGORIES: Final = {"CN": ("public",), "SE": ("public", "de_facto")}  # the eves on which Sweden is closed, too
MORNING: Final = 7  # o'clock
EVENING: Final = 21

_MOVED = re.compile(r"Day off \(substituted from .*\)")


def hints(moment: datetime) -> list[str]:
    """Say what speaks against a moment in each of the centre's places, in the language in use."""
    return [hint for zone in settings().timezones for hint in _hints(moment.astimezone(ZoneInfo(zone)), zone)]


def holiday(day: date, country: str) -> str | None:
    """Name the public holiday that a day is in a country, in the language in use."""
    found = _calendar(country).get(day)
    return _name(found) if found else None


def countries() -> list[str]:
    """Return the countries of the centre's places whose holidays are known."""
    return [COUNTRIES[zone] for zone in settings().timezones if zone in COUNTRIES]


def _hints(local: datetime, zone: str) -> Iterator[str]:
    country = COUNTRIES.get(zone)
    if country:
        named = holiday(local.date(), country)
        if named:
            sentences = {
                "CN": _("It is a public holiday in China: %(name)s."),
                "SE": _("It is a public holiday in Sweden: %(name)s."),
            }
            yield sentences[country] % {"name": named}
        elif not _calendar(country).is_working_day(local.date()):
            yield {"CN": _("It is the weekend in China."), "SE": _("It is the weekend in Sweden.")}[country]
    if not MORNING <= local.hour < EVENING:
        words = {"time": f"{local:%H:%M}", "zone": locale.zone_name(zone, local)}
        yield _("It is %(time)s %(zone)s then; hardly anybody reads at night.") % words


@lru_cache
def _calendar(country: str) -> HolidayBase:
    return holidays.country_holidays(country, language="en_US", categories=CATEGORIES[country])


def _name(found: str) -> str:
    first = found.split("; ")[0].removesuffix(" (observed)")
    if _MOVED.fullmatch(first):
        return _("day off in exchange for a working weekend")
    names = {
        "New Year's Day": _("New Year’s Day"),
        "Chinese New Year's Eve": _("Chinese New Year’s Eve"),
        "Chinese New Year (Spring Festival)": _("Chinese New Year"),
        "Tomb-Sweeping Day": _("Qingming"),
        "Labor Day": _("Labour Day"),
        "Dragon Boat Festival": _("Dragon Boat Festival"),
        "Mid-Autumn Festival": _("Mid-Autumn Festival"),
        "National Day": _("National Day"),
        "Epiphany": _("Epiphany"),
        "Good Friday": _("Good Friday"),
        "Easter Sunday": _("Easter Sunday"),
        "Easter Monday": _("Easter Monday"),
        "May Day": _("Labour Day"),
        "Ascension Day": _("Ascension Day"),
        "Pentecost": _("Whit Sunday"),
        "Midsummer Eve": _("Midsummer Eve"),
        "Midsummer Day": _("Midsummer Day"),
        "All Saints' Day": _("All Saints’ Day"),
        "Christmas Eve": _("Christmas Eve"),
        "Christmas Day": _("Christmas Day"),
        "Second Day of Christmas": _("Boxing Day"),
        "New Year's Eve": _("New Year’s Eve"),
    }
    return names.get(first, first)
