"""How well a share is known: the Wilson score interval (E. B. Wilson, JASA 22, 1927, 209-212)."""

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054  # two-sided 95 per cent


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; all None when there is nothing to divide by."""

    part: int
    whole: int
    point: float | None
    low: float | None
    high: float | None


def wilson(part: int, whole: int, z: float = Z95) -> Share:
    """Return `part` of `whole` with its interval. Raises ValueError for counts that cannot be."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is not a share")
    if whole == 0:
        return Share(part, whole, None, None, None)
    point = part / whole
    centre = point + z * z / (2 * whole)
    spread = z * sqrt(point * (1 - point) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return Share(part, whole, point, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))
