"""A frozen list of contacts: from pasted addresses, or from a file that was taken in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.intake import asking, queries
from outreach.intake.models import ImportState
from outreach.segments import lists
from outreach.segments.lists import Made
from outreach.web.access import Db, may
from outreach.web.officer.page import number, page
from outreach.web.officer.segment_building import note
from outreach.web.pages import redirect

router = APIRouter(prefix="/segments/lists")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
LONGEST = 2_000_000  # characters of pasted text
SHOWN = 8


@router.get("/new")
def new(request: Request, session: Db, _user: Editor) -> Response:
    """Show the form."""
    return _page(request, session)


@router.post("", max_body_size=4 * LONGEST)
def create(
    request: Request,
    session: Db,
    user: Editor,
    name: Annotated[str, Form(max_length=500)] = "",
    addresses: Annotated[str, Form(max_length=LONGEST)] = "",
    file: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Make the list, and say whom of the addresses nobody is."""
    try:
        with session.begin_nested():
            if file:
                made = Made(lists.of_import(session, asking.get(session, number(file)), name=name, by=user.email))
            else:
                made = lists.of_addresses(session, name=name, text=addresses, by=user.email)
            note(session, user, "segment.create", made.segment)
    except (Refused, NotFound) as refusal:
        return _page(request, session, name=name, addresses=addresses, file=file, problem=refusal.message)
    return redirect(
        f"/segments/{made.segment.id}", say=_report(made), tone="warn" if made.unknown or made.unreadable else "ok"
    )


def _page(
    request: Request,
    session: Session,
    *,
    name: str = "",
    addresses: str = "",
    file: str = "",
    problem: str | None = None,
) -> Response:
    applied = [one for one in queries.recent(session) if one.state is ImportState.APPLIED]
    return page(
        request,
        "segments/list_new",
        at="segments",
        status=422 if problem else 200,
        name=name,
        addresses=addresses,
        file=file,
        files=[(str(one.id), f"{one.name} · {locale.short_date(one.created_at.date())}") for one in applied],
        problem=problem,
    )


def _report(made: Made) -> str:
    people = made.segment.people or 0
    said = [
        ngettext("The list has %(number)s person.", "The list has %(number)s people.", people)
        % {"number": locale.number(people)}
    ]
    if made.unknown:
        said.append(_("Of nobody we know, and so not on it: %(addresses)s.") % {"addresses": _some(made.unknown)})
    if made.unreadable:
        said.append(_("No mail addresses: %(words)s.") % {"words": _some(made.unreadable)})
    return " ".join(said)


def _some(words: tuple[str, ...]) -> str:
    more = len(words) - SHOWN
    shown = ", ".join(one[:80] for one in words[:SHOWN])
    return shown + (_(" and %(number)s more") % {"number": locale.number(more)} if more > 0 else "")
