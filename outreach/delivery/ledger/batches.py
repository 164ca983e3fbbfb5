"""What a batch becomes when a worker lets go of it: read from its deliveries, never from what the worker remembers."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session


def lock_mailing(session: Session, mailing: UUID) -> str:
    """Hold a mailing's state until the transaction ends and return it.

    Whoever plans deliveries again needs it: a mailing that is cancelled meanwhile must not keep a planned one.
    """
    return str(
        session.execute(
            text("SELECT state FROM mailing WHERE id = :mailing FOR NO KEY UPDATE"), {"mailing": mailing}
        ).scalar_one()
    )


def waiting(mailing_state: str) -> str:
    """Return the state of a delivery that was certainly not sent, in a mailing of that state."""
    return "cancelled" if mailing_state == "cancelled" else "planned"


def let_go(session: Session, batch: UUID, attempt: UUID | None, *, wait: float = 0, spared: bool = False) -> None:
    """End an attempt: planned again after `wait` seconds where a delivery waits, unclear where one is, else settled.

    `spared` takes the attempt back, so that it does not count against the batch's patience.
    """
    session.execute(_LET_GO, {"batch": batch, "attempt": attempt, "wait": wait, "spared": int(spared)})


_LET_GO = text(
    """
    UPDATE batch SET
        state = now_is.state,
        lease_until = NULL,
        not_before = CASE WHEN now_is.state = 'planned' THEN now() + make_interval(secs => :wait) ELSE not_before END,
        attempts = attempts - :spared
    FROM (
        SELECT CASE
            WHEN bool_or(state = 'planned') THEN 'planned'
            WHEN bool_or(state = 'ambiguous') THEN 'unclear'
            ELSE 'settled'
        END AS state
        FROM delivery
        WHERE batch_id = :batch AND mailing_id = (SELECT mailing_id FROM batch WHERE id = :batch)
    ) AS now_is
    WHERE batch.id = :batch AND batch.attempt_id = :attempt AND batch.state = 'claimed'
    """
)
