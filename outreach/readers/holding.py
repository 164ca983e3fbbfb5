"""Whom a letter's own link or token speaks for, and what they leave by it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session

from outreach.consent import preferences, topics
from outreach.consent.models import SubscriptionState
from outreach.contacts import queries as contacts
from outreach.contacts.models import Contact
from outreach.delivery import letters
from outreach.delivery.letters import SentLetter
from outreach.delivery.models import Stream

# What a letter of each kind was subscribed to: leaving ends that, and nothing else.
SCOPES: Final = {Stream.NEWSLETTER: topics.NEWSLETTER, Stream.PRESS: (topics.PRESS,), Stream.SYSTEM: ()}
HELD: Final = frozenset({SubscriptionState.SUBSCRIBED, SubscriptionState.PENDING})


@dataclass(frozen=True)
class Reader:
    """A letter and its recipient."""

    letter: SentLetter
    contact: Contact


def of_letter(session: Session, delivery: UUID, *, acting: bool = False) -> Reader | None:
    """Return who got a letter, None when it or they are not there any more; `acting` holds their row."""
    letter = letters.find(session, delivery)
    contact = contacts.reached(session, letter.contact_id, lock=acting) if letter else None
    return Reader(letter, contact) if letter and contact else None


def left_by(session: Session, reader: Reader) -> list[preferences.TopicChoice]:
    """Return the topics that somebody holds and a letter's unsubscribe link is about."""
    scope = SCOPES[reader.letter.stream]
    choices = preferences.view(session, reader.contact).topics
    return [one for one in choices if one.state in HELD and one.key in scope]
