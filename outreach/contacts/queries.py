"""People and organisations as lists and pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.contacts import addresses, search
from outreach.contacts.models import Contact, ContactAlias, Organisation, OrganisationKind, Sector
from outreach.contacts.search import Search
from outreach.foundation import locale, masking
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page


class Order(StrEnum):
    """How a list of people is sorted."""

    NEWEST = "newest"  # who came last comes first
    OLDEST = "oldest"  # the other way round
    NAME = "name"  # by family name, or what stands for it
    CHANGED = "changed"  # whose details were changed last


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation in the language in use, with how many people we know there, in all and per language."""

    id: UUID
    key: str
    name: str
    other_names: tuple[str, ...]
    kind: OrganisationKind
    sector: Sector
    country: str
    language: str
    people: int = 0
    per_language: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonRow:
    """A contact as a list shows it."""

    id: UUID
    name: str
    latin_name: str
    email: str
    title: str
    language: str
    country: str
    tags: tuple[str, ...]
    organisation: OrganisationRow | None


@dataclass(frozen=True)
class Person:
    """A contact's own page: the rows themselves."""

    contact: Contact
    organisation: Organisation | None


def listed(
    session: Session,
    wanted: Search,
    *also: sa.ColumnElement[bool],
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[PersonRow]:
    """List people, the newest first or as asked. `also` narrows further, over `contact LEFT JOIN organisation`."""
    return of(session, [*search.looked_up(session, wanted), *also], order=order, cursor=cursor, size=size)


def of(
    session: Session,
    conditions: Sequence[sa.ColumnElement[bool]],
    *,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[PersonRow]:
    """List the people for whom conditions over `contact LEFT JOIN organisation` hold."""
    statement = (
        sa.select(Contact, Organisation)
        .outerjoin(Organisation, col(Organisation.id) == col(Contact.organisation_id))
        .where(*conditions)
    )
    keys, descending = _KEYS[order]
    return page(session, statement, keys, read=_person, cursor=cursor, size=size, descending=descending)


def _family_name() -> sa.ColumnElement[str]:
    """Return what people are sorted by: å, ä and ö stand behind z, in this order."""
    names = (sa.func.nullif(col(name), "") for name in (Contact.family_name, Contact.latin_name, Contact.native_name))
    name = sa.func.coalesce(*names, col(Contact.email))
    return sa.type_coerce(sa.func.translate(sa.func.lower(name), "åäö", "{|}"), sa.Text)


_KEYS: Final[Mapping[Order, tuple[list[sa.SQLColumnExpression[Any]], bool]]] = {
    Order.NEWEST: ([col(Contact.id)], True),
    Order.OLDEST: ([col(Contact.id)], False),
    Order.NAME: ([_family_name(), col(Contact.given_name), col(Contact.id)], False),
    Order.CHANGED: ([col(Contact.updated_at), col(Contact.id)], True),
}


def person(session: Session, contact_id: UUID) -> Person:
    """Return one person with the organisation. Raises NotFound."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(_("There is no such contact; it may have been erased."))
    return Person(contact, session.get(Organisation, contact.organisation_id) if contact.organisation_id else None)


def merged_into(session: Session, contact_id: UUID) -> UUID | None:
    """Return who somebody turned out to be, None where they were not merged into anybody."""
    return session.exec(select(ContactAlias.contact_id).where(ContactAlias.id == contact_id)).one_or_none()


def reached(session: Session, contact_id: UUID, *, lock: bool = False) -> Contact | None:
    """Return the contact of an id, or whom they were merged into; None where nobody is left. `lock` holds the row."""
    found = session.get(Contact, contact_id, with_for_update=lock or None)
    if found is None and (living := merged_into(session, contact_id)):
        found = session.get(Contact, living, with_for_update=lock or None)
    return found


def earlier_ids(session: Session, contact_id: UUID) -> list[UUID]:
    """Return the ids by which a person was known before they were merged; a few letters keep them."""
    return list(session.scalars(sa.select(col(ContactAlias.id)).where(col(ContactAlias.contact_id) == contact_id)))


def other_addresses(session: Session, contact_id: UUID) -> set[str]:
    """Return the normalised addresses of those who were merged into a contact."""
    theirs = sa.select(col(ContactAlias.address)).where(col(ContactAlias.contact_id) == contact_id)
    return set(session.scalars(theirs))


def by_address(session: Session, email: str) -> Contact:
    """Return the contact who is reached at an address. Raises NotFound, Refused for what is no address."""
    wanted = addresses.normalise(email).normalised
    found = session.exec(select(Contact).where(col(Contact.address) == wanted)).one_or_none()
    if found is None:
        raise NotFound(_("Nobody has the address %(address)s.") % {"address": email})
    return found


def organisations(
    session: Session, wanted: Search, *, cursor: str | None = None, size: int = SIZE
) -> Page[OrganisationRow]:
    """List organisations by their name in the language in use, with their people counted."""
    names = col(Organisation.names)
    name = sa.func.coalesce(
        names[locale.language()].astext, names[col(Organisation.language)].astext, col(Organisation.key)
    )
    rows = page(
        session,
        sa.select(Organisation).where(*search.organisations(wanted)),
        [sa.type_coerce(name, sa.Text), col(Organisation.id)],
        read=lambda row: row.Organisation,
        cursor=cursor,
        size=size,
    )
    counts = _people_of(session, [one.id for one in rows.items])
    items = tuple(_organisation(one, counts.get(one.id, {})) for one in rows.items)
    return Page(items, rows.next, rows.previous, rows.total)


def organisation(session: Session, organisation_id: UUID) -> OrganisationRow:
    """Return one organisation with its people counted. Raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(_("There is no such organisation."))
    return _organisation(found, _people_of(session, [found.id]).get(found.id, {}))


def of_organisation(
    session: Session, organisation_id: UUID, *, cursor: str | None = None, size: int = SIZE
) -> Page[PersonRow]:
    """List the people of one organisation."""
    return listed(session, Search(), col(Contact.organisation_id) == organisation_id, cursor=cursor, size=size)


def organisation_options(session: Session) -> list[tuple[str, str]]:
    """Return every organisation with its name in the language in use, sorted by it, for a choice in a form."""
    rows = session.execute(sa.select(Organisation)).scalars()
    named = [(str(one.id), one.name(locale.language())) for one in rows]
    return sorted(named, key=lambda one: one[1].casefold())


def tags(session: Session) -> list[str]:
    """Return every tag in use, for a choice in a form. Reads all contacts: for pages of staff only."""
    tag = sa.func.unnest(col(Contact.tags)).label("tag")
    return list(session.scalars(sa.select(tag).distinct().order_by(tag)))


def _person(row: Any) -> PersonRow:
    contact: Contact = row.Contact
    employer: Organisation | None = row.Organisation
    return PersonRow(
        id=contact.id,
        name=contact.display_name,
        latin_name=masking.name(contact.latin_name),
        email=masking.address(contact.email),
        title=contact.title,
        language=contact.language,
        country=contact.country or (employer.country if employer else ""),
        tags=tuple(contact.tags),
        organisation=_organisation(employer, {}) if employer else None,
    )


def _organisation(one: Organisation, per_language: Mapping[str, int]) -> OrganisationRow:
    name = one.name(locale.language())
    return OrganisationRow(
        id=one.id,
        key=one.key,
        name=name,
        other_names=tuple(dict.fromkeys(other for other in one.names.values() if other != name)),
        kind=one.kind,
        sector=one.sector,
        country=one.country,
        language=one.language,
        people=sum(per_language.values()),
        per_language=per_language,
    )


def _people_of(session: Session, organisation_ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    counted = (
        sa.select(col(Contact.organisation_id), col(Contact.language), sa.func.count())
        .where(col(Contact.organisation_id).in_(organisation_ids))
        .group_by(col(Contact.organisation_id), col(Contact.language))
        .order_by(col(Contact.language))
    )
    found: dict[UUID, dict[str, int]] = {}
    for organisation_id, language, number in session.execute(counted):
        found.setdefault(organisation_id, {})[language] = number
    return found
