"""Making a new sender or provider known: so many letters a day at first, and more with each step."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import Scope
from outreach.delivery.pacing import holds
from outreach.delivery.pacing.caps import Subject
from outreach.delivery.pacing.defaults import defaults
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _


@dataclass(frozen=True)
class Standing:
    """A plan and where it stands; `allowance` is None once its last step is over."""

    steps: tuple[int, ...]
    days: int
    started_at: datetime
    step: int
    allowance: int | None

    @property
    def ends_at(self) -> datetime:
        """Return when the last step is over and no cap is left of it."""
        return self.started_at + timedelta(days=self.days * len(self.steps))


def start(
    session: Session, scope: Scope, key: str, *, steps: Sequence[int] | None = None, days: int | None = None
) -> None:
    """Begin a plan now, the default one where none is given; the caller writes the audit log.

    Raises Refused for a plan that lets nothing leave.
    """
    steps = defaults().warm_up.steps if steps is None else steps
    days = defaults().warm_up.days if days is None else days
    if not steps or min(steps) < 1 or days < 1:
        raise Refused(_("A plan has steps of at least one letter a day, for at least one day each."))
    end(session, scope, key)
    session.execute(
        text("INSERT INTO warm_up (scope, key, days, steps) VALUES (:scope, :key, :days, CAST(:steps AS jsonb))"),
        {"scope": scope.value, "key": key, "days": days, "steps": json.dumps(list(steps))},
    )


def end(session: Session, scope: Scope, key: str) -> None:
    """Let no plan count any more."""
    session.execute(text("DELETE FROM warm_up WHERE scope = :scope AND key = :key"), {"scope": scope.value, "key": key})
    holds.reconsider(session, [(scope, key)])


def standing(session: Session) -> dict[Subject, Standing]:
    """Return every plan and where it stands."""
    rows = session.execute(
        text(
            """
            SELECT *, CAST(floor(extract(epoch FROM now() - started_at) / (86400 * days)) AS int) AS step
            FROM warm_up ORDER BY scope, key
            """
        )
    )
    return {
        (Scope(row.scope), row.key): Standing(
            tuple(row.steps),
            row.days,
            row.started_at,
            row.step,
            row.steps[row.step] if row.step < len(row.steps) else None,
        )
        for row in rows
    }
