"""Holding a mailing, letting it go on, and ending it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.ledger.counting import count, is_one
from outreach.delivery.pacing import turns


def pause(session: Session, mailing: UUID) -> bool:
    """Hold a running mailing; False when it is not running."""
    return _steer(session, mailing, "paused", {"running"}, None)


def resume(session: Session, mailing: UUID) -> bool:
    """Let a held mailing go on; False when it is not held."""
    if not _steer(session, mailing, "running", {"paused", "halted"}, None):
        return False
    turns.rejoin(session, mailing)
    return True


def halt(session: Session, mailing: UUID, reason: str) -> bool:
    """Stop a running mailing because something is wrong; its deliveries stay planned."""
    return _steer(session, mailing, "halted", {"running"}, reason)


def cancel(session: Session, mailing: UUID) -> int:
    """End a mailing for good; returns how many planned deliveries will never go.

    What is claimed is let finish; what of it turns out not to have been sent is cancelled then.
    """
    if not _steer(session, mailing, "cancelled", {"running", "paused", "halted"}, None):
        return 0
    # Batches first: a worker that is claiming one holds it and will want its deliveries.
    session.execute(_CLOSE, {"mailing": mailing})
    return count(
        session.execute(
            text(
                """
                UPDATE delivery SET state = 'cancelled', changed_at = now()
                WHERE mailing_id = :mailing AND state = 'planned'
                """
            ),
            {"mailing": mailing},
        )
    )


def _steer(session: Session, mailing: UUID, state: str, before: Iterable[str], reason: str | None) -> bool:
    return is_one(
        session.execute(
            text(
                "UPDATE mailing SET state = :state, reason = :reason "
                "WHERE id = :mailing AND state = ANY(CAST(:before AS text[]))"
            ),
            {"mailing": mailing, "state": state, "before": sorted(before), "reason": reason},
        )
    )


# A batch that waited for another try may hold ambiguous deliveries of an earlier one.
_CLOSE = text(
    """
    UPDATE batch SET state = CASE
        WHEN EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'ambiguous') THEN 'unclear'
        ELSE 'settled'
    END
    WHERE mailing_id = :mailing AND state = 'planned'
    """
)
