"""What the ledger holds, counted; always from the rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Session, col

from outreach.delivery.models import Delivery, DeliveryState

ENDED = frozenset(DeliveryState) - {DeliveryState.PLANNED, DeliveryState.CLAIMED}
TAKEN = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.BOUNCED_SOFT,
        DeliveryState.BOUNCED_HARD,
        DeliveryState.COMPLAINED,
    }
)


@dataclass(frozen=True)
class Count:
    """How many deliveries of a language stand in a state."""

    language: str
    state: DeliveryState
    number: int


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery as a list shows it."""

    id: UUID
    contact_id: UUID
    address: str
    name: str
    language: str
    state: DeliveryState
    reason: str | None


def counts(session: Session, mailing: UUID) -> list[Count]:
    """Count a mailing's deliveries per language and state; the sum is its audience."""
    rows = session.execute(
        text(
            """
            SELECT language, state, count(*) AS number FROM delivery
            WHERE mailing_id = :mailing GROUP BY language, state ORDER BY language, state
            """
        ),
        {"mailing": mailing},
    )
    return [Count(row.language, DeliveryState(row.state), row.number) for row in rows]


def counts_of(session: Session, mailings: Collection[UUID]) -> dict[UUID, dict[DeliveryState, int]]:
    """Count the deliveries of several mailings per state."""
    rows = session.execute(
        text(
            """
            SELECT mailing_id, state, count(*) AS number FROM delivery
            WHERE mailing_id = ANY(CAST(:mailings AS uuid[])) GROUP BY mailing_id, state
            """
        ),
        {"mailings": list(mailings)},
    )
    found: dict[UUID, dict[DeliveryState, int]] = {}
    for row in rows:
        found.setdefault(row.mailing_id, {})[DeliveryState(row.state)] = row.number
    return found


def listed(
    session: Session, mailing: UUID, *, state: DeliveryState | None = None, after: UUID | None = None, limit: int = 100
) -> list[DeliveryRow]:
    """List a mailing's deliveries in the order of their ids, from behind `after`."""
    rows = session.execute(
        text(
            """
            SELECT id, contact_id, address, name, language, state, reason FROM delivery
            WHERE mailing_id = :mailing
                AND (CAST(:state AS text) IS NULL OR state = :state)
                AND (CAST(:after AS uuid) IS NULL OR id > :after)
            ORDER BY id LIMIT :limit
            """
        ),
        {"mailing": mailing, "state": state.value if state else None, "after": after, "limit": limit},
    )
    return [
        DeliveryRow(row.id, row.contact_id, row.address, row.name, row.language, DeliveryState(row.state), row.reason)
        for row in rows
    ]


def of_contact(session: Session, contact: UUID, *, limit: int = 50) -> list[DeliveryRow]:
    """List what was sent to one contact, newest first."""
    rows = session.execute(
        text(
            """
            SELECT id, contact_id, address, name, language, state, reason FROM delivery
            WHERE contact_id = :contact ORDER BY id DESC LIMIT :limit
            """
        ),
        {"contact": contact, "limit": limit},
    )
    return [
        DeliveryRow(row.id, row.contact_id, row.address, row.name, row.language, DeliveryState(row.state), row.reason)
        for row in rows
    ]


def written_to_since(contact_id: sa.SQLColumnExpression[UUID], moment: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a letter to a contact was planned or sent since a moment."""
    made_at = sa.func.uuid_extract_timestamp(col(Delivery.id))
    return sa.exists().where(col(Delivery.contact_id) == contact_id, made_at >= moment)
