"""Campaigns as lists and progress pages show them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.campaigns.models import Campaign, CampaignState, ExclusionReason
from outreach.content.models import PieceKind
from outreach.delivery import queries as deliveries
from outreach.delivery.models import DeliveryState


@dataclass(frozen=True)
class CampaignRow:
    """One campaign in a list."""

    id: UUID
    name: str
    state: CampaignState
    kind: PieceKind
    piece_key: str
    audience: int
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """Where every recipient of a campaign stands, from the rows."""

    campaign_id: UUID
    state: CampaignState
    audience: int
    reason: str | None
    by_language: Mapping[str, Mapping[DeliveryState, int]]
    excluded: Mapping[ExclusionReason, int]
    excluded_by_language: Mapping[str, Mapping[ExclusionReason, int]] = field(default_factory=dict)

    @property
    def states(self) -> Counter[DeliveryState]:
        """Count deliveries per state over all languages."""
        total: Counter[DeliveryState] = Counter()
        for one in self.by_language.values():
            total.update(one)
        return total

    @property
    def planned(self) -> int:
        """Count all deliveries, whatever became of them."""
        return self.states.total()

    @property
    def accepted(self) -> int:
        """Count what the provider took, whatever it reported since."""
        return sum(number for state, number in self.states.items() if state in deliveries.TAKEN)

    @property
    def waiting(self) -> int:
        """Count what has not left yet."""
        return self.states[DeliveryState.PLANNED] + self.states[DeliveryState.CLAIMED]

    @property
    def is_accounted_for(self) -> bool:
        """Tell whether audience = deliveries + excluded and nothing waits."""
        return self.audience == self.planned + sum(self.excluded.values()) and self.waiting == 0


def progress(session: Session, campaign: Campaign) -> Progress:
    """Count a campaign's recipients by language and state, and its exclusions by reason."""
    by_language: dict[str, dict[DeliveryState, int]] = {}
    for one in deliveries.counts(session, campaign.id):
        by_language.setdefault(one.language, {})[one.state] = one.number
    excluded: Counter[ExclusionReason] = Counter()
    excluded_by_language: dict[str, dict[ExclusionReason, int]] = {}
    rows = session.execute(
        text(
            """
            SELECT language, reason, count(*) AS number FROM exclusion
            WHERE campaign_id = :campaign GROUP BY language, reason
            """
        ),
        {"campaign": campaign.id},
    )
    for row in rows:
        reason = ExclusionReason(row.reason)
        excluded[reason] += row.number
        excluded_by_language.setdefault(row.language, {})[reason] = row.number
    halted = session.execute(
        text("SELECT reason FROM mailing WHERE id = :campaign"), {"campaign": campaign.id}
    ).scalar_one_or_none()
    return Progress(
        campaign_id=campaign.id,
        state=campaign.state,
        audience=campaign.audience,
        reason=halted,
        by_language=by_language,
        excluded=excluded,
        excluded_by_language=excluded_by_language,
    )


def listed(session: Session, *, limit: int = 100) -> list[CampaignRow]:
    """List campaigns, newest first."""
    rows = session.execute(
        text(
            """
            SELECT campaign.*, piece.kind, piece.key AS piece_key
            FROM campaign JOIN piece ON piece.id = campaign.piece_id
            ORDER BY campaign.id DESC LIMIT :limit
            """
        ),
        {"limit": limit},
    )
    return [
        CampaignRow(
            id=row.id,
            name=row.name,
            state=CampaignState(row.state),
            kind=PieceKind(row.kind),
            piece_key=row.piece_key,
            audience=row.audience,
            scheduled_at=row.scheduled_at,
            launched_at=row.launched_at,
            finished_at=row.finished_at,
        )
        for row in rows
    ]
