"""The sentence that asks for an embargo, in the words and clocks of each language.

Three clocks stand in it, the reader's own first: Beijing, Sweden, UTC. Summer time ends on another day than anybody
remembers, so the times are computed, never typed.
"""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from outreach.foundation import clock, locale
from outreach.foundation.locale import gettext as _

BEIJING: Final = ZoneInfo("Asia/Shanghai")
SWEDEN: Final = ZoneInfo("Europe/Stockholm")

# Per language: the moment in full, then beside it another clock, UTC, and a clock that shows another day.
_PATTERNS: Final = {
    "sv": ("EEEE d MMMM y 'kl'. HH.mm", "'kl'. HH.mm", "HH.mm", "d MMMM 'kl'. HH.mm"),
    "zh-Hans": ("y年M月d日（EEEE）HH:mm", "HH:mm", "HH:mm", "M月d日HH:mm"),
    "en": ("EEEE, d MMMM y, HH:mm", "HH:mm", "HH:mm", "d MMMM, HH:mm"),
}


def is_on(until: datetime | None) -> bool:
    """Tell whether an embargo holds at this moment."""
    return until is not None and until > clock.now()


def sentence(until: datetime, language: str) -> str:
    """Write the request to hold the news until a moment, in one language, whichever is in use."""
    first, second = (SWEDEN, BEIJING) if language == "sv" else (BEIJING, SWEDEN)
    own, other, utc = until.astimezone(first), until.astimezone(second), until.astimezone(UTC)
    full, beside, beside_utc, other_day = _PATTERNS[language]
    with locale.use(language):
        return _(
            "EMBARGOED UNTIL %(own)s Beijing time (%(other)s in Sweden, %(utc)s UTC). "
            "Not to be published, shared or quoted before then."
        ) % {
            "own": _written(own, full),
            "other": _written(other, beside if other.date() == own.date() else other_day),
            "utc": _written(utc, beside_utc if utc.date() == own.date() else other_day),
        }


def _written(moment: datetime, pattern: str) -> str:
    # Babel would turn a moment that knows its zone into UTC.
    return format_datetime(moment.replace(tzinfo=None), pattern, locale=locale.locale())
