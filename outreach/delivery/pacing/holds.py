"""What nothing leaves for: a provider, a sender or a lane, for a while or until a person lets it go on.

A hold that is over stays, so that the next one in a row lasts longer and refusals are counted from the release on.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import HoldKind, Scope
from outreach.foundation.locale import gettext as _

# How long a lane waits when its servers say that we write too fast: minutes, then an hour, then until the next day.
PAUSES: Final = (300, 3600, 86400)
IN_A_ROW: Final = 21600  # seconds after the end of a pause in which another one is the next step

# Conditions of a query over `batch` and `mailing`. STOPPED: nothing of this batch may leave. HELD: the same, or a cap
# that it counts against is used up.
HELD: Final = """
    EXISTS (
        SELECT 1 FROM hold
        WHERE (hold.until IS NULL OR hold.until > now()) AND hold.priority <= batch.priority
            AND (hold.scope, hold.key) IN (
                ('provider', mailing.provider), ('sender', CAST(mailing.sender_id AS text)), ('lane', batch.lane)
            )
    )
"""
STOPPED: Final = HELD.replace("WHERE", "WHERE hold.kind <> 'full' AND")


@dataclass(frozen=True)
class Held:
    """A hold in force. `until` is None when a person must let it go on; `reason` is what the server or person said."""

    scope: Scope
    key: str
    kind: HoldKind
    until: datetime | None
    reason: str
    since: datetime
    priority: int

    def sentence(self) -> str:
        """Say why nothing leaves, without the time and the reason."""
        sentences = {
            HoldKind.FULL: _("What may leave in this time has left."),
            HoldKind.TOLD: _("The provider asked us to wait."),
            HoldKind.THROTTLED: _("The receiving servers say that we write too fast."),
            HoldKind.REFUSED: _("The receiving servers refuse the content of our letters."),
            HoldKind.HALTED: _("Halted by a member of staff."),
        }
        return sentences[self.kind]


def put(
    session: Session, scope: Scope, key: str, kind: HoldKind, *, seconds: float | None, reason: str, priority: int = 0
) -> None:
    """Hold something for some seconds, None for until it is released; one that lasts longer already stays."""
    session.execute(
        _PUT,
        {
            "scope": scope.value,
            "key": key,
            "kind": kind.value,
            "priority": priority,
            "seconds": seconds,
            "reason": _said(reason),
        },
    )


def throttle(session: Session, lane: str, reason: str) -> float:
    """Hold a lane because its servers want it; longer each time in a row. Returns the seconds until it goes on."""
    return float(
        session.execute(
            _THROTTLE, {"lane": lane, "reason": _said(reason), "pauses": list(PAUSES), "in_a_row": IN_A_ROW}
        ).scalar_one()
    )


def release(session: Session, scope: Scope, key: str) -> bool:
    """Let something go on whatever held it; False when nothing did."""
    released = session.execute(
        text(
            "UPDATE hold SET until = now() WHERE scope = :scope AND key = :key AND (until IS NULL OR until > now()) "
            "RETURNING kind"
        ),
        {"scope": scope.value, "key": key},
    ).all()
    return bool(released)


def reconsider(session: Session, subjects: Collection[tuple[Scope, str]]) -> None:
    """Forget that caps were used up, because they or what was counted changed."""
    session.execute(
        text(
            """
            DELETE FROM hold USING unnest(CAST(:scopes AS text[]), CAST(:keys AS text[])) AS changed (scope, key)
            WHERE hold.kind = 'full' AND hold.scope = changed.scope AND hold.key = changed.key
            """
        ),
        {"scopes": [scope.value for scope, _key in subjects], "keys": [key for _scope, key in subjects]},
    )


def room_in(session: Session) -> float | None:
    """Return the seconds until the first cap that is used up has room again, None when none is."""
    seconds = session.execute(
        text("SELECT min(extract(epoch FROM until - now())) FROM hold WHERE kind = 'full' AND until > now()")
    ).scalar()
    return float(seconds) if seconds is not None else None


def current(session: Session) -> list[Held]:
    """List what is held now, the longest first."""
    rows = session.execute(
        text(
            """
            SELECT scope, key, kind, until, reason, at, priority FROM hold
            WHERE until IS NULL OR until > now() ORDER BY until DESC NULLS FIRST, scope, key
            """
        )
    )
    return [
        Held(Scope(row.scope), row.key, HoldKind(row.kind), row.until, row.reason, row.at, row.priority) for row in rows
    ]


def _said(reason: str) -> str:
    """Keep what was said without the addresses in it: a hold outlives the letters, and is about none of them."""
    return _ADDRESS.sub("…", reason)[:500]


_ADDRESS: Final = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")

# The end is counted from the statement, not from its transaction: what is waited for may be a second away.
_PUT = text(
    """
    INSERT INTO hold (scope, key, kind, priority, until, reason, step)
    VALUES (
        :scope, :key, :kind, :priority,
        statement_timestamp() + make_interval(secs => CAST(:seconds AS double precision)), :reason, 1
    )
    ON CONFLICT (scope, key, kind, priority) DO UPDATE SET
        until = CASE WHEN hold.until IS NULL OR excluded.until IS NULL THEN NULL
            ELSE greatest(hold.until, excluded.until) END,
        reason = excluded.reason,
        at = CASE WHEN hold.until IS NULL OR hold.until > now() THEN hold.at ELSE now() END
    """
)

# While it is held, what was on its way already brings the same complaint: that is no further step.
_THROTTLE = text(
    """
    INSERT INTO hold (scope, key, kind, priority, until, reason, step)
    VALUES ('lane', :lane, 'throttled', 0, now() + make_interval(secs => (CAST(:pauses AS int[]))[1]), :reason, 1)
    ON CONFLICT (scope, key, kind, priority) DO UPDATE SET
        (step, until, at, reason) = (
            SELECT next.step,
                CASE WHEN next.is_held THEN hold.until
                    ELSE now() + make_interval(secs => (CAST(:pauses AS int[]))[next.step]) END,
                CASE WHEN next.is_held THEN hold.at ELSE now() END,
                excluded.reason
            FROM (
                SELECT hold.until > now() AS is_held,
                    CASE
                        WHEN hold.until > now() THEN hold.step
                        WHEN hold.until > now() - make_interval(secs => :in_a_row)
                            THEN least(hold.step + 1, cardinality(CAST(:pauses AS int[])))
                        ELSE 1
                    END AS step
            ) AS next
        )
    RETURNING extract(epoch FROM until - now())
    """
)
