"""Charts as SVG made on the server: they print, need no script, and a table with the same figures stands beneath.

A drawing is 360 units wide with letters of 12, so that it can be read on a phone. Colours and strokes come from the
style sheet (`static/css/charts.css`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from markupsafe import Markup

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.reporting.intervals import Share

WIDTH: Final = 360
ROW: Final = 34
BAR: Final = 18
TOP: Final = 18  # room above the first bar for the words of a target
FOOT: Final = 24  # room below the last bar for the axis
VALUE: Final = 62  # room behind the longest whisker for its figure
WIDEST_LABEL: Final = 132
TICKS: Final = (0.05, 0.1, 0.2, 0.25, 0.5)


@dataclass(frozen=True)
class Bar:
    """One line of a chart. `shown` is False for a group too small to show; `series` is the key of its colour."""

    label: str
    share: Share
    shown: bool = True
    series: str | None = None
    target: float | None = None


@dataclass(frozen=True)
class _Frame:
    """Where things are: bars begin at `left`, and a share of `ceiling` reaches `left + room`."""

    left: float
    room: float
    ceiling: float
    height: float

    def x(self, share: float) -> float:
        return self.left + self.room * min(share, self.ceiling) / self.ceiling


def rates(bars: Sequence[Bar], *, title: str) -> Markup:
    """Draw shares as bars with their 95 % intervals as whiskers, each against its own target where it has one."""
    frame = _frame(bars)
    rows = Markup("").join(_row(bar, place, frame) for place, bar in enumerate(bars))
    return Markup('<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{axis}{rows}</svg>').format(
        width=WIDTH, height=frame.height + FOOT, label=_aloud(bars, title), axis=_axis(frame), rows=rows
    )


def _frame(bars: Sequence[Bar]) -> _Frame:
    left = min(WIDEST_LABEL, max((_units(bar.label) for bar in bars), default=0)) + 8
    highest = max((max(bar.share.high or 0, bar.target or 0) for bar in bars if bar.shown), default=0)
    step = _step(highest)
    ceiling = min(1.0, step * (int(highest / step - 1e-9) + 1)) if highest else step
    return _Frame(left, WIDTH - left - VALUE, ceiling, TOP + ROW * len(bars))


def _step(highest: float) -> float:
    """Choose how far apart the lines stand, so that there are about four of them."""
    return next((one for one in TICKS if highest / one <= 5), TICKS[-1])


def _axis(frame: _Frame) -> Markup:
    step = _step(frame.ceiling)
    lines = Markup("").join(_tick(number * step, frame) for number in range(1, round(frame.ceiling / step) + 1))
    return lines + Markup(
        '<path class="axis" d="M{x:.1f} {top}V{bottom}"/><text class="axis-label" x="{x:.1f}" y="{y}" '
        'text-anchor="middle">0</text>'
    ).format(x=frame.left, top=TOP - 4, bottom=frame.height, y=frame.height + 16)


def _tick(share: float, frame: _Frame) -> Markup:
    return Markup(
        '<path class="grid" d="M{x:.1f} {top}V{bottom}"/><text class="axis-label" x="{x:.1f}" y="{y}" '
        'text-anchor="middle">{words}</text>'
    ).format(x=frame.x(share), top=TOP - 4, bottom=frame.height, y=frame.height + 16, words=locale.percent(share, 0))


def _row(bar: Bar, place: int, frame: _Frame) -> Markup:
    top = TOP + ROW * place + (ROW - BAR) / 2
    base = top + BAR / 2 + 4
    label = Markup('<text x="{x:.1f}" y="{y:.1f}" text-anchor="end">{text}</text>').format(
        x=frame.left - 7, y=base, text=_shortened(bar.label)
    )
    share = bar.share
    if not bar.shown or share.point is None or share.low is None or share.high is None:
        return label + Markup('<text class="axis-label" x="{x:.1f}" y="{y:.1f}">–</text>').format(
            x=frame.left + 7, y=base
        )
    low, high, middle = frame.x(share.low), frame.x(share.high), top + BAR / 2
    whisker = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"
    return Markup(
        '<g{series}><title>{aloud}</title>{label}<rect class="bar" x="{left:.1f}" y="{top}" width="{width:.1f}" '
        'height="{bar}" rx="3"/><path class="whisker halo" d="{whisker}"/><path class="whisker" d="{whisker}"/>{target}'
        '<text class="value" x="{end:.1f}" y="{base}">{value}</text></g>'
    ).format(
        series=Markup(' data-series="{}"').format(bar.series) if bar.series else "",
        aloud=_said(bar),
        label=label,
        left=frame.left,
        top=top,
        width=frame.x(share.point) - frame.left,
        bar=BAR,
        whisker=whisker,
        target=_target(bar.target, top, frame) if bar.target else "",
        end=max(high, frame.x(bar.target or 0)) + 7,
        base=base,
        value=locale.percent(share.point),
    )


def _target(target: float, top: float, frame: _Frame) -> Markup:
    return Markup('<path class="target" d="M{x:.1f} {top}V{bottom}"/>').format(
        x=frame.x(target), top=top - 5, bottom=top + BAR + 5
    )


def _aloud(bars: Sequence[Bar], title: str) -> str:
    """Say the whole chart for who cannot see it; the table beneath has the intervals."""
    return f"{title}: {'; '.join(_said(bar) for bar in bars)}"


def _said(bar: Bar) -> str:
    share = bar.share
    if not bar.shown or share.point is None or share.low is None or share.high is None:
        return f"{bar.label}: –"
    words = f"{bar.label}: {locale.percent(share.point)} ({locale.percent(share.low)}–{locale.percent(share.high)})"
    if bar.target:
        return _("%(bar)s, target %(target)s") % {"bar": words, "target": locale.percent(bar.target, 0)}
    return words


def _units(text: str) -> float:
    return sum(12.0 if east_asian_width(one) in "WF" else 6.6 for one in text)


def _shortened(text: str) -> str:
    kept = text
    while kept and _units(kept) > WIDEST_LABEL:
        kept = kept[:-1]
    return text if kept == text else f"{kept[:-1].rstrip()}…"
