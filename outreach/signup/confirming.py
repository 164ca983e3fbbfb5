"""Confirming a sign-up from the mailbox that it is about: only now somebody becomes a contact and a subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.consent import ledger, preferences, topics
from outreach.consent.models import ConsentAction, Topic
from outreach.consent.preferences import Preferences, Wish
from outreach.contacts import editing, notices
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, SourceKind
from outreach.delivery import posting
from outreach.foundation import clock
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.logs import mask
from outreach.signup import organisations, wordings
from outreach.signup.letters import LASTING
from outreach.signup.models import SignUp

SOURCE: Final = "sign-up form"
ZONES: Final = {"zh-Hans": "Asia/Shanghai"}  # of readers of a language, where nothing else is known


@dataclass(frozen=True)
class Wished:
    """What the page asks to confirm. The address is masked: a letter may have been passed on."""

    address: str
    language: str
    sentences: tuple[str, ...]
    is_confirmed: bool
    delivery_id: UUID | None


def view(session: Session, sign_up: UUID) -> Wished:
    """Return what a sign-up asks for, in the language in use. Changes nothing. Raises NotFound for one that is over."""
    one = _find(session, sign_up)
    sentences = [preferences.topic_wording(topic) for topic in topics.by_keys(session, one.topics)]
    if one.tracking and wordings.measures():
        sentences.append(preferences.tracking_wording())
    return Wished(mask(one.email), one.language, tuple(sentences), one.confirmed_at is not None, one.delivery_id)


def language_of(session: Session, sign_up: UUID) -> str:
    """Return the language in which somebody signed up. Raises NotFound."""
    return _find(session, sign_up).language


def confirm(session: Session, sign_up: UUID) -> None:
    """Make a subscriber of who signed up; twice is as good as once. Raises NotFound for a sign-up that is over.

    What they have chosen before stays. It takes back an earlier "leave me alone", as their own preference page does;
    nothing brings back an address that bounced or complained.
    """
    one = _find(session, sign_up, acting=True)
    if one.confirmed_at is not None:
        return
    contact = _contact(session, one)
    before = preferences.view(session, contact)
    evidence = {"sign_up": str(one.id), "form": one.form.value, "texts": one.texts}
    if wordings.TRANSFER in one.wordings:
        evidence["transfer"] = one.wordings[wordings.TRANSFER]
    _record_asking(session, contact, one, before, evidence)
    wish = Wish(
        language=one.language,
        topics=frozenset(one.topics) | {topic.key for topic in before.topics if topic.chosen},
        tracking=before.tracking or (one.tracking and wordings.measures()),
    )
    preferences.change(session, contact, wish, source=SOURCE, evidence=evidence)
    organisations.say(session, contact, one.organisation, one.sector)
    notices.has_read(session, contact.id)
    one.confirmed_at = clock.now()
    one.contact_id = contact.id
    if one.delivery_id:
        posting.belongs_to(session, one.delivery_id, contact.id)
    session.flush()


def _find(session: Session, sign_up: UUID, *, acting: bool = False) -> SignUp:
    found = session.get(SignUp, sign_up, with_for_update=acting or None)
    if found is None or found.created_at < clock.now() - LASTING:
        raise NotFound(_("This link does not work any more. Sign up again and you get a new one."))
    return found


def _contact(session: Session, one: SignUp) -> Contact:
    known = select(Contact).where(col(Contact.address) == one.address)
    found = session.exec(known).one_or_none()
    if found is not None:
        return found
    zone = ZONES.get(one.language, Details.time_zone)
    try:
        details = Details(one.email, one.language, SOURCE, source_kind=SourceKind.THEMSELVES, time_zone=zone)
        return editing.add(session, details, actor=ledger.SELF)
    except Conflict:  # another sign-up of theirs was confirmed at this moment
        return session.exec(known).one()


def _record_asking(
    session: Session, contact: Contact, one: SignUp, before: Preferences, evidence: Mapping[str, Any]
) -> None:
    """Write down what was asked for on the form, in the words that stood there; what is held already stays."""
    held = {topic.key for topic in before.topics if topic.chosen}
    asked: list[Topic | None] = [*topics.by_keys(session, set(one.topics) - held)]
    if one.tracking and not before.tracking:
        asked.append(None)
    for topic in asked:
        ledger.record(
            session,
            contact,
            action=ConsentAction.ASKED,
            topic=topic,
            source=SOURCE,
            wording=one.wordings[topic.key if topic else wordings.TRACKING],
            language=one.page_language,
            evidence=evidence,
            at=one.created_at,
        )
