"""A change is made some people at a time; each step is one transaction and goes on where the one before ended.

People are gone through in the order of their ids, so that somebody whom the change itself takes out of the list, or
puts into it, is neither missed nor met twice.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.bulk import changes
from outreach.bulk.models import BulkChange
from outreach.consent import whom
from outreach.contacts.models import Contact
from outreach.foundation import clock, jobs
from outreach.foundation.database import keep_temporarily
from outreach.foundation.jobs import Job

WORK: Final = Job("bulk.work")
TICK: Final = Job("bulk.tick")
PEOPLE: Final = 5_000


def step(session: Session, change_id: UUID) -> bool:
    """Make the change to the next people; False when nobody is left, or another worker is at it."""
    change = session.get(BulkChange, change_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if change is None or change.finished_at is not None:
        return False
    wanted = whom.ids(session, whom.read(change.wanted)).where(col(Contact.id) <= change.until)
    if change.reached is not None:
        wanted = wanted.where(col(Contact.id) > change.reached)
    session.execute(sa.text("DROP TABLE IF EXISTS bulk_person"))
    keep_temporarily(session, "bulk_person", wanted.order_by(col(Contact.id)).limit(PEOPLE))
    number, last = session.execute(_REACHED).one()
    if number:
        change.changed += changes.make(session, change)
        change.done += number
        change.reached = last
    if number < PEOPLE:
        change.finished_at = clock.now()
    session.flush()
    session.execute(_TOUCH, {"change": change.id})
    return change.finished_at is None


def ring_for_stalled(session: Session) -> None:
    """Wake a worker for every change that nobody has gone on with for a while."""
    for change_id in session.scalars(_STALLED):
        jobs.nudge(session, WORK, str(change_id))


# PostgreSQL knows no greatest uuid before version 18; ordering does.
_REACHED: Final = sa.text(
    "SELECT (SELECT count(*) FROM bulk_person), (SELECT id FROM bulk_person ORDER BY id DESC LIMIT 1)"
)
_TOUCH: Final = sa.text("UPDATE bulk_change SET touched_at = clock_timestamp() WHERE id = :change")
_STALLED: Final = sa.text(
    "SELECT id FROM bulk_change WHERE finished_at IS NULL AND touched_at < now() - interval '15 seconds'"
)
