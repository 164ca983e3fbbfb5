"""Campaigns as the officers' pages list them: with the title of their piece, and where their letters are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.campaigns.models import Campaign, CampaignState, Exclusion, ExclusionReason
from outreach.contacts.models import Contact
from outreach.content import web_blocks
from outreach.content.models import Edition, Piece, PieceKind
from outreach.delivery import queries as deliveries
from outreach.delivery.models import Delivery, DeliveryState, Mailing, MailingState, Message
from outreach.foundation import locale, masking
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import Page, page
from outreach.rendering import merge

SIZE = 20


@dataclass(frozen=True)
class Overview:
    """One campaign in a list; `states` counts its letters per state."""

    id: UUID
    name: str
    title: str
    kind: PieceKind
    piece_key: str
    state: CampaignState
    halted: bool
    reason: str | None
    scheduled_at: datetime | None
    time_zone: str
    launched_at: datetime | None
    finished_at: datetime | None
    states: Mapping[DeliveryState, int] = field(default_factory=dict)

    @property
    def letters(self) -> int:
        """Count all letters, whatever became of them."""
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        """Count what has not left yet."""
        return self.states.get(DeliveryState.PLANNED, 0) + self.states.get(DeliveryState.CLAIMED, 0)

    @property
    def left(self) -> int:
        """Count the letters that do not wait any more."""
        return self.letters - self.waiting


@dataclass(frozen=True)
class Launched:
    """A campaign that has been launched, for a choice in a form."""

    id: UUID
    name: str
    launched_at: datetime


@dataclass(frozen=True)
class Received:
    """A letter to one contact with the times that are known of it; `campaign_id` is None for the product's own mail."""

    delivery_id: UUID
    campaign_id: UUID | None
    campaign: str
    subject: str
    language: str
    state: DeliveryState
    reason: str | None
    planned_at: datetime
    accepted_at: datetime | None
    delivered_at: datetime | None
    bounced_at: datetime | None
    complained_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True)
class LeftOut:
    """A contact whom a launch left out."""

    contact_id: UUID
    name: str
    email: str
    language: str
    reason: ExclusionReason


def get(session: Session, campaign_id: UUID) -> Campaign:
    """Return a campaign by its whole id. Raises NotFound."""
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound(_("There is no such campaign."))
    return found


def paged(
    session: Session, *, states: Collection[CampaignState] = (), cursor: str | None = None, size: int = SIZE
) -> Page[Overview]:
    """List campaigns in some states, or all, newest first."""
    found = page(
        session, _campaigns(states), [col(Campaign.id)], read=_overview, cursor=cursor, size=size, descending=True
    )
    return replace(found, items=tuple(_with_letters(session, found.items)))


def in_states(session: Session, *states: CampaignState, limit: int = 10) -> list[Overview]:
    """List the newest campaigns that stand in one of some states."""
    rows = session.execute(_campaigns(states).order_by(col(Campaign.id).desc()).limit(limit))
    return _with_letters(session, [_overview(row) for row in rows])


def launched(session: Session, *, limit: int) -> list[Launched]:
    """List the campaigns that were launched last."""
    rows = session.execute(
        sa.select(col(Campaign.id), col(Campaign.name), col(Campaign.launched_at))
        .where(col(Campaign.launched_at).is_not(None))
        .order_by(col(Campaign.launched_at).desc())
        .limit(limit)
    )
    return [Launched(row.id, row.name, row.launched_at) for row in rows]


def of_piece(session: Session, piece: Piece, *, limit: int = 20) -> list[Overview]:
    """List the campaigns that send a piece, newest first."""
    wanted = _campaigns().where(col(Campaign.piece_id) == piece.id)
    rows = session.execute(wanted.order_by(col(Campaign.id).desc()).limit(limit))
    return _with_letters(session, [_overview(row) for row in rows])


def is_halted(session: Session, campaign: Campaign) -> bool:
    """Tell whether the product has stopped a campaign because something is wrong."""
    mailing = session.get(Mailing, campaign.id) if campaign.launched_at else None
    return mailing is not None and mailing.state is MailingState.HALTED


def names(session: Session, campaign_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what campaigns are called, by their ids."""
    rows = session.execute(sa.select(col(Campaign.id), col(Campaign.name)).where(col(Campaign.id).in_(campaign_ids)))
    return {row.id: row.name for row in rows}


def letters(session: Session, contacts: Collection[UUID], deliveries: Collection[UUID]) -> dict[UUID, Received]:
    """Return some letters of a person, who may have been known under several ids, by the letters' own ids."""
    wanted: sa.Select[*tuple[Any, ...]] = (
        sa.select(Delivery, Campaign, col(Message.subject), col(Mailing.created_at))
        .join(Message, col(Message.id) == col(Delivery.message_id))
        .join(Mailing, col(Mailing.id) == col(Delivery.mailing_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Delivery.mailing_id))
        .where(col(Delivery.contact_id).in_(contacts), col(Delivery.id).in_(deliveries))
    )
    return {row.Delivery.id: _received(row) for row in session.execute(wanted)} if deliveries else {}


def left_out(
    session: Session, campaign: Campaign, *, reason: ExclusionReason | None = None, cursor: str | None = None
) -> Page[LeftOut]:
    """List whom the launch of a campaign left out, and why."""
    wanted: sa.Select[*tuple[Any, ...]] = (
        sa.select(Exclusion, Contact)
        .join(Contact, col(Contact.id) == col(Exclusion.contact_id))
        .where(col(Exclusion.campaign_id) == campaign.id)
    )
    if reason is not None:
        wanted = wanted.where(col(Exclusion.reason) == reason)
    return page(session, wanted, [col(Exclusion.contact_id)], read=_left_out, cursor=cursor)


def _campaigns(states: Collection[CampaignState] = ()) -> sa.Select[*tuple[Any, ...]]:
    wanted: sa.Select[*tuple[Any, ...]] = (
        sa.select(Campaign, Piece, _title().label("title"), col(Mailing.state).label("mailing"), col(Mailing.reason))
        .join(Piece, col(Piece.id) == col(Campaign.piece_id))
        .outerjoin(Mailing, col(Mailing.id) == col(Campaign.id))
    )
    return wanted.where(col(Campaign.state).in_(states)) if states else wanted


def _title() -> sa.ScalarSelect[str]:
    """Choose the title in the language in use, else in the next of its chain."""
    chain = sa.case(
        *(
            (col(Edition.language) == language, place)
            for place, language in enumerate(locale.FALLBACKS[locale.language()])
        ),
        else_=9,
    )
    return (
        sa.select(col(Edition.title))
        .where(col(Edition.piece_id) == col(Piece.id), col(Edition.title) != "")
        .order_by(chain)
        .limit(1)
        .correlate(Piece)
        .scalar_subquery()
    )


def _overview(row: Any) -> Overview:
    campaign: Campaign = row.Campaign
    return Overview(
        id=campaign.id,
        name=campaign.name,
        title=row.title or row.Piece.key,
        kind=row.Piece.kind,
        piece_key=row.Piece.key,
        state=campaign.state,
        halted=row.mailing is MailingState.HALTED,
        reason=row.reason,
        scheduled_at=campaign.scheduled_at,
        time_zone=campaign.time_zone,
        launched_at=campaign.launched_at,
        finished_at=campaign.finished_at,
    )


def _with_letters(session: Session, found: Collection[Overview]) -> list[Overview]:
    counts = deliveries.counts_of(session, [one.id for one in found if one.launched_at])
    return [replace(one, states=counts.get(one.id, {})) for one in found]


def _received(row: Any) -> Received:
    one: Delivery = row.Delivery
    campaign: Campaign | None = row.Campaign
    return Received(
        delivery_id=one.id,
        campaign_id=campaign.id if campaign else None,
        campaign=campaign.name if campaign else "",
        subject=_subject(row.subject, one),
        language=one.language,
        state=one.state,
        reason=one.reason,
        planned_at=row.created_at,
        accepted_at=one.accepted_at,
        delivered_at=one.delivered_at,
        bounced_at=one.bounced_at,
        complained_at=one.complained_at,
        changed_at=one.changed_at,
    )


def _subject(text: str, one: Delivery) -> str:
    """Write the subject as its reader saw it."""
    with locale.use(one.language):
        return merge.fill(
            merge.split(text), {**web_blocks.neutral(), **({} if masking.hides() else one.values)}, escape=merge.plain
        )


def _left_out(row: Any) -> LeftOut:
    one, contact = row.Exclusion, row.Contact
    return LeftOut(contact.id, contact.display_name, masking.address(contact.email), one.language, one.reason)
