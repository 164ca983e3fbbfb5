"""Campaigns and the contacts that a launch left out, each with its reason."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array
from outreach.segments.models import ExclusionReason as ExclusionReason  # known here by the table below


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"  # being planned
    SCHEDULED = "scheduled"  # waits for its time
    RUNNING = "running"  # its audience is frozen and letters leave
    PAUSED = "paused"  # somebody holds it, or the product halted it
    FINISHED = "finished"  # nothing is planned or claimed any more
    CANCELLED = "cancelled"  # the rest will never go


class Layout(StrEnum):
    """How many languages stand in one letter."""

    SINGLE = "single"  # the recipient's language alone
    STACKED = "stacked"  # the recipient's language first, a second one below


class Campaign(Table, table=True):
    """A piece for a segment at a time. Its mailing, once launched, has the same id."""

    name: str
    piece_id: UUID = Field(foreign_key="piece.id", index=True)
    sender_id: UUID = Field(foreign_key="sender.id")
    state: CampaignState = Field(default=CampaignState.DRAFT, sa_type=choice(CampaignState))
    include: dict[str, Any] = json_column()
    exclude: dict[str, Any] | None = json_column()
    layout: Layout = Field(default=Layout.SINGLE, sa_type=choice(Layout))
    fallbacks: bool = True
    languages: list[str] = text_array()
    scheduled_at: datetime | None = moment(nullable=True)
    time_zone: str = "Europe/Stockholm"
    created_by: str = ""
    created_at: datetime = moment(now=True)
    launched_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    audience: int = 0
    expected: int | None = None  # letters that whoever approved or scheduled it saw on the page
    expected_at: datetime | None = moment(nullable=True)
    letters: int | None = None  # made by the launch


class Exclusion(SQLModel, table=True):
    """One contact of the segment who got nothing, and why."""

    campaign_id: UUID = Field(primary_key=True, foreign_key="campaign.id")
    contact_id: UUID = Field(primary_key=True)
    reason: ExclusionReason = Field(sa_type=choice(ExclusionReason))
    language: str


class Waiver(Table, table=True):
    """A campaign that somebody lets go although something stops it: for exactly what was found then.

    With a sender it is about that sender, without one about the letters (see `origin` and `reviewing`).
    """

    __tablename__ = "campaign_waiver"

    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    sender_id: UUID | None = Field(default=None, foreign_key="sender.id")
    fingerprint: str
    reason: str
    by: str
    at: datetime = moment(now=True)


class SentTest(Table, table=True):
    """One letter of a test send: of which content, in which language, with which reader's words."""

    __tablename__ = "test_send"

    campaign_id: UUID = Field(foreign_key="campaign.id", index=True)
    content_hash: str
    language: str
    delivery_id: UUID
    reader_id: UUID | None = None
    by: str
    at: datetime = moment(now=True)
