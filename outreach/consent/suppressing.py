"""Suppressions as people meet them: looked up, made by hand, undone with a reason.

Undoing one opens a door and sends nobody through it: a letter still needs a consent of its own. What the person
decided is undone only on the person's own wish, and what stands for somebody who was erased is not undone at all:
it is the keyed hash of an address that nobody here knows any more (GDPR Art. 17), kept so that no import brings the
person back. They may subscribe again themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.contacts import addresses
from outreach.contacts.models import Contact
from outreach.delivery import ledger, suppression
from outreach.delivery.models import Delivery, Suppression, SuppressionReason
from outreach.foundation import masking
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page
from outreach.rendering import merge

LONGEST: Final = 200  # characters of a reason


class Lifting(StrEnum):
    """Why a suppression is undone: a closed list, because the log outlives what people write."""

    WORKS = "works"  # the address works again, or the report was wrong
    ASKED = "asked"  # the person asked for letters again
    MISTAKE = "mistake"  # it was made by mistake


MAY_BE_LIFTED: Final[Mapping[SuppressionReason, tuple[Lifting, ...]]] = {
    SuppressionReason.HARD_BOUNCE: (Lifting.WORKS,),
    SuppressionReason.SOFT_BOUNCES: (Lifting.WORKS,),
    SuppressionReason.MANUAL: (Lifting.MISTAKE, Lifting.ASKED),
    SuppressionReason.UNSUBSCRIBED: (Lifting.ASKED,),
    SuppressionReason.COMPLAINT: (Lifting.ASKED,),
    SuppressionReason.ERASED: (),
}
# The person's own decisions: whoever undoes one confirms that the person wants it.
OWN_WISH: Final = frozenset({SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINT})


@dataclass(frozen=True)
class Suppressed:
    """A suppressed address with the person behind it, where known, and the letter whose report led to it."""

    id: UUID
    address: str
    reason: SuppressionReason
    detail: str
    since: datetime
    made_by: str
    contact_id: UUID | None
    name: str
    delivery_id: UUID | None
    mailing_id: UUID | None
    said: str | None

    @property
    def liftings(self) -> tuple[Lifting, ...]:
        """Return the reasons for which it may be undone."""
        return MAY_BE_LIFTED[self.reason]

    @property
    def is_own_wish(self) -> bool:
        """Tell whether the person decided it."""
        return self.reason in OWN_WISH


def listed(
    session: Session,
    *,
    words: str = "",
    reason: SuppressionReason | None = None,
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[Suppressed]:
    """List suppressed addresses, the newest first: those that hold some letters, or were suppressed for a reason."""
    wanted = _wanted()
    if words.strip():
        wanted = wanted.where(sa.func.strpos(col(Suppression.address), words.strip().lower()) > 0)
        wanted = wanted.where(col(Suppression.reason) != SuppressionReason.ERASED)
    if reason is not None:
        wanted = wanted.where(col(Suppression.reason) == reason)
    return page(session, wanted, [col(Suppression.id)], read=_suppressed, cursor=cursor, size=size, descending=True)


def get(session: Session, suppression_id: UUID) -> Suppressed:
    """Return one suppression. Raises NotFound, also for one that was undone."""
    row = session.execute(_wanted().where(col(Suppression.id) == suppression_id)).one_or_none()
    if row is None:
        raise NotFound(_("This address is not suppressed any more."))
    return _suppressed(row)


def of_address(session: Session, address: str) -> Suppressed | None:
    """Return the suppression of a normalised address, None when mail may go to it."""
    row = session.execute(_wanted().where(col(Suppression.address) == address)).one_or_none()
    return _suppressed(row) if row else None


def add(session: Session, email: str, *, why: str, by: str) -> None:
    """Let no more mail go to an address, and stop what is on its way to it.

    Raises Refused for what is no address or no reason, Conflict when the address is suppressed already.
    """
    address = addresses.normalise(email).normalised
    reason = " ".join(merge.plain(why).split())
    if not reason:
        raise Refused(_("Say why, in a few words."))
    if len(reason) > LONGEST:
        raise Refused(_("This reason is too long; keep it under 200 characters."))
    if not suppression.add(session, [address], SuppressionReason.MANUAL, reason, by=by):
        raise Conflict(_("Nothing is sent to this address already."))
    made = _suppressed(session.execute(_wanted().where(col(Suppression.address) == address)).one())
    if made.contact_id is not None:
        ledger.withdraw_planned(session, made.contact_id)
    audit.append(session, actor=by, action="suppression.add", subject=_subject(made))


def lift(session: Session, one: Suppressed, *, why: Lifting, confirmed: bool, by: str) -> None:
    """Let mail go to an address again; the log keeps what it was and why it was undone.

    Raises Refused for what may not be undone so, Conflict when somebody else was first.
    """
    if not one.liftings:
        raise Refused(_("Somebody asked to be forgotten; this is kept so that no import brings them back."))
    if why not in one.liftings:
        raise Refused(_("This cannot be the reason here; choose one of those offered."))
    if one.is_own_wish and not confirmed:
        raise Refused(_("The person decided this. Confirm that you have their own wish in writing."))
    if not suppression.remove(session, one.id):
        raise Conflict(_("This address is not suppressed any more."))
    detail = {"was": one.reason.value, "why": why.value}
    audit.append(session, actor=by, action="suppression.lift", subject=_subject(one), detail=detail)


def _wanted() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Suppression, Contact, col(Delivery.mailing_id), col(Delivery.reason).label("said"))
        .outerjoin(Contact, col(Contact.address) == col(Suppression.address))
        .outerjoin(Delivery, col(Delivery.id) == col(Suppression.delivery_id))
    )


def _suppressed(row: Any) -> Suppressed:
    one: Suppression = row.Suppression
    contact: Contact | None = row.Contact
    return Suppressed(
        id=one.id,
        address=masking.address(one.address),
        reason=one.reason,
        detail=one.detail,
        since=one.created_at,
        made_by=one.made_by,
        contact_id=contact.id if contact else None,
        name=contact.display_name if contact else "",
        delivery_id=one.delivery_id,
        mailing_id=row.mailing_id,
        said=row.said,
    )


def _subject(one: Suppressed) -> str:
    return f"contact:{one.contact_id}" if one.contact_id else f"suppression:{one.id}"
