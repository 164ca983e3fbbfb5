"""What readers' pages kept: forgotten when it has served its purpose, and with the person."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.models import Contact
from outreach.delivery import ledger, pauses
from outreach.delivery.models import ReaderPause
from outreach.readers import moving, parting, visiting
from outreach.readers.models import FreshLink, Move, Parting


def tidy(session: Session) -> None:
    """Forget all that has served its purpose (GDPR Art. 5(1)(e)); running twice does no harm."""
    parting.forget(session)
    visiting.forget(session)
    moving.forget(session)
    pauses.forget(session)


def forget(session: Session, contact: Contact, addresses: Collection[str]) -> None:
    """Forget a person, and that anybody wanted letters to go to one of these addresses; that somebody left stays."""
    letters = sa.select(col(Move.letter_id)).where(col(Move.contact_id) == contact.id, col(Move.letter_id).is_not(None))
    for letter in filter(None, session.scalars(letters).all()):  # a handful at most: `moving.MOST_A_DAY` for a month
        ledger.forget(session, letter, sector="")  # a letter that is linked to nobody is linked to its own number
    of_person = sa.or_(col(Move.contact_id) == contact.id, col(Move.address).in_(list(addresses)))
    for statement in (
        sa.delete(Move).where(of_person),
        sa.delete(FreshLink).where(col(FreshLink.contact_id) == contact.id),
        sa.delete(ReaderPause).where(col(ReaderPause.contact_id) == contact.id),
        sa.update(Parting)
        .where(col(Parting.contact_id) == contact.id)
        .values(contact_id=None, delivery_id=None, kept={}),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
