"""How many letters whoever approved or scheduled a campaign expected of it, and how far the truth is from that."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.campaigns.models import Campaign
from outreach.foundation import clock, locale
from outreach.foundation.locale import gettext as _

TOLERATED: Final = 0.01  # of the expected number; more is told
TOLD_FOR: Final = timedelta(days=3)


@dataclass(frozen=True)
class Drift:
    """Two numbers that are too far from each other."""

    expected: int
    now: int

    def sentence(self) -> str:
        """Say it."""
        return _("%(then)s letters were expected when it was approved or scheduled; now they are %(now)s.") % {
            "then": locale.number(self.expected),
            "now": locale.number(self.now),
        }


@dataclass(frozen=True)
class Drifted:
    """A campaign that left by itself with another number of letters than was expected."""

    id: UUID
    name: str
    drift: Drift


def keep(session: Session, campaign: Campaign, letters: int) -> None:
    """Keep the number that whoever approves or schedules a campaign saw."""
    campaign.expected, campaign.expected_at = letters, clock.now()
    session.add(campaign)


def forget(session: Session, campaign: Campaign) -> None:
    """Expect nothing any more: the audience is another one now."""
    campaign.expected = campaign.expected_at = None
    session.add(campaign)


def drift(campaign: Campaign, letters: int) -> Drift | None:
    """Return how far a number of letters is from the expected one, None where that is near enough or unknown."""
    if campaign.expected is None or abs(letters - campaign.expected) <= TOLERATED * campaign.expected:
        return None
    return Drift(campaign.expected, letters)


def left_with_drift(session: Session) -> list[Drifted]:
    """List the campaigns that left by themselves in the last days although their number had changed."""
    recent = sa.select(Campaign).where(
        col(Campaign.launched_at) > clock.now() - TOLD_FOR,
        col(Campaign.launched_at) >= col(Campaign.scheduled_at),
        col(Campaign.expected).is_not(None),
    )
    found = session.scalars(recent.order_by(col(Campaign.launched_at).desc()))
    return [
        Drifted(one.id, one.name, gap)
        for one in found
        if one.letters is not None and (gap := drift(one, one.letters)) is not None
    ]
