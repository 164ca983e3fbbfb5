"""A person's sign-ups: gone with the person, and with every address that was theirs."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.signup.models import SignUp


def forget(session: Session, contact: UUID, addresses: Collection[str]) -> None:
    """Remove what a contact entered, and what anybody entered with one of these addresses."""
    theirs = sa.or_(col(SignUp.contact_id) == contact, col(SignUp.address).in_(list(addresses)))
    session.execute(sa.delete(SignUp).where(theirs), execution_options={"synchronize_session": False})
