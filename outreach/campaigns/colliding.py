"""Other campaigns that leave about the same time to some of the same people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from outreach.campaigns import audience
from outreach.campaigns.models import Campaign, CampaignState
from outreach.content.models import Piece
from outreach.delivery.models import Delivery
from outreach.segments.selecting import audience as select_audience

NEAR: Final = timedelta(hours=48)
MOST: Final = 5
PATIENCE: Final = 1000  # milliseconds for each count; a page does not wait for more


@dataclass(frozen=True)
class Other:
    """A campaign that leaves, or left, within two days; `shared` readers get both, None where it was not counted."""

    id: UUID
    name: str
    at: datetime
    shared: int | None


def others(session: Session, campaign: Campaign, piece: Piece, moment: datetime) -> list[Other]:
    """Return the campaigns nearest to a moment that share readers with one that is not launched yet."""
    at = sa.func.coalesce(Campaign.launched_at, Campaign.scheduled_at)
    near = session.exec(
        select(Campaign)
        .where(
            col(Campaign.id) != campaign.id,
            col(Campaign.state) != CampaignState.CANCELLED,
            at.between(moment - NEAR, moment + NEAR),
        )
        .order_by(sa.func.abs(sa.extract("epoch", at - moment)))
        .limit(MOST)
    ).all()
    mine = _receivers(session, campaign, piece)
    found = []
    for other in near:
        leaves = other.launched_at or other.scheduled_at
        both = shared(session, mine, _receivers(session, other, session.get_one(Piece, other.piece_id)))
        if leaves and both != 0:
            found.append(Other(other.id, other.name, leaves, both))
    return found


def shared(session: Session, mine: sa.Select[Any], theirs: sa.Select[Any]) -> int | None:
    """Count what two selections have in common; None where that takes more than a moment."""
    both = sa.select(sa.func.count()).select_from(sa.intersect(mine, theirs).subquery())
    try:
        with session.begin_nested():
            session.execute(sa.text(f"SET LOCAL statement_timeout = {PATIENCE}"))
            counted = session.scalar(both)
            session.execute(sa.text("SET LOCAL statement_timeout = DEFAULT"))
            return counted
    except OperationalError:
        return None


def _receivers(session: Session, campaign: Campaign, piece: Piece) -> sa.Select[UUID]:
    """Select the contacts who get, or got, a campaign."""
    if campaign.launched_at:
        return sa.select(col(Delivery.contact_id)).where(col(Delivery.mailing_id) == campaign.id)
    frozen = select_audience(audience.spec(session, campaign, piece)).subquery()
    return sa.select(frozen.c.contact_id).where(frozen.c.reason.is_(None))
