"""What contacts can be told apart by: the countries and sources that occur, for choices in forms."""

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.models import Contact, Organisation
from outreach.contacts.search import country_of_contact


def countries(session: Session) -> list[str]:
    """Return every country that a contact is in, most people first. Reads all contacts: staff pages only."""
    country = country_of_contact().label("country")
    rows = session.execute(
        sa.select(country)
        .select_from(sa.join(Contact, Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True))
        .group_by(country)
        .order_by(sa.func.count().desc(), country)
    )
    return [row.country for row in rows if row.country]


def sources(session: Session, *, limit: int) -> list[str]:
    """Return where addresses come from, most people first. Reads all contacts: staff pages only."""
    source = col(Contact.source)
    return list(
        session.scalars(sa.select(source).group_by(source).order_by(sa.func.count().desc(), source).limit(limit))
    )
