"""Taking a batch, and giving back one whose request never left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.interface import Letter, Recipient
from outreach.delivery.ledger.batches import let_go, lock_mailing, waiting
from outreach.delivery.ledger.counting import is_one
from outreach.delivery.ledger.cutting import cut, put_back
from outreach.delivery.models import Stream
from outreach.delivery.pacing import granting
from outreach.delivery.pacing.granting import Asked
from outreach.delivery.pacing.holds import HELD, STOPPED
from outreach.delivery.pauses import PAUSED, PAUSING
from outreach.delivery.suppression import STOPPING
from outreach.foundation.jobs import Job
from outreach.foundation.tables import uuid7

SEND: Final = Job("delivery.send", queue="delivery")
REPEAT_AFTER: Final = 60.0  # seconds that a batch waits which must go whole and has no room
LEASE: Final = 45  # seconds; longer than the longest hand-over (`interface.LONGEST_SEND`)


Gate = Callable[[Session, UUID, UUID], None]  # for a batch and its mailing


@dataclass(frozen=True)
class Claim:
    """A batch that this worker holds until its lease ends."""

    batch_id: UUID
    attempt_id: UUID
    mailing_id: UUID
    provider: str
    attempts: int
    letter: Letter
    recipients: tuple[Recipient, ...]
    asked: Asked


def claim(session: Session, *, gate: Gate | None = None) -> Claim | None:
    """Take of the most urgent due batch what may leave now, or None.

    Who left, pauses or was suppressed is left out now, and what is of no use any more.

    `gate` leaves out who may not be written to for a reason that delivery knows nothing of.

    None may also mean that the caps have no room for it; then what is full is held, so that the next claim finds
    another. The recipients stand in the order of their ids, so that a request that is repeated is the same request.
    """
    attempt = uuid7()
    batch = session.execute(_TAKE, {"attempt": attempt, "lease": LEASE}).one_or_none()
    if batch is None:
        return None
    asked = _asked(attempt, batch)
    its = {"batch": batch.id, "mailing": batch.mailing_id}  # the mailing tells PostgreSQL the partition
    session.execute(_LEAVE_OUT, its)
    if gate is not None:
        gate(session, batch.id, batch.mailing_id)
    granted = granting.grant(session, asked, batch.size, whole=batch.is_keyed)
    if not granted:
        put_back(session, asked, seconds=REPEAT_AFTER if batch.is_keyed else 0)
        return None
    if granted < batch.size:
        rows = session.execute(_TAKE_SOME, its | {"most": granted}).all()
    else:
        rows = session.execute(_TAKE_DELIVERIES, its).all()
    granting.note(session, asked, letters=len(rows), granted=granted)
    if granted < batch.size:
        asked = cut(session, asked, len(rows))
    letter, provider = _letter(session, batch.message_id)
    return Claim(
        batch_id=asked.batch,
        attempt_id=attempt,
        mailing_id=batch.mailing_id,
        provider=provider,
        attempts=batch.attempts,
        letter=letter,
        recipients=tuple(
            Recipient(row.id, row.address, row.name, row.merge_values) for row in sorted(rows, key=lambda one: one.id)
        ),
        asked=asked,
    )


def start_request(session: Session, claim: Claim) -> bool:
    """Write down that the request is about to leave. False when the lease was lost or it was stopped."""
    return is_one(
        session.execute(
            text(
                f"""
                UPDATE batch SET request_started_at = now(), lease_until = now() + make_interval(secs => :lease)
                FROM mailing
                WHERE batch.id = :batch AND batch.attempt_id = :attempt AND batch.state = 'claimed'
                    AND mailing.id = batch.mailing_id AND mailing.state = 'running' AND NOT {STOPPED}
                """  # noqa: S608 - a condition of our own
            ),
            {"batch": claim.batch_id, "attempt": claim.attempt_id, "lease": LEASE},
        )
    )


def give_back(session: Session, claim: Claim) -> bool:
    """Return a claimed batch untouched, because its request never left. False when the lease was lost before."""
    state = waiting(lock_mailing(session, claim.mailing_id))
    if not holds(session, claim):
        return False
    session.execute(
        text(
            """
            UPDATE delivery SET state = :state, attempts = attempts - 1, changed_at = now()
            WHERE batch_id = :batch AND mailing_id = :mailing AND state = 'claimed'
            """
        ),
        {"batch": claim.batch_id, "mailing": claim.mailing_id, "state": state},
    )
    granting.correct(session, claim.asked, letters=0)
    let_go(session, claim.batch_id, claim.attempt_id, spared=True)
    return True


def holds(session: Session, claim: Claim) -> bool:
    """Tell whether a claim is still its worker's, and keep it so until the transaction ends."""
    return (
        session.execute(
            text("SELECT 1 FROM batch WHERE id = :batch AND attempt_id = :attempt AND state = 'claimed' FOR UPDATE"),
            {"batch": claim.batch_id, "attempt": claim.attempt_id},
        ).one_or_none()
        is not None
    )


def is_due(session: Session) -> bool:
    """Tell whether a batch waits that may be claimed now."""
    return bool(
        session.execute(
            text(
                f"""
                SELECT EXISTS (
                    SELECT 1 FROM batch JOIN mailing ON mailing.id = batch.mailing_id
                    WHERE batch.state = 'planned' AND batch.not_before <= now() AND mailing.state = 'running'
                        AND NOT {HELD}
                )
                """  # noqa: S608 - a condition of our own
            )
        ).scalar_one()
    )


_TAKE = text(
    f"""
    UPDATE batch SET
        state = 'claimed', attempt_id = :attempt, attempts = attempts + 1, request_started_at = NULL,
        lease_until = now() + make_interval(secs => :lease)
    FROM mailing
    WHERE mailing.id = batch.mailing_id AND batch.id = (
        SELECT batch.id FROM batch JOIN mailing ON mailing.id = batch.mailing_id
        WHERE batch.state = 'planned' AND batch.not_before <= now() AND mailing.state = 'running'
            AND (batch.same_key_until IS NULL OR batch.same_key_until > now()) AND NOT {HELD}
        ORDER BY batch.priority, batch.turn, batch.not_before, batch.id
        LIMIT 1 FOR UPDATE OF batch SKIP LOCKED
    )
    RETURNING batch.id, batch.mailing_id, batch.message_id, batch.attempts, batch.size, batch.lane, batch.priority,
        batch.same_key_until IS NOT NULL AS is_keyed, mailing.provider, mailing.sender_id, mailing.stream
    """  # noqa: S608 - a condition of our own
)

_LEAVE_OUT = text(
    f"""
    UPDATE delivery SET
        state = CASE WHEN mailing.expires_at <= now() THEN 'expired' ELSE 'suppressed' END,
        changed_at = now(),
        reason = CASE
            WHEN mailing.expires_at <= now() THEN 'Its time was over before it could go'
            WHEN delivery.withdrawn THEN 'Left before it was sent'
            ELSE coalesce(({STOPPING}), '{PAUSED}')
        END
    FROM mailing
    WHERE mailing.id = :mailing AND delivery.batch_id = :batch AND delivery.mailing_id = :mailing
        AND delivery.state = 'planned'
        AND (delivery.withdrawn OR mailing.expires_at <= now() OR EXISTS ({STOPPING}) OR EXISTS ({PAUSING}))
    """  # noqa: S608 - a query of our own
)

_TAKE_DELIVERIES = text(
    """
    UPDATE delivery SET state = 'claimed', attempts = attempts + 1, changed_at = now()
    WHERE batch_id = :batch AND mailing_id = :mailing AND state = 'planned'
    RETURNING id, address, name, values AS merge_values
    """
)

# The state is asked twice, because somebody may leave between the choice and the update.
_TAKE_SOME = text(
    """
    UPDATE delivery SET state = 'claimed', attempts = attempts + 1, changed_at = now()
    WHERE mailing_id = :mailing AND id IN (
        SELECT id FROM delivery
        WHERE mailing_id = :mailing AND batch_id = :batch AND state = 'planned' ORDER BY id LIMIT :most
    ) AND state = 'planned'
    RETURNING id, address, name, values AS merge_values
    """
)


def _asked(attempt: UUID, batch: Any) -> Asked:
    return Asked(
        attempt=attempt,
        batch=batch.id,
        mailing=batch.mailing_id,
        provider=batch.provider,
        sender=batch.sender_id,
        lane=batch.lane,
        stream=Stream(batch.stream),
        priority=batch.priority,
    )


def _letter(session: Session, message: UUID) -> tuple[Letter, str]:
    row = session.execute(
        text(
            """
            SELECT message.*, mailing.stream, mailing.provider
            FROM message JOIN mailing ON mailing.id = message.mailing_id WHERE message.id = :message
            """
        ),
        {"message": message},
    ).one()
    letter = Letter(
        from_address=row.from_address,
        from_name=row.from_name,
        reply_to=row.reply_to,
        subject=row.subject,
        html=row.html,
        text=row.text,
        headers=row.headers,
        language=row.language,
        stream=row.stream,
    )
    return letter, row.provider
