"""The organisations that subscribers name: linked where we know them, else kept as text until an officer has looked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.contacts import queries
from outreach.contacts.models import Contact, Organisation
from outreach.contacts.organisations import spelling
from outreach.contacts.queries import OrganisationRow
from outreach.contacts.search import Search
from outreach.foundation import clock
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.signup.models import SaidOrganisation

SHOWN = 50
ALIKE = 5


@dataclass(frozen=True)
class Said:
    """Somebody, the organisation that they named, and those of ours that it may be."""

    contact_id: UUID
    person: str
    name: str
    sector: str
    at: datetime
    alike: tuple[OrganisationRow, ...]


def say(session: Session, contact: Contact, name: str, sector: str) -> None:
    """Link a contact to the organisation of exactly this name, or keep what they said for an officer.

    Who is linked already stays so: nobody changes by a form what staff know.
    """
    if not (name or sector) or contact.organisation_id is not None:
        return
    found = _named(session, name) if name else None
    if found is not None:
        contact.organisation_id = found
        contact.updated_at = clock.now()
        return
    said = {"name": name, "sector": sector, "at": clock.now()}
    statement = insert(SaidOrganisation).values(contact_id=contact.id, **said)
    session.execute(statement.on_conflict_do_update(index_elements=["contact_id"], set_=said))


def waiting(session: Session) -> list[Said]:
    """List what nobody has looked at yet, the oldest first, at most `SHOWN`."""
    rows = session.execute(
        sa.select(SaidOrganisation, Contact)
        .join(Contact, col(Contact.id) == col(SaidOrganisation.contact_id))
        .order_by(col(SaidOrganisation.at))
        .limit(SHOWN)
    )
    return [
        Said(contact.id, contact.display_name, said.name, said.sector, said.at, _alike(session, said.name))
        for said, contact in rows
    ]


def settle(session: Session, contact_id: UUID, organisation_id: UUID | None, *, by: str) -> None:
    """Link the contact to an organisation, or to none, and let go of what they said. Raises Refused, Conflict."""
    said = session.get(SaidOrganisation, contact_id, with_for_update=True)
    if said is None:
        raise Conflict(_("Somebody else has dealt with this already."))
    if organisation_id is not None:
        if session.get(Organisation, organisation_id) is None:
            raise Refused(_("There is no such organisation."))
        contact = session.get_one(Contact, contact_id)
        contact.organisation_id = organisation_id
        contact.updated_at = clock.now()
    session.delete(said)
    session.flush()
    detail = {"organisation": str(organisation_id) if organisation_id else None}
    audit.append(session, actor=by, action="signup.organisation", subject=f"contact:{contact_id}", detail=detail)


def _named(session: Session, name: str) -> UUID | None:
    """Return the one organisation that has this name in a language; none where several have."""
    each = sa.func.jsonb_each_text(col(Organisation.names)).table_valued("key", "value", name="each")
    ids = session.scalars(
        sa.select(col(Organisation.id)).distinct().join(each, sa.true()).where(_folded(each.c.value) == _folded(name))
    ).all()
    return ids[0] if len(ids) == 1 else None


def _folded(value: sa.ColumnElement[str] | str) -> sa.ColumnElement[str]:
    """Compare as `contacts.organisations.spelling` does: full-width forms, case and spaces make no difference."""
    if isinstance(value, str):
        return sa.literal(spelling(value))
    return sa.func.lower(
        sa.func.btrim(sa.func.regexp_replace(sa.func.normalize(value, sa.text("NFKC")), r"\s+", " ", "g"))
    )


def _alike(session: Session, name: str) -> tuple[OrganisationRow, ...]:
    word = max(name.split(), key=len, default="")
    return queries.organisations(session, Search(text=word), size=ALIKE).items if word else ()
