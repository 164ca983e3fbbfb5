"""Erasing a person from every room (GDPR Art. 17; PIPL Art. 47), so that what was counted stays counted.

What stays: letters that say nothing about anybody, numbers, the audit log's ids that lead nowhere, and a keyed code of
the address (`delivery.erasures`), kept so that no import and no backup brings the person back. They may sign up again
themselves; docs/decisions/0026-erasing.md says why it is done so.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.campaigns import forgetting as campaigns
from outreach.consent import ledger as consents
from outreach.contacts import queries as contacts
from outreach.contacts.models import Contact, Organisation
from outreach.delivery import erasures, events
from outreach.delivery import ledger as deliveries
from outreach.delivery.models import Delivery, Suppression
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.intake import forgetting as intake
from outreach.privacy import holding
from outreach.readers import forgetting as readers
from outreach.rendering import merge
from outreach.reporting import folding
from outreach.signup import forgetting as signup

LONGEST: Final = 300  # characters of a reason
ACTION: Final = "person.erase"


def erase(session: Session, contact: Contact, *, by: str, why: str) -> None:
    """Erase a person; `why` says on whose request, and must not name people, for the audit log keeps it.

    Letters on their way are stopped first. Raises Refused without a reason, Conflict while a legal hold stands.
    """
    reason = _reason(why)
    session.refresh(contact, with_for_update=True)
    holding.insist_free(session, contact)
    _erase(session, contact)
    audit.append(session, actor=by, action=ACTION, subject=f"contact:{contact.id}", detail={"reason": reason})
    session.flush()


def erase_again(session: Session, contact: Contact) -> None:
    """Erase somebody who was erased before and came back with an older database; nothing is asked any more."""
    hold = holding.on(session, contact.id)
    if hold is not None:  # older than the erasure, which could not have been done while it stood
        session.delete(hold)
        session.flush()
    _erase(session, contact, is_new=False)
    audit.append(session, actor="system", action=ACTION, subject=f"contact:{contact.id}", detail={"reason": "restored"})
    session.flush()


def _erase(session: Session, contact: Contact, *, is_new: bool = True) -> None:
    session.flush()
    addresses = {contact.address} | contacts.other_addresses(session, contact.id)
    known_as = [contact.id, *contacts.earlier_ids(session, contact.id)]
    letters = list(session.scalars(sa.select(col(Delivery.id)).where(col(Delivery.contact_id).in_(known_as))))
    sector = _sector(session, contact.organisation_id)
    folding.fold_person(session, contact, known_as)
    for one in known_as:
        addresses |= deliveries.addresses_of(session, one)
        deliveries.forget(session, one, sector=sector)
        campaigns.forget(session, one)
    events.forget(session, letters, addresses)
    intake.forget(session, contact.id, addresses)
    readers.forget(session, contact, addresses)
    signup.forget(session, contact.id, addresses)
    consents.forget(session, contact.id)
    session.execute(
        sa.delete(Suppression).where(col(Suppression.address).in_(addresses)),
        execution_options={"synchronize_session": False},
    )
    session.delete(contact)
    session.flush()
    if is_new:
        erasures.record(session, addresses)


def _sector(session: Session, organisation_id: UUID | None) -> str:
    found = session.get(Organisation, organisation_id) if organisation_id else None
    return found.sector.value if found else ""


def _reason(why: str) -> str:
    reason = " ".join(merge.plain(why).split())
    if not reason:
        raise Refused(
            _("Say on whose request this is done, such as “letter of 20 November, 2026/114”. Name no people.")
        )
    if "@" in reason:
        raise Refused(_("Leave the address out of the reason: the log keeps it after the person is erased."))
    if len(reason) > LONGEST:
        raise Refused(_("This reason is too long; keep it under 300 characters."))
    return reason
