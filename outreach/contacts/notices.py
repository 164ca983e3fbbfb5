"""Who has still to be told that we have their address, and from where (GDPR Art. 14).

Whoever gave it themselves read the notice there. For everybody else, added by staff or with a file, the first letter
says it, or somebody tells them otherwise; within a month.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.contacts.models import Contact, ContactNotice, SourceKind
from outreach.foundation import clock
from outreach.foundation.errors import Conflict
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page

LONGEST: Final = sa.text("interval '1 month'")  # GDPR Art. 14(3)(a)
COUNTED: Final = 1_000  # more are not counted for a page that only wants to know whether there are any


@dataclass(frozen=True)
class Untold:
    """Somebody who is still to be told; `carried` tells that a letter with the notice is on its way."""

    contact_id: UUID
    name: str
    email: str
    language: str
    source: str
    source_kind: SourceKind
    since: datetime
    carried: bool
    overdue: bool


def require(session: Session, contact: Contact) -> None:
    """Note that somebody is to be told, unless they gave their address themselves."""
    if contact.source_kind is not SourceKind.THEMSELVES:
        session.execute(insert(ContactNotice).values(contact_id=contact.id).on_conflict_do_nothing())


def has_read(session: Session, contact_id: UUID) -> None:
    """Note that somebody has read it themselves, on the page where they signed up (GDPR Art. 14(5)(a))."""
    session.execute(
        sa.update(ContactNotice)
        .where(col(ContactNotice.contact_id) == contact_id, col(ContactNotice.told_at).is_(None))
        .values(told_at=clock.now())
    )


def of(session: Session, contact_id: UUID) -> ContactNotice | None:
    """Return the notice of one person, None where none is owed."""
    return session.get(ContactNotice, contact_id)


def untold(session: Session, *, overdue: bool = False, cursor: str | None = None, size: int = SIZE) -> Page[Untold]:
    """List who is still to be told, who waits longest first; with `overdue`, only those past the month."""
    wanted = sa.select(Contact, ContactNotice, _is_overdue().label("overdue")).join(
        ContactNotice, col(ContactNotice.contact_id) == col(Contact.id)
    )
    wanted = wanted.where(col(ContactNotice.told_at).is_(None), *([_is_overdue()] if overdue else []))
    keys = [col(ContactNotice.since), col(ContactNotice.contact_id)]
    return page(session, wanted, keys, read=_untold, cursor=cursor, size=size)


def overdue(session: Session) -> int:
    """Count who should have been told a month ago, to a thousand at most."""
    some = (
        sa.select(sa.literal(1))
        .select_from(ContactNotice)
        .where(col(ContactNotice.told_at).is_(None), _is_overdue())
        .limit(COUNTED)
    )
    return int(session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)


def tell(session: Session, contact_id: UUID, *, by: str) -> None:
    """Note that somebody has told a person otherwise, such as by telephone. Raises Conflict where none is owed."""
    told = session.execute(
        sa.update(ContactNotice)
        .where(col(ContactNotice.contact_id) == contact_id, col(ContactNotice.told_at).is_(None))
        .values(told_at=clock.now(), told_by=by)
        .returning(col(ContactNotice.contact_id))
    ).one_or_none()
    if told is None:
        raise Conflict(_("This person has been told already."))
    audit.append(session, actor=by, action="contact.notice", subject=f"contact:{contact_id}")


def _is_overdue() -> sa.ColumnElement[bool]:
    return col(ContactNotice.since) < sa.func.now() - LONGEST


def _untold(row: Any) -> Untold:
    contact: Contact = row.Contact
    return Untold(
        contact_id=contact.id,
        name=contact.display_name,
        email=contact.email,
        language=contact.language,
        source=contact.source,
        source_kind=contact.source_kind,
        since=row.ContactNotice.since,
        carried=row.ContactNotice.mailing_id is not None,
        overdue=row.overdue,
    )
