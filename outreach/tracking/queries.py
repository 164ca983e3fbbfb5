"""Opens and clicks as a contact's own page shows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.delivery.models import Link
from outreach.tracking.models import Actor, EventKind, TrackingEvent

MOST: Final = 500  # events of the letters on one page


@dataclass(frozen=True)
class Event:
    """One open or click; `link` is what a clicked link said, `hour` the hour in which it happened."""

    hour: datetime
    kind: EventKind
    actor: Actor
    link: str | None
    url: str | None


def of_letters(session: Session, deliveries: Collection[UUID]) -> dict[UUID, list[Event]]:
    """Return what some letters told, the newest first; nothing where their reader did not agree to it."""
    rows = session.execute(
        sa.select(TrackingEvent, Link)
        .outerjoin(Link, col(Link.key) == col(TrackingEvent.link_key))
        .where(col(TrackingEvent.delivery_id).in_(deliveries))
        .order_by(col(TrackingEvent.hour).desc(), col(TrackingEvent.id).desc())
        .limit(MOST)
    )
    found: dict[UUID, list[Event]] = {}
    for event, link in rows:
        found.setdefault(event.delivery_id, []).append(
            Event(
                hour=event.hour,
                kind=event.kind,
                actor=event.actor,
                link=link.label if link else None,
                url=link.url if link else None,
            )
        )
    return found
