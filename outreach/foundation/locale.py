"""Languages: the three of the product, their catalogues, and dates and numbers as their readers write them.

Tags are BCP 47 (`sv`, `zh-Hans`, `en`). Catalogues are read from the `.po` files themselves, once per process.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from outreach.foundation.places import translations

LANGUAGES: Final = ("sv", "zh-Hans", "en")
NAMES: Final = {"sv": "Svenska", "zh-Hans": "中文", "en": "English"}
FALLBACKS: Final = {"sv": ("sv", "en", "zh-Hans"), "zh-Hans": ("zh-Hans", "en", "sv"), "en": ("en", "sv", "zh-Hans")}
_FORMATS: Final = {"sv": "sv", "zh-Hans": "zh_Hans", "en": "en_GB"}

_language: ContextVar[str] = ContextVar("language", default="en")


def match(tag: str | None) -> str | None:
    """Return the language that a tag means, None when it is not one of ours. Every `zh*` is `zh-Hans`."""
    primary = (tag or "").replace("_", "-").split("-")[0].strip().lower()
    return {"sv": "sv", "zh": "zh-Hans", "en": "en"}.get(primary)


def negotiate(accept_language: str | None, default: str = "en") -> str:
    """Choose a language from an Accept-Language header (RFC 9110 §12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((float(quality or 1), tag))
        except ValueError:
            continue
    for _, tag in sorted(wanted, key=lambda one: -one[0]):
        if found := match(tag):
            return found
    return default


def language() -> str:
    """Return the language in use."""
    return _language.get()


@contextmanager
def use(tag: str) -> Iterator[None]:
    """Speak a language within the block."""
    token = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(token)


def set_language(tag: str) -> None:
    """Speak a language for the rest of this context (one request, one command)."""
    _language.set(tag)


@lru_cache
def catalogue(tag: str) -> NullTranslations:
    """Read a language's catalogue; English is the source and has none."""
    file = translations() / _FORMATS[tag] / "LC_MESSAGES" / "outreach.po"
    if tag == "en" or not file.exists():
        return NullTranslations()
    binary = io.BytesIO()
    with file.open("rb") as source:
        write_mo(binary, read_po(source, locale=_FORMATS[tag]))
    binary.seek(0)
    return Translations(fp=binary)


def gettext(message: str) -> str:
    """Translate a sentence into the language in use."""
    return str(catalogue(_language.get()).ugettext(message))


def ngettext(one: str, many: str, number: int) -> str:
    """Translate a sentence that counts something."""
    return str(catalogue(_language.get()).ungettext(one, many, number))


def pgettext(context: str, message: str) -> str:
    """Translate a word whose meaning depends on its context."""
    return str(catalogue(_language.get()).upgettext(context, message))


def locale(tag: str | None = None) -> Locale:
    """Return the formatting locale of a language (British English for `en`)."""
    return Locale.parse(_FORMATS[tag or _language.get()])


def number(value: float) -> str:
    """Write a number as the reader does."""
    return format_decimal(value, locale=locale())


def percent(value: float, digits: int = 1) -> str:
    """Write a share (0 to 1) as per cent."""
    pattern = str(locale().percent_formats[None].pattern)
    exact = pattern.replace("#,##0", "#,##0." + "0" * digits) if digits else pattern
    return format_percent(value, format=exact, locale=locale())


def long_date(day: date) -> str:
    """Write a date in full, with the weekday."""
    return format_date(day, format="full", locale=locale())


def short_date(day: date) -> str:
    """Write a date for a table."""
    return format_date(day, format="medium", locale=locale())


def date_time(moment: datetime, zone: str) -> str:
    """Write a moment in a named zone: date and 24-hour time."""
    pattern = "y年M月d日 HH:mm" if language() == "zh-Hans" else "d MMM y HH:mm"
    return format_datetime(moment.astimezone(ZoneInfo(zone)), format=pattern, locale=locale())


def zone_name(zone: str, moment: datetime) -> str:
    """Name a time zone for a reader, such as Beijing time."""
    known = {"Asia/Shanghai": gettext("Beijing time"), "Europe/Stockholm": gettext("Swedish time"), "UTC": "UTC"}
    return known.get(zone) or get_timezone_name(moment.astimezone(ZoneInfo(zone)), locale=locale())
