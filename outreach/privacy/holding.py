"""Legal holds: while one stands, nothing of the person is disposed of (GDPR Art. 17(3)(b), (e), Art. 18(2))."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.contacts.models import Contact
from outreach.delivery import ledger as deliveries
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy.models import LegalHold
from outreach.rendering import merge

LONGEST: Final = 300


@dataclass(frozen=True)
class Held:
    """A person about whom nothing may be disposed of."""

    contact_id: UUID
    name: str
    reason: str
    by: str
    since: datetime


def on(session: Session, contact_id: UUID) -> LegalHold | None:
    """Return the hold on a person, None where there is none."""
    return session.get(LegalHold, contact_id)


def listed(session: Session) -> list[Held]:
    """List all holds, the oldest first."""
    rows = session.exec(
        select(LegalHold, Contact).join(Contact, col(Contact.id) == LegalHold.contact_id).order_by(col(LegalHold.at))
    )
    return [Held(hold.contact_id, contact.display_name, hold.reason, hold.by, hold.at) for hold, contact in rows]


def everybody(session: Session) -> list[UUID]:
    """Return the ids of all contacts whose data is held."""
    return list(session.exec(select(LegalHold.contact_id)).all())


def place(session: Session, contact: Contact, *, reason: str, by: str) -> None:
    """Hold a person's data. Raises Refused without a reason, Conflict when it is held already."""
    given = " ".join(merge.plain(reason).split())
    if not given:
        raise Refused(_("Say which case or order this is, such as “case 2026/88”. Name no people."))
    if len(given) > LONGEST:
        raise Refused(_("This reason is too long; keep it under 300 characters."))
    if on(session, contact.id) is not None:
        raise Conflict(_("This person's data is held already."))
    session.add(LegalHold(contact_id=contact.id, reason=given, by=by))
    audit.append(session, actor=by, action="person.hold", subject=f"contact:{contact.id}", detail={"reason": given})
    session.flush()


def release(session: Session, contact: Contact, *, by: str) -> None:
    """Let a person's data go by the usual rules again. Raises Conflict when it is not held."""
    found = on(session, contact.id)
    if found is None:
        raise Conflict(_("This person's data is not held."))
    session.delete(found)
    deliveries.reopen(session, contact.id)
    audit.append(session, actor=by, action="person.release", subject=f"contact:{contact.id}")
    session.flush()


def insist_free(session: Session, contact: Contact) -> None:
    """Insist that nothing holds a person's data. Raises Conflict."""
    if on(session, contact.id) is not None:
        raise Conflict(
            _("A legal hold stands on this person's data, so that it cannot be erased now; an administrator knows why.")
        )
