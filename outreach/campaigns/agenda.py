"""What leaves and what lifts when: campaigns and embargoes of a stretch of days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.campaigns.models import Campaign, CampaignState
from outreach.content.models import Piece


class What(StrEnum):
    """What happens at a moment."""

    LEAVES = "leaves"  # a campaign will leave by itself
    LEFT = "left"  # a campaign was launched
    LIFTS = "lifts"  # an embargo ends


@dataclass(frozen=True)
class Entry:
    """Something at a moment: a campaign by its id, or a piece by its key."""

    at: datetime
    what: What
    name: str
    campaign: UUID | None = None
    piece: str | None = None
    state: CampaignState | None = None


def between(session: Session, start: datetime, end: datetime) -> list[Entry]:
    """Return what happens from `start` until before `end`, in order."""
    return sorted([*_campaigns(session, start, end), *_embargoes(session, start, end)], key=lambda one: one.at)


def _campaigns(session: Session, start: datetime, end: datetime) -> Iterator[Entry]:
    at = sa.func.coalesce(Campaign.launched_at, Campaign.scheduled_at)
    found = session.exec(select(Campaign).where(at >= start, at < end, col(Campaign.state) != CampaignState.CANCELLED))
    for one in found:
        if one.launched_at:
            yield Entry(one.launched_at, What.LEFT, one.name, campaign=one.id, state=one.state)
        elif one.scheduled_at:
            yield Entry(one.scheduled_at, What.LEAVES, one.name, campaign=one.id, state=one.state)


def _embargoes(session: Session, start: datetime, end: datetime) -> Iterator[Entry]:
    for one in session.exec(select(Piece).where(col(Piece.embargo_until) >= start, col(Piece.embargo_until) < end)):
        if one.embargo_until:
            yield Entry(one.embargo_until, What.LIFTS, one.key, piece=one.key)
