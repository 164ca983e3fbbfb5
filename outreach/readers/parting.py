"""Leaving by a page, with a day to think again: what was held is kept and comes back exactly as it was.

The one click of a mailbox shows no page, so it keeps nothing; the way back is then to choose again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import ledger, preferences, topics
from outreach.consent.models import Basis, ConsentAction, SubscriptionState
from outreach.contacts.models import Contact
from outreach.delivery.models import Suppression, SuppressionReason
from outreach.foundation import clock, locale
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.locale import gettext as _
from outreach.readers.models import Parting, Why

UNDO_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Left:
    """A leaving and who left; `may_be_undone` for a day, and once."""

    parting: Parting
    contact: Contact
    until: datetime

    @property
    def may_be_undone(self) -> bool:
        """Tell whether what was held can still come back."""
        return self.parting.undone_at is None and clock.now() < self.until and bool(self.parting.kept)


def leave(session: Session, contact: Contact, keys: Collection[str], *, source: str, delivery: UUID | None) -> Parting:
    """End the subscription to some topics and remember what was held of them."""
    parting = _remembered(session, contact, keys, everything=False, delivery=delivery)
    preferences.leave(session, contact, keys, source=source, evidence=_evidence(parting))
    return parting


def leave_all(session: Session, contact: Contact, *, source: str, delivery: UUID | None) -> Parting:
    """Leave everything and remember what was held."""
    parting = _remembered(session, contact, topics.KEYS, everything=True, delivery=delivery)
    preferences.leave_all(session, contact, source=source, evidence=_evidence(parting))
    return parting


def find(session: Session, parting_id: UUID, *, acting: bool = False) -> Left:
    """Return a leaving. Raises NotFound for one that is unknown, or of somebody who is not here any more."""
    parting = session.get(Parting, parting_id)
    found = session.get(Contact, parting.contact_id, with_for_update=acting or None) if parting else None
    if parting is None or found is None:
        raise NotFound(_("This link does not work any more; use the one in our newest letter, or simply answer it."))
    if acting:
        session.refresh(parting, with_for_update=True)
    return Left(parting, found, parting.at + UNDO_WITHIN)


def undo(session: Session, left: Left) -> None:
    """Give back what was held, with a ledger entry for each (GDPR Art. 7(1)); the second time does nothing.

    What the person decided since stands. Letters that were stopped stay so. Raises Conflict when the day is over.
    """
    if left.parting.undone_at is not None:
        return
    if not left.may_be_undone:
        raise Conflict(_("The day for undoing this is over. Choose your letters again instead; it takes a moment."))
    contact, kept = left.contact, left.parting.kept
    decided = _decided_since(session, contact, left.parting)
    common: dict[str, Any] = {
        "source": "undo of leaving",
        "language": locale.language(),
        "wording": wording(),
        "evidence": _evidence(left.parting),
    }
    held: Mapping[str, Mapping[str, str]] = kept["topics"]
    for topic in topics.by_keys(session, [key for key in held if key not in decided]):
        was = held[topic.key]
        action = ConsentAction.GIVEN if was["state"] == SubscriptionState.SUBSCRIBED else ConsentAction.ASKED
        ledger.record(session, contact, action=action, topic=topic, basis=Basis(was["basis"]), **common)
    if kept["tracking"] and None not in decided:
        ledger.record(session, contact, action=ConsentAction.GIVEN, topic=None, **common)
    if kept["suppressed_here"]:
        session.execute(
            sa.delete(Suppression).where(
                col(Suppression.address) == contact.address,
                col(Suppression.reason) == SuppressionReason.UNSUBSCRIBED,
            )
        )
    left.parting.undone_at = clock.now()


def tell_why(session: Session, left: Left, why: Why) -> None:
    """Keep the reason that somebody chose after leaving; another choice takes its place."""
    left.parting.why = why
    session.flush()


def wording() -> str:
    """Return the sentence that a person agrees to by undoing."""
    return _("Undo: I want everything back as it was before I left.")


def forget(session: Session) -> None:
    """Forget what was held by those whose day is over; that they left, and why, stays as a count."""
    session.execute(
        sa.update(Parting).where(col(Parting.at) < clock.now() - UNDO_WITHIN, col(Parting.kept) != {}).values(kept={})
    )


def _remembered(
    session: Session, contact: Contact, keys: Collection[str], *, everything: bool, delivery: UUID | None
) -> Parting:
    """Write down what is held before it is given up."""
    rows = session.execute(_HELD, {"contact": contact.id, "keys": list(keys)}).all()
    suppressed = session.scalar(sa.select(sa.exists().where(col(Suppression.address) == contact.address)))
    tracking = everything and bool(session.scalar(_TRACKS, {"contact": contact.id}))
    parting = Parting(
        contact_id=contact.id,
        delivery_id=delivery,
        at=clock.now(),
        everything=everything,
        kept={
            "topics": {row.key: {"state": row.state, "basis": row.basis} for row in rows},
            "tracking": tracking,
            "suppressed_here": everything and not suppressed,
        }
        if rows or tracking
        else {},
    )
    session.add(parting)
    session.flush()
    return parting


def _decided_since(session: Session, contact: Contact, parting: Parting) -> set[str | None]:
    """Return the topics, and None for measuring, that the person decided about after they left."""
    rows = session.execute(_LATER, {"contact": contact.id, "parting": str(parting.id), "at": parting.at})
    return {row.key for row in rows}


def _evidence(parting: Parting) -> dict[str, str]:
    letter = {"delivery": str(parting.delivery_id)} if parting.delivery_id else {}
    return {**letter, "parting": str(parting.id)}


_HELD = sa.text(
    """
    SELECT topic.key, subscription.state, coalesce(stood.basis, 'consent') AS basis
    FROM subscription JOIN topic ON topic.id = subscription.topic_id
    LEFT JOIN LATERAL (
        SELECT basis FROM consent_record
        WHERE contact_id = subscription.contact_id AND topic_id = subscription.topic_id AND action <> 'withdrawn'
        ORDER BY id DESC LIMIT 1
    ) AS stood ON true
    WHERE subscription.contact_id = :contact AND subscription.state <> 'unsubscribed' AND topic.key = ANY(:keys)
    """
)

_TRACKS = sa.text("SELECT given FROM tracking_choice WHERE contact_id = :contact")

_LATER = sa.text(
    """
    SELECT DISTINCT topic.key FROM consent_record LEFT JOIN topic ON topic.id = consent_record.topic_id
    WHERE consent_record.contact_id = :contact AND consent_record.at >= :at
        AND coalesce(consent_record.evidence ->> 'parting', '') <> :parting
    """
)
