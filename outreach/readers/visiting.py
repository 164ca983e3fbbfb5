"""Seeing and changing what is kept about oneself: only from a link that was mailed to the address on file a moment ago.

A letter may have been passed on, so its links show nothing that its holder should not know. The fresh link is good for
a quarter of an hour and for one opening; what it opens is a visit of a quarter of an hour more, known by a secret in
the page's forms. No cookie, no session.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from outreach.contacts.models import Contact
from outreach.content import notices
from outreach.content.notices import LASTS, Notice
from outreach.foundation import clock, urls
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.locale import gettext as _
from outreach.readers.models import FreshLink

VISIT: Final = timedelta(minutes=15)
MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 10

log = structlog.get_logger()


def ask(session: Session, contact: Contact) -> None:
    """Mail a fresh link to the address on file. Whoever asks too often is told the same and sent nothing.

    The caller holds the contact's row, so that two requests count one after the other.
    """
    lately = [_asked_since(session, contact, timedelta(hours=hours)) for hours in (1, 24)]
    if lately[0] >= MOST_AN_HOUR or lately[1] >= MOST_A_DAY:
        log.warning("fresh_links_limited")
        return
    fresh = FreshLink(contact_id=contact.id, asked_at=clock.now(), expires_at=clock.now() + LASTS[Notice.FRESH_LINK])
    session.add(fresh)
    session.flush()
    notices.post(
        session,
        Notice.FRESH_LINK,
        address=contact.address,
        language=contact.language,
        link=urls.personal(fresh.id),
        contact_id=contact.id,
    )


def of_link(session: Session, link: UUID) -> Contact:
    """Return whose link it is, also when it is over: errors speak their language. Raises NotFound."""
    return _whose(session, col(FreshLink.id) == link)


def insist_fresh(session: Session, link: UUID) -> None:
    """Raise Conflict for a link that is used or too old."""
    fresh = col(FreshLink.visit).is_(None), col(FreshLink.expires_at) > clock.now()
    if not session.scalar(sa.select(sa.exists().where(col(FreshLink.id) == link, *fresh))):
        raise _over()


def open_(session: Session, link: UUID) -> UUID:
    """Use up a fresh link and return the visit that begins. Raises Conflict, also for the second of two at once."""
    visit = uuid4()
    first = session.execute(
        sa.update(FreshLink)
        .where(col(FreshLink.id) == link, col(FreshLink.visit).is_(None), col(FreshLink.expires_at) > clock.now())
        .values(visit=visit, visit_ends_at=clock.now() + VISIT)
        .returning(col(FreshLink.id))
    ).one_or_none()
    if first is None:
        raise _over()
    return visit


def of_visit(session: Session, visit: UUID) -> Contact:
    """Return who is visiting, their row held until the request is over, also when it is over. Raises NotFound."""
    return _whose(session, col(FreshLink.visit) == visit, acting=True)


def insist_open(session: Session, visit: UUID) -> None:
    """Raise Conflict for a visit that is over."""
    still = col(FreshLink.visit) == visit, col(FreshLink.visit_ends_at) > clock.now()
    if not session.scalar(sa.select(sa.exists().where(*still))):
        raise _over()


def forget(session: Session) -> None:
    """Forget the links of the day before yesterday; those of a day are what the limit counts."""
    session.execute(sa.delete(FreshLink).where(col(FreshLink.asked_at) < clock.now() - timedelta(days=1) - VISIT))


def _asked_since(session: Session, contact: Contact, span: timedelta) -> int:
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                col(FreshLink.contact_id) == contact.id, col(FreshLink.asked_at) > clock.now() - span
            )
        )
        or 0
    )


def _whose(session: Session, which: sa.ColumnElement[bool], *, acting: bool = False) -> Contact:
    found = session.scalar(sa.select(col(FreshLink.contact_id)).where(which))
    contact = session.get(Contact, found, with_for_update=acting or None) if found else None
    if contact is None:
        raise NotFound(_("This link does not work any more; ask for a new one on the page of your choices."))
    return contact


def _over() -> Conflict:
    return Conflict(_("This link has been used or is too old. Ask for a new one on the page of your choices."))
