"""What a person sees and changes about their own letters: language, topics, measuring, and leaving.

These are the verbs behind the public preference page and the unsubscribe link. Whatever is left stops at once, letters
that are planned already included.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import ledger, replaying, topics
from outreach.consent.models import ConsentAction, Subscription, SubscriptionState, Topic, TrackingChoice
from outreach.contacts.models import Contact
from outreach.delivery import ledger as deliveries
from outreach.delivery import suppression
from outreach.delivery.models import Stream, Suppression, SuppressionReason
from outreach.foundation import clock, locale
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.logs import mask
from outreach.rendering import merge

LONGEST: Final = 200  # characters of how an objection reached us


@dataclass(frozen=True)
class TopicChoice:
    """One topic on the page; `wording` is the sentence beside the box, kept as evidence when it is ticked."""

    key: str
    name: str
    wording: str
    state: SubscriptionState | None

    @property
    def chosen(self) -> bool:
        """Tell whether the box is ticked."""
        return self.state is SubscriptionState.SUBSCRIBED


@dataclass(frozen=True)
class Preferences:
    """The page of one person. The address is masked: a letter may have been passed on."""

    contact_id: UUID
    address: str
    language: str
    topics: tuple[TopicChoice, ...]
    tracking: bool
    tracking_wording: str
    left: bool


@dataclass(frozen=True)
class Wish:
    """What a person sent in: the language of the letters, the keys of all ticked topics, and measuring."""

    language: str
    topics: frozenset[str]
    tracking: bool


def view(session: Session, contact: Contact) -> Preferences:
    """Return what the page shows, in the language in use. Changes nothing."""
    choices = tuple(
        TopicChoice(topic.key, topics.label(topic), topic_wording(topic), state)
        for topic, state in _offered(session, contact)
    )
    return Preferences(
        contact_id=contact.id,
        address=mask(contact.email),
        language=contact.language,
        topics=choices,
        tracking=_tracks(session, contact),
        tracking_wording=tracking_wording(),
        left=not any(choice.chosen for choice in choices),
    )


def change(
    session: Session,
    contact: Contact,
    wish: Wish,
    *,
    source: str,
    actor: str = ledger.SELF,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Carry out a wish: only what differs is written to the ledger. Raises Refused for what the page does not offer.

    Choosing a topic takes back an earlier "leave me alone"; nothing brings back an address that bounced or complained.
    """
    offered = _offered(session, contact)
    unknown = sorted(wish.topics - {topic.key for topic, _state in offered})
    if unknown:
        raise Refused(_("“%(topic)s” cannot be chosen here; load the page again.") % {"topic": unknown[0]})
    _speak(contact, wish.language)
    spoken = locale.language()
    for topic, state in offered:
        action = _difference(topic.key in wish.topics, state)
        if action is not None:
            ledger.record(
                session,
                contact,
                action=action,
                topic=topic,
                source=source,
                actor=actor,
                wording=topic_wording(topic),
                language=spoken,
                evidence=evidence,
            )
    if wish.tracking != _tracks(session, contact):
        ledger.record(
            session,
            contact,
            action=ConsentAction.GIVEN if wish.tracking else ConsentAction.WITHDRAWN,
            topic=None,
            source=source,
            actor=actor,
            wording=tracking_wording(),
            language=spoken,
            evidence=evidence,
        )
    if wish.topics:
        _welcome_back(session, contact)
    _stop_what_was_left(session, contact)


def leave(
    session: Session,
    contact: Contact,
    keys: Collection[str],
    *,
    source: str,
    actor: str = ledger.SELF,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """End the subscription to some topics: what the unsubscribe link and one-click do (RFC 8058 §3.2).

    Doing it twice is as good as once. When no newsletter topic remains, planned newsletters stop; so for the press.
    """
    for topic in topics.by_keys(session, keys):
        ledger.record(
            session,
            contact,
            action=ConsentAction.WITHDRAWN,
            topic=topic,
            source=source,
            actor=actor,
            language=locale.language(),
            evidence=evidence,
        )
    _stop_what_was_left(session, contact)


def object_to(session: Session, contact: Contact, key: str | None, *, source: str, actor: str) -> None:
    """Write down an objection that reached us otherwise, to a topic or, with None, to measuring; it holds at once.

    It names the ground on which the purpose stood (GDPR Art. 21(1)). Raises Refused where nothing is permitted, and
    where nobody says how it reached us.
    """
    said = " ".join(merge.plain(source).split())
    if not said:
        raise Refused(_("Say how it reached us, in a few words."))
    topic = topics.by_keys(session, [key])[0] if key is not None else None
    stood = replaying.latest(session, contact.id).get(topic.id if topic else None)
    if stood is None or stood.action is not ConsentAction.GIVEN:
        raise Refused(_("This is not permitted as it is; there is nothing to stop."))
    ledger.record(
        session,
        contact,
        action=ConsentAction.WITHDRAWN,
        topic=topic,
        source=said[:LONGEST],
        actor=actor,
        evidence={"objection": True},
    )
    _stop_what_was_left(session, contact)


def leave_all(
    session: Session,
    contact: Contact,
    *,
    source: str,
    actor: str = ledger.SELF,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Leave everything: topics, press, measuring. The address is suppressed, so that no later import brings it back."""
    ledger.withdraw_all(session, contact, source=source, actor=actor, language=locale.language(), evidence=evidence)
    suppression.add(session, [contact.address], SuppressionReason.UNSUBSCRIBED, source)
    deliveries.withdraw_planned(session, contact.id)


def topic_wording(topic: Topic) -> str:
    """Return the sentence that a person agrees to by choosing a topic."""
    return _("I want to receive letters on this topic: %(topic)s.") % {"topic": topics.label(topic)}


def tracking_wording() -> str:
    """Return the sentence that a person agrees to by allowing measuring; it never comes ticked."""
    return _("You may measure whether I open your letters and which links I follow.")


def _offered(session: Session, contact: Contact) -> list[tuple[Topic, SubscriptionState | None]]:
    states: dict[UUID, SubscriptionState] = dict(
        session.execute(
            sa.select(col(Subscription.topic_id), col(Subscription.state)).where(
                col(Subscription.contact_id) == contact.id
            )
        ).all()
    )
    return [
        (topic, states.get(topic.id))
        for topic in topics.listed(session)
        if topic.key != topics.PRESS or topic.id in states
    ]


def _tracks(session: Session, contact: Contact) -> bool:
    given = sa.select(col(TrackingChoice.given)).where(col(TrackingChoice.contact_id) == contact.id)
    return bool(session.execute(given).scalar_one_or_none())


def _difference(wanted: bool, state: SubscriptionState | None) -> ConsentAction | None:
    # A pending topic shows an empty box: leaving it empty is no decision, ticking it is one.
    if wanted == (state is SubscriptionState.SUBSCRIBED):
        return None
    return ConsentAction.GIVEN if wanted else ConsentAction.WITHDRAWN


def _speak(contact: Contact, tag: str) -> None:
    language = locale.match(tag)
    if language is None:
        raise Refused(_("Choose one of the languages on the page."))
    if language != contact.language:
        contact.language = language
        contact.updated_at = clock.now()


def _welcome_back(session: Session, contact: Contact) -> None:
    session.execute(
        sa.delete(Suppression).where(
            col(Suppression.address) == contact.address,
            col(Suppression.reason) == SuppressionReason.UNSUBSCRIBED,
        )
    )


def _stop_what_was_left(session: Session, contact: Contact) -> None:
    held = {topic.key for topic, state in _offered(session, contact) if state is SubscriptionState.SUBSCRIBED}
    if not held & set(topics.NEWSLETTER):
        deliveries.withdraw_planned(session, contact.id, stream=Stream.NEWSLETTER)
    if topics.PRESS not in held:
        deliveries.withdraw_planned(session, contact.id, stream=Stream.PRESS)
