"""After a database was put back to an earlier day: whoever was erased since is erased again, before anything leaves."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.models import Contact
from outreach.delivery import erasures
from outreach.foundation import fingerprints
from outreach.privacy import erasing

LOCK: Final = 0x65726173  # "eras": an advisory lock's number


def replay(session: Session) -> int:
    """Carry out again every erasure that the database has forgotten; returns how many people that were.

    Workers do it at every tick of upkeep, and `outreach restore confirm` before it opens sending. Reads all contacts
    once where there is something to do, and nothing otherwise. Doing it twice is as good as once.
    """
    if erasures.knows_all(session):
        return 0
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    notes = erasures.forgotten(session)  # once more: another worker may have been at it
    if not notes:
        return 0
    # The latest time counts: somebody may have been erased, signed up again, and been erased again.
    since = {note.fingerprint: note.at for note in notes}
    codes = fingerprints.in_sql(col(Contact.address))
    found = session.scalars(sa.select(Contact).where(sa.or_(*(code.in_(list(since)) for code in codes)))).all()
    for contact in found:
        known = [since[code] for code in fingerprints.possible(contact.address) if code in since]
        if contact.created_at <= max(known):
            erasing.erase_again(session, contact)
    for note in notes:
        erasures.take_over(session, note)
    return len(found)
