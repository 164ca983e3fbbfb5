"""One letter that was sent, found again by the links in it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import Stream


@dataclass(frozen=True)
class SentLetter:
    """What a letter's own links may know: whom it went to, as what, in which language."""

    delivery_id: UUID
    contact_id: UUID
    message_id: UUID
    language: str
    stream: Stream


def find(session: Session, delivery: UUID) -> SentLetter | None:
    """Return the letter of a delivery, None when it is not there any more."""
    row = session.execute(
        text(
            """
            SELECT delivery.contact_id, delivery.message_id, delivery.language, mailing.stream
            FROM delivery JOIN mailing ON mailing.id = delivery.mailing_id
            WHERE delivery.id = :delivery
            """
        ),
        {"delivery": delivery},
    ).one_or_none()
    return SentLetter(delivery, row.contact_id, row.message_id, row.language, Stream(row.stream)) if row else None
