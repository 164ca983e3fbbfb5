"""Recipient domains as an officer watches them: what waits, what left against the caps, what is held and why.

The caller writes the audit log.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.models import HoldKind, Scope
from outreach.delivery.pacing import caps, holds
from outreach.delivery.pacing.defaults import Limits, defaults
from outreach.delivery.pacing.families import OTHERS
from outreach.delivery.pacing.holds import Held
from outreach.foundation import jobs
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _


@dataclass(frozen=True)
class Lane:
    """A family of recipient domains at this moment. Its key is empty for all domains without a lane of their own."""

    key: str
    domains: tuple[str, ...]
    waiting: int  # letters planned in running mailings
    leaving: int  # letters that workers hold right now
    left_hour: int
    left_day: int
    limits: Limits
    holds: tuple[Held, ...]  # the longest first

    @property
    def is_halted(self) -> bool:
        """Tell whether it goes on only when a person releases it."""
        return any(one.until is None for one in self.holds)


def overview(session: Session) -> list[Lane]:
    """List every lane that has letters, a cap set by an administrator or a hold; the one with most waiting first."""
    counted = {row.lane: row for row in session.execute(_COUNT)}
    held = [one for one in holds.current(session) if one.scope is Scope.LANE]
    keys = sorted({*counted, *(one.key for one in held), OTHERS})
    limits = caps.limits(session, [(Scope.LANE, key) for key in keys])
    found = [
        Lane(
            key=key,
            domains=_domains(key),
            waiting=counted[key].waiting if key in counted else 0,
            leaving=counted[key].leaving if key in counted else 0,
            left_hour=counted[key].left_hour if key in counted else 0,
            left_day=counted[key].left_day if key in counted else 0,
            limits=limits[Scope.LANE, key],
            holds=tuple(one for one in held if one.key == key),
        )
        for key in keys
    ]
    return sorted(found, key=lambda one: (-one.waiting, one.key))


def halted_elsewhere(session: Session) -> list[Held]:
    """List what holds a whole provider or sender, the longest first."""
    return [one for one in holds.current(session) if one.scope is not Scope.LANE]


def halt(session: Session, lane: str, reason: str) -> None:
    """Let nothing leave for a lane until somebody releases it; what is on its way already is let finish.

    Raises Refused for the lane of all other domains: pause the campaigns instead.
    """
    if lane == OTHERS:
        raise Refused(_("Only a lane with a name can be halted; pause the campaigns instead."))
    holds.put(session, Scope.LANE, lane, HoldKind.HALTED, seconds=None, reason=reason)


def release(session: Session, lane: str) -> None:
    """Let a lane go on, whatever held it; its caps count as before. Raises NotFound when nothing holds it."""
    if not holds.release(session, Scope.LANE, lane):
        raise NotFound(_("Nothing holds this lane."))
    jobs.nudge(session, ledger.SEND)


def _domains(key: str) -> tuple[str, ...]:
    family = defaults().lanes.get(key)
    return family.domains if family else (key,) if key else ()


_COUNT = text(
    """
    SELECT lane,
        sum(waiting) AS waiting, sum(leaving) AS leaving, sum(left_hour) AS left_hour, sum(left_day) AS left_day
    FROM (
        SELECT batch.lane,
            CASE batch.state WHEN 'planned' THEN batch.size ELSE 0 END AS waiting,
            CASE batch.state WHEN 'claimed' THEN batch.size ELSE 0 END AS leaving,
            0 AS left_hour, 0 AS left_day
        FROM batch JOIN mailing ON mailing.id = batch.mailing_id
        WHERE batch.state IN ('planned', 'claimed') AND mailing.state = 'running'
        UNION ALL
        SELECT lane, 0, 0, CASE WHEN at > now() - interval '1 hour' THEN letters ELSE 0 END, letters
        FROM departure WHERE at > now() - interval '1 day'
        UNION ALL
        SELECT key, 0, 0, 0, 0 FROM cap WHERE scope = 'lane'
    ) AS counted
    GROUP BY lane
    """
)
