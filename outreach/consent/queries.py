"""Permissions as pages show them: one person's standing with its evidence, and people by topic."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import replaying, topics, whom, wordings
from outreach.consent.models import (
    Basis,
    ConsentAction,
    ConsentPurpose,
    ConsentRecord,
    ConsentWording,
    Subscription,
    SubscriptionState,
    Topic,
    TrackingChoice,
)
from outreach.consent.whom import Whom
from outreach.contacts import queries as contacts
from outreach.contacts.models import Contact
from outreach.contacts.queries import Order
from outreach.delivery.models import Suppression, SuppressionReason
from outreach.foundation.paging import SIZE, Page


@dataclass(frozen=True)
class TopicStanding:
    """Where one person stands with one topic; `state` is None where it never came up, `basis` where nobody decided."""

    key: str
    name: str
    state: SubscriptionState | None
    since: datetime | None
    basis: Basis | None = None

    @property
    def permits(self) -> bool:
        """Tell whether letters on it may go there."""
        return self.state is SubscriptionState.SUBSCRIBED


@dataclass(frozen=True)
class Evidence:
    """One line of a person's ledger; `topic` is None for tracking, `version` is the short hash of the wording."""

    at: datetime
    purpose: ConsentPurpose
    topic: str | None
    action: ConsentAction
    basis: Basis
    wording: str
    version: str
    language: str
    source: str
    actor: str
    detail: Mapping[str, Any]

    @property
    def is_objection(self) -> bool:
        """Tell whether it ended what did not rest on the person's consent, or was an objection in so many words."""
        ended = self.action is ConsentAction.WITHDRAWN
        return ended and (self.basis is not Basis.CONSENT or bool(self.detail.get("objection")))


@dataclass(frozen=True)
class Standing:
    """All that a contact's page says about permission."""

    topics: tuple[TopicStanding, ...]
    tracking: bool
    tracking_since: datetime | None
    suppressed: SuppressionReason | None
    history: tuple[Evidence, ...]

    @property
    def permits_anything(self) -> bool:
        """Tell whether there is anything that the person could object to."""
        return self.tracking or any(one.permits for one in self.topics)


def standing(session: Session, contact: Contact) -> Standing:
    """Return where a contact stands, with the evidence, newest first."""
    tracking = session.execute(
        sa.select(col(TrackingChoice.given), col(TrackingChoice.since)).where(
            col(TrackingChoice.contact_id) == contact.id
        )
    ).one_or_none()
    suppressed = sa.select(col(Suppression.reason)).where(col(Suppression.address) == contact.address)
    return Standing(
        topics=_topics(session, contact.id),
        tracking=bool(tracking and tracking.given),
        tracking_since=tracking.since if tracking else None,
        suppressed=session.execute(suppressed).scalar_one_or_none(),
        history=_history(session, contact.id),
    )


def people(
    session: Session, wanted: Whom, *, order: Order = Order.NEWEST, cursor: str | None = None, size: int = SIZE
) -> Page[contacts.PersonRow]:
    """List contacts as `contacts.queries.listed` does, narrowed by what is known of permission."""
    return contacts.of(session, whom.conditions(session, wanted), order=order, cursor=cursor, size=size)


def _topics(session: Session, contact_id: UUID) -> tuple[TopicStanding, ...]:
    rows = session.execute(
        sa.select(Topic, col(Subscription.state), col(Subscription.since))
        .outerjoin(
            Subscription,
            sa.and_(col(Subscription.topic_id) == col(Topic.id), col(Subscription.contact_id) == contact_id),
        )
        .order_by(col(Topic.position), col(Topic.key))
    )
    decided = replaying.latest(session, contact_id)
    return tuple(
        TopicStanding(
            topic.key, topics.label(topic), state, since, decided[topic.id].basis if topic.id in decided else None
        )
        for topic, state, since in rows
    )


def evidence(session: Session, contact_id: UUID, entries: Collection[int]) -> dict[int, Evidence]:
    """Return some lines of a person's ledger, by their ids."""
    rows = session.execute(_lines(contact_id).where(col(ConsentRecord.id).in_(entries)))
    return {record.id: _evidence(record, topic, sha256) for record, topic, sha256 in rows}


def _history(session: Session, contact_id: UUID) -> tuple[Evidence, ...]:
    rows = session.execute(_lines(contact_id).order_by(col(ConsentRecord.id).desc()).limit(200))
    return tuple(_evidence(record, topic, sha256) for record, topic, sha256 in rows)


def _lines(contact_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(ConsentRecord, Topic, col(ConsentWording.sha256))
        .outerjoin(Topic, col(Topic.id) == col(ConsentRecord.topic_id))
        .outerjoin(ConsentWording, col(ConsentWording.id) == col(ConsentRecord.wording_id))
        .where(col(ConsentRecord.contact_id) == contact_id)
    )


def _evidence(record: ConsentRecord, topic: Topic | None, sha256: str | None) -> Evidence:
    return Evidence(
        at=record.at,
        purpose=record.purpose,
        topic=topics.label(topic) if topic else None,
        action=record.action,
        basis=record.basis,
        wording=record.wording,
        version=(sha256 or "")[: wordings.SHORT],
        language=record.language,
        source=record.source,
        actor=record.actor,
        detail=record.evidence,
    )
