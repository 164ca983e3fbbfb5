"""Taking out what is on its way to somebody who left."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.ledger.counting import count
from outreach.delivery.models import Stream

LEFT: Final = "Left before it was sent"  # why a letter did not leave that was planned before


def withdraw_planned(session: Session, contact: UUID, *, stream: Stream | None = None) -> int:
    """Stop what is on its way to a contact (of one stream, or all bulk mail); returns how many letters."""
    return withdraw_planned_of(session, [contact], stream=stream)


def withdraw_planned_of(session: Session, contacts: Sequence[UUID], *, stream: Stream | None = None) -> int:
    """Stop what is on its way to some contacts, with one statement; returns how many letters.

    What a worker is sending at this moment, or may have sent, is marked: should it turn out not to have left, it never
    will.
    """
    return count(
        session.execute(
            text(
                """
                UPDATE delivery SET
                    withdrawn = true,
                    state = CASE delivery.state WHEN 'planned' THEN 'suppressed' ELSE delivery.state END,
                    reason = CASE delivery.state WHEN 'planned' THEN 'Left before it was sent'
                        ELSE delivery.reason END,
                    changed_at = CASE delivery.state WHEN 'planned' THEN now() ELSE delivery.changed_at END
                FROM mailing
                WHERE delivery.contact_id = ANY(CAST(:contacts AS uuid[]))
                    AND delivery.state IN ('planned', 'claimed', 'ambiguous')
                    AND NOT delivery.withdrawn
                    AND mailing.id = delivery.mailing_id AND mailing.stream <> 'system'
                    AND (CAST(:stream AS text) IS NULL OR mailing.stream = :stream)
                """
            ),
            {"contacts": list(contacts), "stream": stream.value if stream else None},
        )
    )
