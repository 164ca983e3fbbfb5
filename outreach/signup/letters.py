"""The letters that follow a sign-up, and what is forgotten when no confirmation does.

Who signs up gets one letter. Whether it asks for a confirmation or says that they subscribe already is decided here,
by a worker, where no stranger can measure it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.consent import preferences
from outreach.contacts.models import Contact
from outreach.content import notices
from outreach.content.notices import LASTS, Notice
from outreach.delivery import posting
from outreach.foundation import clock, urls
from outreach.foundation.errors import Unavailable
from outreach.signup import defences
from outreach.signup.models import SignUp

log = structlog.get_logger()

LONGEST_WAIT: Final = timedelta(minutes=10)  # for a letter; beyond, somebody looks why
AT_A_TIME: Final = 20  # letters in one transaction: each is compiled by itself
LASTING: Final[timedelta] = LASTS[Notice.CONFIRM]


def write(session: Session) -> int:
    """Write to those who signed up; returns how many letters. Without a sender they wait for one."""
    waiting = session.exec(
        select(SignUp)
        .where(col(SignUp.written_at).is_(None))
        .order_by(col(SignUp.id))
        .limit(AT_A_TIME)
        .with_for_update(skip_locked=True)
    ).all()
    try:
        for one in waiting:
            _write(session, one)
    except Unavailable:
        log.warning("sign_up_without_sender", waiting=len(waiting))
        return 0
    session.flush()
    return len(waiting)


def forget(session: Session) -> int:
    """Delete what was not confirmed in a week, with the letters that asked for it; returns how many (L-02).

    What was confirmed goes too: the contact and the ledger have it.
    """
    old = session.execute(_OLD, {"days": LASTING.days}).all()
    unconfirmed = [row.delivery_id for row in old if row.delivery_id and row.confirmed_at is None]
    posting.forget(session, unconfirmed)
    session.execute(text("DELETE FROM sign_up WHERE id = ANY(:ids)"), {"ids": [row.id for row in old]})
    defences.forget(session)
    return len(old)


def unwritten_for(session: Session) -> timedelta:
    """Return for how long the longest waiting sign-up has had no letter; nothing where none waits."""
    waited = session.execute(
        text("SELECT now() - min(created_at) FROM sign_up WHERE written_at IS NULL")
    ).scalar_one_or_none()
    return waited if isinstance(waited, timedelta) else timedelta()


def _write(session: Session, one: SignUp) -> None:
    known = session.exec(select(Contact).where(col(Contact.address) == one.address)).one_or_none()
    if known is not None and _has_it_all(session, known, one.topics, one.tracking):
        one.delivery_id = notices.post(
            session,
            Notice.SUBSCRIBED,
            address=one.address,
            language=one.language,
            link=urls.preferences,
            contact_id=known.id,
        )
    else:
        one.delivery_id = notices.post(
            session, Notice.CONFIRM, address=one.address, language=one.language, link=urls.confirm(one.id)
        )
    one.written_at = clock.now()


def _has_it_all(session: Session, contact: Contact, topics: Sequence[str], tracking: bool) -> bool:
    held = preferences.view(session, contact)
    return set(topics) <= {one.key for one in held.topics if one.chosen} and (held.tracking or not tracking)


_OLD = text(
    """
    SELECT id, delivery_id, confirmed_at FROM sign_up
    WHERE created_at < now() - make_interval(days => :days) ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
    """
)
