"""The tags in use: renaming, merging and deleting one for everybody who has it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import tags
from outreach.foundation import locale
from outreach.foundation.locale import ngettext
from outreach.web.access import Db, may
from outreach.web.officer.page import act, page

router = APIRouter(prefix="/contacts/tags")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
HERE = "/contacts/tags"
Word = Annotated[str, Field(max_length=400)]


@router.get("")
def listing(request: Request, session: Db) -> Response:
    """List the tags with their people counted."""
    return page(request, "contacts/tags", at="contacts", tags=tags.listed(session))


@router.get("/edit")
def edit(request: Request, session: Db, _user: Editor, tag: Annotated[Word, Query()] = "") -> Response:
    """Show one tag with what can be done to it."""
    found = tags.get(session, tag)
    others = [one.name for one in tags.listed(session) if one.name != found.name]
    return page(request, "contacts/tag", at="contacts", tag=found, others=others)


@router.post("/rename")
def rename(
    session: Db, user: Editor, tag: Annotated[Word, Form()] = "", to: Annotated[Word, Form()] = ""
) -> RedirectResponse:
    """Call a tag something else."""

    def renamed() -> str:
        number = tags.rename(session, tag, to, by=user.email)
        said = ngettext("Renamed for %(number)s person.", "Renamed for %(number)s people.", number)
        return said % {"number": locale.number(number)}

    return act(session, renamed, back=HERE)


@router.post("/delete")
def delete(session: Db, user: Editor, tag: Annotated[Word, Form()] = "") -> RedirectResponse:
    """Take a tag from everybody."""

    def deleted() -> str:
        number = tags.delete(session, tag, by=user.email)
        said = ngettext("Taken from %(number)s person.", "Taken from %(number)s people.", number)
        return said % {"number": locale.number(number)}

    return act(session, deleted, back=HERE)
