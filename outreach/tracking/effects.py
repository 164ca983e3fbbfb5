"""What follows from a provider's reports: no more letters to an address that failed, and a complaint is a goodbye.

Doing it twice is as good as once, so a report may be applied again after a fault.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import Session, select

from outreach.consent import ledger
from outreach.contacts import queries as contacts
from outreach.contacts.addresses import normalise
from outreach.contacts.models import Contact
from outreach.delivery import erasures, events, softbounces, suppression
from outreach.delivery import ledger as deliveries
from outreach.delivery.events import Effect, Notice
from outreach.delivery.models import SuppressionReason
from outreach.delivery.pacing import hearing
from outreach.foundation.errors import Refused

ACTOR: Final = "provider"

_REASONS: Final = {
    "bounced_hard": SuppressionReason.HARD_BOUNCE,
    "complained": SuppressionReason.COMPLAINT,
    "unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "listed": SuppressionReason.HARD_BOUNCE,
}
_SOFT: Final = {"bounced_soft", "delivered"}
_BOUNCES: Final = {"bounced_soft", "bounced_hard"}
_GOODBYES: Final = {"complained": "complaint", "unsubscribed": "provider"}  # and what the evidence calls the source


def follow(session: Session, effects: Sequence[Effect]) -> None:
    """Suppress what bounced for good or for a week or was complained about; end the subscriptions of who wants no more.

    What bounces say of our haste holds their lanes.
    """
    for kind, reason in _REASONS.items():
        letters = {one.address: one.delivery_id for one in effects if one.kind == kind}
        suppression.add(session, letters, reason, letters=letters)
    softbounces.judge(session, {(one.contact_id, one.address) for one in effects if one.kind in _SOFT})
    for one in (one for one in effects if one.kind in _GOODBYES):
        contact = contacts.reached(session, one.contact_id)
        if contact:  # else erased meanwhile
            _say_goodbye(session, contact, one.kind, {"delivery": str(one.delivery_id)})
    # Last, as in settling: what is held is locked after deliveries.
    hearing.hear_reports(session, [one.delivery_id for one in effects if one.kind in _BOUNCES])


def follow_nameless(session: Session, notices: Sequence[Notice]) -> None:
    """Do the same for addresses whose letter the provider did not name."""
    for one in (one for one in notices if one.kind in _REASONS):
        try:
            address = normalise(one.address).normalised
        except Refused:
            continue
        if erasures.stands_for(session, address) and not _is_known(session, address):
            events.forget(session, (), [address])
            continue
        suppression.add(session, [address], _REASONS[one.kind])
        if one.kind in _GOODBYES:
            for contact in session.exec(select(Contact).where(Contact.address == address)):
                _say_goodbye(session, contact, one.kind, {"address": address})


def _is_known(session: Session, address: str) -> bool:
    return session.exec(select(Contact.id).where(Contact.address == address)).first() is not None


def _say_goodbye(session: Session, contact: Contact, kind: str, evidence: dict[str, Any]) -> None:
    """Take a complaint, or leaving by a way of the provider's, for a withdrawal of every consent."""
    ledger.withdraw_all(session, contact, source=_GOODBYES[kind], actor=ACTOR, evidence=evidence)
    deliveries.withdraw_planned(session, contact.id)
