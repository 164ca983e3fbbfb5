"""What staff write down about a person; whoever wrote a note can take it away again."""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts.models import Contact, ContactNote
from outreach.foundation.errors import Forbidden, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

LONGEST: Final = 2_000


def write(session: Session, contact: Contact, text: str, *, by: str) -> ContactNote:
    """Write a note, whose lines stay. Raises Refused for an empty one and for one that is too long."""
    lines = (" ".join(merge.plain(line).split()) for line in text.replace("\r\n", "\n").split("\n"))
    tidy = "\n".join(lines).strip()
    if not tidy:
        raise Refused(_("Write something first."))
    if len(tidy) > LONGEST:
        raise Refused(_("This note is too long; keep it under 2,000 characters."))
    note = ContactNote(contact_id=contact.id, text=tidy, by=by)
    session.add(note)
    audit.append(session, actor=by, action="contact.note.add", subject=f"contact:{contact.id}")
    session.flush()
    return note


def remove(session: Session, contact: Contact, note_id: UUID, *, by: str) -> None:
    """Take a note away. Raises NotFound, and Forbidden for a note that somebody else wrote."""
    note = session.get(ContactNote, note_id)
    if note is None or note.contact_id != contact.id:
        raise NotFound(_("There is no such note any more."))
    if note.by != by:
        raise Forbidden(_("Only whoever wrote a note can delete it."))
    session.delete(note)
    audit.append(session, actor=by, action="contact.note.remove", subject=f"contact:{contact.id}")
