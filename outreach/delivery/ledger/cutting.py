"""Cutting off the part of a batch that may leave now: it becomes a batch of its own, so that its key is its own."""

from dataclasses import replace

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.pacing.granting import Asked
from outreach.foundation.tables import uuid7


def cut(session: Session, asked: Asked, letters: int) -> Asked:
    """Move what is claimed of a batch into a new one and plan the rest again; returns the attempt at the new batch.

    Nothing is cut where nothing of the batch waits any more.
    """
    if not session.execute(_WAITS, {"batch": asked.batch, "mailing": asked.mailing}).scalar_one():
        return asked
    new = uuid7()
    values = {"new": new, "batch": asked.batch, "mailing": asked.mailing, "letters": letters}
    session.execute(_OPEN, values)
    session.execute(_MOVE, values)
    session.execute(_PLAN_REST, values)
    return replace(asked, batch=new)


def put_back(session: Session, asked: Asked, *, seconds: float) -> None:
    """Plan a batch again of which nothing may leave now; it costs no attempt."""
    session.execute(_PUT_BACK, {"batch": asked.batch, "seconds": seconds})


_WAITS = text(
    "SELECT EXISTS (SELECT 1 FROM delivery WHERE mailing_id = :mailing AND batch_id = :batch AND state = 'planned')"
)

_OPEN = text(
    """
    INSERT INTO batch (
        id, mailing_id, message_id, priority, lane, turn, size, state, not_before, attempts, attempt_id, lease_until
    )
    SELECT :new, mailing_id, message_id, priority, lane, turn, :letters, state, not_before, attempts, attempt_id,
        lease_until
    FROM batch WHERE id = :batch
    """
)

_MOVE = text(
    "UPDATE delivery SET batch_id = :new WHERE mailing_id = :mailing AND batch_id = :batch AND state = 'claimed'"
)

# What left makes way for another mailing's turn.
_PLAN_REST = text(
    """
    UPDATE batch SET state = 'planned', attempt_id = NULL, lease_until = NULL, attempts = attempts - 1,
        size = greatest(size - :letters, 1), turn = turn + :letters
    WHERE id = :batch
    """
)

_PUT_BACK = text(
    """
    UPDATE batch SET state = 'planned', attempt_id = NULL, lease_until = NULL, attempts = attempts - 1,
        not_before = CASE WHEN CAST(:seconds AS double precision) > 0
            THEN now() + make_interval(secs => CAST(:seconds AS double precision)) ELSE not_before END
    WHERE id = :batch
    """
)
