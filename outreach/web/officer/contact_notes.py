"""Notes about a person: writing one, and taking one's own away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse
from pydantic import Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import notes, queries
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number

router = APIRouter(prefix="/contacts/{contact_id}/notes")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]


@router.post("")
def write(
    contact_id: str, session: Db, user: Editor, text: Annotated[str, Form(), Field(max_length=10_000)] = ""
) -> RedirectResponse:
    """Write a note."""
    contact = queries.person(session, number(contact_id)).contact

    def written() -> str:
        notes.write(session, contact, text, by=user.email)
        return _("The note is kept.")

    return act(session, written, back=f"/contacts/{contact.id}#happened")


@router.post("/{note_id}/delete")
def remove(contact_id: str, note_id: str, session: Db, user: Editor) -> RedirectResponse:
    """Take away a note of one's own."""
    contact = queries.person(session, number(contact_id)).contact

    def removed() -> str:
        notes.remove(session, contact, number(note_id), by=user.email)
        return _("The note is deleted.")

    return act(session, removed, back=f"/contacts/{contact.id}#happened")
