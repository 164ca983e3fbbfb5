"""Mending batches whose worker vanished."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from outreach.delivery.interface import KEY_KNOWN
from outreach.delivery.ledger.batches import let_go, waiting
from outreach.delivery.ledger.settling import MOST_ATTEMPTS
from outreach.delivery.pacing import granting


def sweep(session: Session, *, idempotent: Collection[str]) -> int:
    """Mend batches whose worker vanished; returns how many.

    Nothing that may have been sent is planned again, unless its provider is in `idempotent` and takes the same key
    only once; and that only while the provider still knows the key.
    """
    lost = session.execute(_LOST, {"idempotent": list(idempotent), "most": MOST_ATTEMPTS}).all()
    for batch in lost:
        _mend(session, batch)
    forgotten = session.execute(_FORGOTTEN).scalars().all()
    for number in forgotten:
        _give_up(session, number)
    session.execute(_CLEARED)
    return len(lost) + len(forgotten)


# Skipping what is locked: whoever holds a mailing or batch is changing it right now, and the next sweep is near.
_LOST = text(
    """
    SELECT batch.id, batch.attempt_id, mailing.state AS mailing_state,
        batch.request_started_at IS NOT NULL AS started,
        mailing.provider = ANY(CAST(:idempotent AS text[])) AND mailing.state = 'running' AND attempts < :most
            AS repeatable
    FROM batch JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state = 'claimed' AND batch.lease_until < now()
    FOR NO KEY UPDATE OF mailing, batch SKIP LOCKED
    """
)

_FORGOTTEN = text("SELECT id FROM batch WHERE state = 'planned' AND same_key_until < now() FOR UPDATE SKIP LOCKED")

_CLEARED = text(
    """
    UPDATE batch SET state = 'settled'
    WHERE id IN (SELECT id FROM batch WHERE state = 'unclear' FOR UPDATE SKIP LOCKED)
        AND NOT EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'ambiguous')
    """
)


def _mend(session: Session, batch: Row[tuple[object, ...]]) -> None:
    if batch.started and not batch.repeatable:
        state, reason = "ambiguous", "The worker vanished while sending"
    else:
        state, reason = waiting(batch.mailing_state), None
    session.execute(
        text(
            """
            UPDATE delivery SET state = :state, reason = coalesce(CAST(:reason AS text), reason), changed_at = now()
            WHERE batch_id = :batch AND state = 'claimed'
            """
        ),
        {"batch": batch.id, "state": state, "reason": reason},
    )
    if not batch.started:
        granting.undo(session, batch.attempt_id)
    elif batch.repeatable:
        session.execute(
            text(
                """
                UPDATE batch SET same_key_until =
                    coalesce(same_key_until, request_started_at + make_interval(hours => :hours))
                WHERE id = :batch
                """
            ),
            {"batch": batch.id, "hours": KEY_KNOWN},
        )
    let_go(session, batch.id, batch.attempt_id)


def _give_up(session: Session, batch: UUID) -> None:
    """Leave to a person what may have been sent and waited until the provider forgot its key."""
    session.execute(
        text(
            """
            UPDATE delivery SET state = 'ambiguous', reason = 'The worker vanished while sending', changed_at = now()
            WHERE batch_id = :batch AND state = 'planned'
            """
        ),
        {"batch": batch},
    )
    session.execute(text("UPDATE batch SET state = 'unclear' WHERE id = :batch"), {"batch": batch})
