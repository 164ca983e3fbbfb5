"""A change of address: asked for on a fresh page, agreed to in both mailboxes, by the button on a page (never by GET).

Nobody learns from it whether we know an address: the answer is the same, and only who reads the new mailbox hears more.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.consent import ledger
from outreach.contacts import addresses
from outreach.contacts.models import Contact
from outreach.content import notices
from outreach.content.notices import LASTS, Notice
from outreach.delivery import erasures, suppression
from outreach.delivery.models import Delivery, Suppression, SuppressionReason
from outreach.foundation import clock, urls
from outreach.foundation.errors import Conflict, NotFound, Refused, TooMany
from outreach.foundation.locale import gettext as _
from outreach.readers.models import Move, MoveState

MOST_A_DAY: Final = 3  # changes of one person, and mails to one new address
KEPT: Final = timedelta(days=30)  # what became of a change, for questions about it


class Side(StrEnum):
    """Which of the two mailboxes speaks."""

    OLD = "old"  # the one on file
    NEW = "new"  # the one that letters are to go to


def ask(session: Session, contact: Contact, email: str) -> Move:
    """Ask both mailboxes whether letters may go to another address; an earlier question is taken back.

    Raises Refused for what is no address or no change, TooMany after `MOST_A_DAY`. To an address that is suppressed
    nothing is sent, so the change never happens; so for one that is somebody else's, whose mailbox is told.
    """
    address = addresses.normalise(email)
    if address.normalised == contact.address:
        raise Refused(_("Letters go to this address already."))
    if _asked_lately(session, col(Move.contact_id) == contact.id) >= MOST_A_DAY:
        raise TooMany(
            _("You asked for several changes today. Try again tomorrow, or simply answer one of our letters.")
        )
    goes = _asked_lately(session, col(Move.address) == address.normalised) < MOST_A_DAY
    session.execute(
        sa.update(Move)
        .where(col(Move.contact_id) == contact.id, col(Move.state) == MoveState.WAITING)
        .values(state=MoveState.STOPPED)
    )
    move = Move(
        contact_id=contact.id,
        email=address.typed,
        address=address.normalised,
        old_address=contact.address,
        asked_at=clock.now(),
        expires_at=clock.now() + LASTS[Notice.MOVE_TO],
    )
    session.add(move)
    session.flush()
    _write(session, contact, Notice.MOVE_FROM, contact.address, urls.move_from(move.id), whose=contact)
    _write_to_new(session, contact, move, goes=goes and not _is_suppressed(session, move.address))
    return move


def find(session: Session, move_id: UUID, *, acting: bool = False) -> tuple[Move, Contact]:
    """Return a change and whose it is, also when it is over: errors speak their language. Raises NotFound."""
    move = session.get(Move, move_id)
    contact = session.get(Contact, move.contact_id, with_for_update=acting or None) if move else None
    if move is None or contact is None:
        raise NotFound(_("This link does not work any more; nothing was changed."))
    if acting:
        session.refresh(move, with_for_update=True)
    return move, contact


def insist_open(move: Move) -> None:
    """Raise Conflict for a change that was stopped, or that nobody agreed to in time."""
    if move.state is MoveState.STOPPED or (move.state is MoveState.WAITING and clock.now() >= move.expires_at):
        raise Conflict(_("This change was stopped, or nobody agreed in time. Letters go where they went before."))


def agree(session: Session, move: Move, contact: Contact, side: Side) -> MoveState:
    """Note that a mailbox agrees; when both have, letters go to the new address from then on (GDPR Art. 16)."""
    if move.state is MoveState.DONE:
        return move.state
    if side is Side.OLD:
        move.agreed_by_old_at = move.agreed_by_old_at or clock.now()
    else:
        move.agreed_by_new_at = move.agreed_by_new_at or clock.now()
    if move.agreed_by_old_at and move.agreed_by_new_at:
        _carry_out(session, move, contact)
    session.flush()
    return move.state


def stop(session: Session, move: Move) -> None:
    """Let a change never happen: one mailbox said no. One that has happened stays. Raises Conflict then."""
    if move.state is MoveState.DONE:
        raise Conflict(
            _("Both mailboxes have agreed, so the change has been made. Answer one of our letters for help.")
        )
    move.state = MoveState.STOPPED
    session.flush()


def forget(session: Session) -> None:
    """Forget the changes that were decided, or never were, a month ago."""
    session.execute(sa.delete(Move).where(col(Move.asked_at) < clock.now() - KEPT))


def _carry_out(session: Session, move: Move, contact: Contact) -> None:
    usable = contact.address == move.old_address and not _is_suppressed(session, move.address)
    move.state = MoveState.DONE if usable and _moved(session, move, contact) else MoveState.STOPPED
    if move.state is MoveState.DONE:
        audit.append(session, actor=ledger.SELF, action="contact.move", subject=f"contact:{contact.id}")


def _moved(session: Session, move: Move, contact: Contact) -> bool:
    """Give the contact the new address; False when it has become somebody else's since it was asked for."""
    left_altogether = session.scalar(
        sa.select(
            sa.exists().where(
                col(Suppression.address) == move.old_address,
                col(Suppression.reason) == SuppressionReason.UNSUBSCRIBED,
            )
        )
    )
    try:
        with session.begin_nested():
            contact.email, contact.address, contact.updated_at = move.email, move.address, clock.now()
            session.flush()
    except IntegrityError:
        session.refresh(contact)
        return False
    if left_altogether:
        suppression.add(session, [move.address], SuppressionReason.UNSUBSCRIBED, "change of address")
    return True


def _write_to_new(session: Session, contact: Contact, move: Move, *, goes: bool) -> None:
    """Write to the new mailbox. What must not go is written too and withdrawn: the answer takes as long.

    Whose letter it was, and what became of it, is not for who asked: it may be a stranger's mailbox.
    """
    owner = session.scalars(sa.select(Contact).where(col(Contact.address) == move.address)).one_or_none()
    if owner is not None:
        letter = _write(session, owner, Notice.MOVE_TAKEN, move.address, urls.letters(owner.language), whose=owner)
    else:
        letter = _write(session, contact, Notice.MOVE_TO, move.address, urls.move_to(move.id), whose=None)
        move.letter_id = letter
    session.execute(sa.update(Delivery).where(col(Delivery.id) == letter).values(withdrawn=not goes))
    session.flush()


def _write(
    session: Session, reader: Contact, notice: Notice, address: str, link: str, *, whose: Contact | None
) -> UUID:
    contact = whose.id if whose else None
    return notices.post(session, notice, address=address, language=reader.language, link=link, contact_id=contact)


def _asked_lately(session: Session, which: sa.ColumnElement[bool]) -> int:
    lately = col(Move.asked_at) > clock.now() - timedelta(days=1)
    return int(session.scalar(sa.select(sa.func.count()).select_from(Move).where(which, lately)) or 0)


def _is_suppressed(session: Session, address: str) -> bool:
    known = session.scalar(sa.select(sa.exists().where(col(Suppression.address) == address)))
    return bool(known) or erasures.stands_for(session, address)
