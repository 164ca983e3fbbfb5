"""The one question: may we do this to this person for this purpose?

Asked for one person by `ask`, for many by the SQL below: who receives is chosen by it when a campaign is counted and
launched, and asked again when a worker takes a batch (`gate`). The product's own mail, such as a confirmation, needs no
permission: somebody has just asked for it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlmodel import Session, col

from outreach.consent.models import ConsentPurpose, Subscription, SubscriptionState, Topic, TrackingChoice
from outreach.consent.topics import PRESS
from outreach.contacts.models import Contact, SourceKind
from outreach.delivery.models import Suppression
from outreach.foundation.settings import settings


class Refusal(StrEnum):
    """Why we may not write to somebody."""

    SUPPRESSED = "suppressed"  # the address bounced, complained or left altogether
    SOURCE = "source"  # nobody gave us the address: it was collected, guessed or bought
    LEFT = "left"  # withdrawn or objected to
    NO_CONSENT = "no_consent"  # never agreed to, or not measured here at all
    UNCONFIRMED = "unconfirmed"  # asked for it, but the address is not confirmed yet


@dataclass(frozen=True)
class Permission:
    """The answer; `reason` is None where it is allowed."""

    allowed: bool
    reason: Refusal | None = None


def ask(session: Session, contact: Contact, purpose: ConsentPurpose, topics: Collection[str] = ()) -> Permission:
    """Tell whether something may be done to a contact now: a letter on any of `topics`, press mail, or measuring."""
    if purpose is ConsentPurpose.TRACKING:
        given = session.scalar(sa.select(col(TrackingChoice.given)).where(col(TrackingChoice.contact_id) == contact.id))
        if given and settings().tracking != "off":
            return Permission(True)
        return Permission(False, Refusal.LEFT if given is False else Refusal.NO_CONSENT)
    return check(session, contact, [PRESS] if purpose is ConsentPurpose.PRESS else topics)


def check(session: Session, contact: Contact, topics: Collection[str]) -> Permission:
    """Tell whether a letter on any of these topics may go to a contact now."""
    state = _state_of(topics)
    suppressed_, states = session.execute(
        sa.select(
            sa.exists().where(col(Suppression.address) == contact.address),
            sa.select(sa.func.array_agg(state.c.state)).where(state.c.contact_id == contact.id).scalar_subquery(),
        )
    ).one()
    if suppressed_:
        return Permission(False, Refusal.SUPPRESSED)
    if contact.source_kind is SourceKind.COLLECTED:
        return Permission(False, Refusal.SOURCE)
    if SubscriptionState.SUBSCRIBED.value in (states or ()):
        return Permission(True)
    for state_, why in _INSTEAD.items():
        if state_.value in (states or ()):
            return Permission(False, why)
    return Permission(False, Refusal.NO_CONSENT)


def may_track(session: Session, contact: Contact) -> bool:
    """Tell whether this person's opens and clicks may be measured."""
    return ask(session, contact, ConsentPurpose.TRACKING).allowed


def subscribed_to(topics: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that the contact in the statement around it subscribes to at least one of the topics."""
    found = subscribers(topics).subquery("found")
    return sa.exists().where(found.c.contact_id == col(Contact.id)).correlate(Contact)


def subscribers(topics: Collection[str]) -> sa.Select[UUID]:
    """Return the SELECT of everybody who subscribes, once for each of the topics they subscribe to: `contact_id`."""
    state = _state_of(topics)
    return sa.select(state.c.contact_id).where(state.c.state == SubscriptionState.SUBSCRIBED.value)


def leavers(topics: Collection[str]) -> sa.Select[UUID]:
    """Return the SELECT of everybody who has left one of these topics, once for each: `contact_id`."""
    state = _state_of(topics)
    return sa.select(state.c.contact_id).where(state.c.state == SubscriptionState.UNSUBSCRIBED.value)


def standings(among: sa.Select[UUID] | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Return the SELECT of what everybody, or somebody `among` others, decided about topics, one row per contact.

    Columns: contact_id, `subscribed` and `left`, the keys of topics in order, NULL where there is none.
    """
    key, state = sa.cast(col(Topic.key), sa.Text), sa.type_coerce(col(Subscription.state), sa.Text)
    keys = sa.func.array_agg(aggregate_order_by(key, key), type_=ARRAY(sa.Text))
    found: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            col(Subscription.contact_id),
            keys.filter(state == SubscriptionState.SUBSCRIBED.value).label("subscribed"),
            keys.filter(state == SubscriptionState.UNSUBSCRIBED.value).label("left"),
        )
        .join(Topic, col(Topic.id) == col(Subscription.topic_id))
        .group_by(col(Subscription.contact_id))
    )
    return found if among is None else found.where(col(Subscription.contact_id).in_(among))


def suppressed_addresses() -> sa.Select[str]:
    """Return the SELECT of every address that nothing may be sent to: `address`."""
    return sa.select(col(Suppression.address))


def trackable() -> sa.Select[UUID]:
    """Return the SELECT of everybody who agreed to be measured: `contact_id`; nobody where measuring is off."""
    return agreed() if settings().tracking != "off" else agreed().where(sa.false())


def agreed() -> sa.Select[UUID]:
    """Return the SELECT of everybody who agreed to be measured, whether or not anything is: `contact_id`."""
    return sa.select(col(TrackingChoice.contact_id)).where(col(TrackingChoice.given))


_INSTEAD: Final = {
    SubscriptionState.PENDING: Refusal.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED: Refusal.LEFT,
}


def _state_of(topics: Collection[str]) -> sa.Subquery:
    # The ids as an array that is looked up once: then one index answers, without a join per contact.
    wanted = sa.select(col(Topic.id)).where(col(Topic.key) == sa.any_(sa.literal(sorted(topics), ARRAY(sa.Text))))
    return (
        sa.select(col(Subscription.contact_id), sa.type_coerce(col(Subscription.state), sa.Text).label("state"))
        .where(col(Subscription.topic_id) == sa.any_(sa.func.array(wanted.scalar_subquery(), type_=ARRAY(sa.Uuid))))
        .subquery("state_of")
    )
