"""The one place that asks what time it is; tests set it with `fixed`.

What is *due* is judged by the database clock, in SQL: this clock is for evidence, tokens and pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """Return the present moment, UTC, time-zone aware."""
    return _fixed.get() or datetime.now(UTC)  # noqa: TID251 - this is the clock


def today(zone: str) -> date:
    """Return the present date in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment` (aware) within the block."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
