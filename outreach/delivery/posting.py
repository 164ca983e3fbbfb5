"""One letter to one address: a mailing of its own, by the same road as all others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session

from outreach.delivery import headers, ledger
from outreach.delivery.models import PRIORITY, Batch, Delivery, Mailing, Message, Sender, Stream
from outreach.delivery.pacing import families
from outreach.foundation import jobs
from outreach.foundation.settings import settings


@dataclass(frozen=True)
class Post:
    """What the letter says, in which language, under which name; `values` fill its merge fields."""

    language: str
    from_name: str
    subject: str
    html: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


def post(
    session: Session,
    sender: Sender,
    letter: Post,
    *,
    delivery: UUID,
    address: str,
    contact: UUID | None,
    expires_in: timedelta,
    stream: Stream | None = None,
) -> None:
    """Plan a letter to a normalised address, as the delivery of this id, and wake a worker.

    What has not left after `expires_in` never does. `contact` is None where it goes to nobody that we know, `stream`
    what kind of mail it counts as where it is not the sender's.
    """
    now: Any = func.now()  # what is due is judged by the database's clock
    counted_as = stream or sender.stream
    priority = PRIORITY[counted_as]
    mailing = Mailing(
        stream=counted_as,
        priority=priority,
        sender_id=sender.id,
        provider=settings().provider,
        expires_at=now + expires_in,
    )
    session.add(mailing)
    session.flush()
    message = Message(
        mailing_id=mailing.id,
        language=letter.language,
        from_address=sender.address,
        from_name=letter.from_name,
        reply_to=sender.reply_to,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        headers=headers.of(sender, mailing.id, letter.language),
    )
    session.add(message)
    session.flush()
    batch = Batch(
        mailing_id=mailing.id,
        message_id=message.id,
        priority=priority,
        lane=families.of_address(address, families.of_domains(session)),
        size=1,
        not_before=now,
    )
    session.add(batch)
    session.flush()
    session.add(
        Delivery(
            id=delivery,
            mailing_id=mailing.id,
            batch_id=batch.id,
            message_id=message.id,
            contact_id=contact or delivery,
            address=address,
            language=letter.language,
            values=dict(letter.values),
        )
    )
    session.flush()
    jobs.nudge(session, ledger.SEND)


def belongs_to(session: Session, delivery: UUID, contact: UUID) -> None:
    """Say whose letter it was, once its reader is known."""
    session.execute(
        text("UPDATE delivery SET contact_id = :contact WHERE id = :delivery"),
        {"contact": contact, "delivery": delivery},
    )


def forget(session: Session, deliveries: Collection[UUID]) -> None:
    """Delete letters of the product's own with their mailings, but for one that is being sent at this moment."""
    if not deliveries:
        return
    mailings = session.execute(_FORGET, {"deliveries": list(deliveries)}).scalars().all()
    for table in ("batch", "message"):
        session.execute(
            text(f"DELETE FROM {table} WHERE mailing_id = ANY(:mailings)"),  # noqa: S608 - one of ours
            {"mailings": mailings},
        )
    session.execute(text("DELETE FROM mailing WHERE id = ANY(:mailings)"), {"mailings": mailings})


_FORGET = text(
    """
    DELETE FROM delivery USING mailing
    WHERE delivery.id = ANY(:deliveries) AND mailing.id = delivery.mailing_id AND mailing.stream = 'system'
        AND delivery.state <> 'claimed'
    RETURNING delivery.mailing_id
    """
)
