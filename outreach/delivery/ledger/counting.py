"""How many rows an update changed: that number tells who was first."""

from typing import Any

from sqlalchemy import CursorResult


def count(result: Any) -> int:
    """Return the number of rows that a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0


def is_one(result: Any) -> bool:
    """Tell whether a statement changed exactly the one row that it was for."""
    return count(result) == 1
