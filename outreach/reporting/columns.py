"""Counts as SVG made on the server: letters hour by hour, and letters by cause. A table stands beside each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from markupsafe import Markup

from outreach.foundation import locale
from outreach.foundation.settings import settings

WIDTH: Final = 360
HEIGHT: Final = 92  # of the columns
TOP: Final = 16  # room for the greatest number
FOOT: Final = 22  # room for the hours
EVERY: Final = 6  # hours between two labels
NARROW: Final = 260  # for the bars, which stand beside something
ROW: Final = 28
BAR: Final = 14
WIDEST: Final = 128
VALUE: Final = 36


def hourly(hours: Sequence[tuple[datetime, int]], *, title: str) -> Markup:
    """Draw a column per hour, on the clock of the place named first."""
    zone = ZoneInfo(settings().timezones[0])
    most = max((number for _begins, number in hours), default=0)
    step = WIDTH / max(len(hours), 1)
    columns = Markup("").join(
        _column(place * step, step, begins.astimezone(zone), number, most)
        for place, (begins, number) in enumerate(hours)
    )
    labels = Markup("").join(
        _hour(place * step + step / 2, begins.astimezone(zone))
        for place, (begins, _number) in enumerate(hours)
        if begins.astimezone(zone).hour % EVERY == 0
    )
    return Markup(
        '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        '<path class="grid" d="M0 {top}H{width}"/><text class="axis-label" x="0" y="{above}">{most}</text>'
        '{columns}<path class="axis" d="M0 {base}H{width}"/>{labels}</svg>'
    ).format(
        width=WIDTH,
        height=TOP + HEIGHT + FOOT,
        label=f"{title}: {locale.number(sum(number for _begins, number in hours))}",
        top=TOP,
        above=TOP - 5,
        most=locale.number(most),
        columns=columns,
        base=TOP + HEIGHT,
        labels=labels,
    )


def counts(bars: Sequence[tuple[str, int, str]], *, title: str) -> Markup:
    """Draw a bar per (words, number, tone), each with its number."""
    left = min(WIDEST, max((_units(words) for words, _number, _tone in bars), default=0)) + 8
    most = max((number for _words, number, _tone in bars), default=1)
    rows = Markup("").join(
        _bar(place, words, number, tone, left, (NARROW - left - VALUE) * number / most)
        for place, (words, number, tone) in enumerate(bars)
    )
    spoken = "; ".join(f"{words}: {locale.number(number)}" for words, number, _tone in bars)
    return Markup('<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{rows}</svg>').format(
        width=NARROW, height=ROW * len(bars) + 4, label=f"{title}: {spoken}", rows=rows
    )


def _column(left: float, step: float, begins: datetime, number: int, most: int) -> Markup:
    if not number:
        return Markup("")
    tall = max(HEIGHT * number / most, 2)
    return Markup(
        '<g><title>{words}</title><rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}" '
        'rx="1.5"/></g>'
    ).format(
        words=f"{begins:%H}:00 · {locale.number(number)}",
        x=left + 1,
        y=TOP + HEIGHT - tall,
        width=step - 2,
        tall=tall,
    )


def _hour(middle: float, begins: datetime) -> Markup:
    return Markup('<text class="axis-label" x="{x:.1f}" y="{y}" text-anchor="middle">{words}</text>').format(
        x=min(max(middle, 16), WIDTH - 16), y=TOP + HEIGHT + 16, words=f"{begins:%H}:00"
    )


def _bar(place: int, words: str, number: int, tone: str, left: float, width: float) -> Markup:
    top = ROW * place + (ROW - BAR) / 2
    return Markup(
        '<g data-tone="{tone}"><text x="{x:.1f}" y="{base:.1f}" text-anchor="end">{words}</text>'
        '<rect class="bar" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{bar}" rx="3"/>'
        '<text class="value" x="{end:.1f}" y="{base:.1f}">{number}</text></g>'
    ).format(
        tone=tone,
        x=left - 7,
        base=top + BAR / 2 + 4,
        words=words,
        left=left,
        top=top,
        width=max(width, 2),
        bar=BAR,
        end=left + max(width, 2) + 7,
        number=locale.number(number),
    )


def _units(text: str) -> float:
    return sum(12.0 if east_asian_width(one) in "WF" else 6.6 for one in text)
