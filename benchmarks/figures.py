"""One measured figure, and repeating a measurement."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

RUNS = 3


@dataclass(frozen=True)
class Figure:
    """A value, and what was measured beside it in the same run."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None

    def line(self) -> str:
        """Write it as one line."""
        beside = f"   reference {self.reference:,.2f}   ratio {self.ratio:.3f}" if self.ratio is not None else ""
        return f"{self.name:<20} {self.value:>14,.2f} {self.unit}{beside}"


def against(name: str, unit: str, pairs: list[tuple[float, float]]) -> Figure:
    """Take the medians of (ours, reference) pairs; the ratio is the median of the pairs' own."""
    ours, beside = (median(column) for column in zip(*pairs, strict=True))
    return Figure(name, ours, unit, beside, median(one / two for one, two in pairs))


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return the seconds that one of `times` calls took, on average."""
    start = time.perf_counter()
    for _number in range(times):
        work()
    return (time.perf_counter() - start) / times
