"""Moments as the JSON API writes them."""

from datetime import UTC, datetime


def text(seconds: float) -> str:
    """Write Unix seconds as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
