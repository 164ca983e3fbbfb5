"""How much may leave: the defaults, what an administrator set instead, the provider's `RATE`, and a warm-up plan."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, ClassVar, Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import Scope, Stream
from outreach.delivery.pacing import holds
from outreach.delivery.pacing.defaults import NO_LIMITS, Limits, defaults
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

Subject = tuple[Scope, str]

PORTIONS: Final = 360  # at most so many requests fill an hour or a day, rather than one for each letter
ON_THE_WAY: Final = 90  # seconds from a claim until its last letter may leave: two leases


class Window(Enum):
    """The lengths over which letters are counted, and for how many seconds a letter counts.

    An hour's and a day's letters count until the last of their request has surely left, so that no hour at the
    receiving server holds more. A second is a pace: it counts from the claim.
    """

    SECOND = 1
    HOUR = 3600 + ON_THE_WAY
    DAY = 86400 + ON_THE_WAY


# How much of an hour or a day is kept for what is more urgent, so that a newsletter never makes a release wait.
RESERVE: Final = {Stream.SYSTEM: 0.0, Stream.PRESS: 0.05, Stream.NEWSLETTER: 0.2}


@dataclass(frozen=True)
class Bucket:
    """One cap in one window."""

    scope: Scope
    key: str
    window: Window
    limit: int

    @property
    def name(self) -> str:
        """Name it, the same for every limit."""
        return f"{self.scope}:{self.key}:{self.reason}"

    @property
    def reason(self) -> str:
        """Name the column that the limit stands in."""
        return f"per_{self.window.name.lower()}"

    @property
    def pause(self) -> float:
        """Return the least seconds to wait when it is full, so that what leaves an hour leaves in portions."""
        return 0.0 if self.window is Window.SECOND else self.window.value / PORTIONS


@dataclass(frozen=True)
class AtOnce:
    """A cap on requests that are on their way at the same time."""

    scope: Scope
    key: str
    limit: int
    reason: ClassVar[str] = "at_once"
    pause: ClassVar[float] = 0.5  # until one may have ended

    @property
    def name(self) -> str:
        """Name it, the same for every limit."""
        return f"{self.scope}:{self.key}:{self.reason}"


def limits(session: Session, subjects: Collection[Subject]) -> dict[Subject, Limits]:
    """Return what counts for providers, senders and lanes at this moment. One query."""
    wanted = {"scopes": [one.value for one, _key in subjects], "keys": [key for _scope, key in subjects]}
    return {(Scope(row.scope), row.key): _effective(row) for row in session.execute(_READ, wanted)}


def buckets(found: dict[Subject, Limits], stream: Stream) -> list[Bucket]:
    """Return the windows that a letter of a stream counts in, with what this stream may fill of them."""
    return [
        Bucket(scope, key, window, _share(limit, window, stream))
        for (scope, key), one in found.items()
        for window, limit in zip(Window, (one.per_second, one.per_hour, one.per_day), strict=True)
        if limit is not None
    ]


def at_once(found: dict[Subject, Limits]) -> list[AtOnce]:
    """Return the caps on requests at the same time."""
    return [AtOnce(scope, key, one.at_once) for (scope, key), one in found.items() if one.at_once is not None]


def set_limits(session: Session, scope: Scope, key: str, new: Limits) -> None:
    """Let these caps count instead of the defaults, from now on; the caller writes the audit log.

    Raises Refused for a cap below 1: to stop a lane, halt it.
    """
    if any(one is not None and one < 1 for one in (new.per_second, new.per_hour, new.per_day, new.at_once)):
        raise Refused(_("A cap is a whole number from 1; leave it empty for no cap, or halt the lane."))
    session.execute(
        _SET,
        {
            "scope": scope.value,
            "key": key,
            "per_second": new.per_second,
            "per_hour": new.per_hour,
            "per_day": new.per_day,
            "at_once": new.at_once,
        },
    )
    holds.reconsider(session, [(scope, key)])


def reset(session: Session, scope: Scope, key: str) -> None:
    """Let the defaults count again."""
    session.execute(text("DELETE FROM cap WHERE scope = :scope AND key = :key"), {"scope": scope.value, "key": key})
    holds.reconsider(session, [(scope, key)])


def _effective(row: Any) -> Limits:
    """Overlay what an administrator set, the provider's own rate and the step of a warm-up plan; the least counts."""
    own = Limits(row.per_second, row.per_hour, row.per_day, row.at_once) if row.is_set else _default(row)
    rate = settings().rate(row.key) if row.scope == Scope.PROVIDER else None
    return replace(own, per_second=_least(own.per_second, rate), per_day=_least(own.per_day, row.allowance))


def _default(row: Any) -> Limits:
    family = defaults().lanes.get(row.key) if row.scope == Scope.LANE else None
    return family.limits if family else NO_LIMITS


def _least(one: int | None, other: int | None) -> int | None:
    known = [limit for limit in (one, other) if limit is not None]
    return min(known) if known else None


def _share(limit: int, window: Window, stream: Stream) -> int:
    return limit if window is Window.SECOND else limit - int(limit * RESERVE[stream])


_READ = text(
    """
    SELECT wanted.scope, wanted.key, cap.scope IS NOT NULL AS is_set,
        cap.per_second, cap.per_hour, cap.per_day, cap.at_once,
        CAST(warm_up.steps ->> CAST(
            greatest(0, floor(extract(epoch FROM now() - warm_up.started_at) / (86400 * warm_up.days))) AS int
        ) AS int) AS allowance
    FROM unnest(CAST(:scopes AS text[]), CAST(:keys AS text[])) AS wanted (scope, key)
    LEFT JOIN cap ON cap.scope = wanted.scope AND cap.key = wanted.key
    LEFT JOIN warm_up ON warm_up.scope = wanted.scope AND warm_up.key = wanted.key
    """
)

_SET = text(
    """
    INSERT INTO cap (scope, key, per_second, per_hour, per_day, at_once)
    VALUES (:scope, :key, :per_second, :per_hour, :per_day, :at_once)
    ON CONFLICT (scope, key) DO UPDATE SET
        per_second = excluded.per_second, per_hour = excluded.per_hour, per_day = excluded.per_day,
        at_once = excluded.at_once, changed_at = now()
    """
)
