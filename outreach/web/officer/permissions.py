"""What staff write down about a person's permissions: an objection that reached us, and that somebody was told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.consent import preferences
from outreach.consent import queries as consents
from outreach.contacts import notices, queries, sources
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/contacts")

Stopper = Annotated[User, Depends(may(Action.SUPPRESS))]
Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
TRACKING = "tracking"


@router.get("/untold")
def untold(
    request: Request,
    session: Db,
    overdue: Annotated[bool, Query()] = False,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """List who is still to be told where we have their address from."""
    return page(
        request,
        "contacts/untold",
        at="contacts",
        pages=notices.untold(session, overdue=overdue, cursor=cursor),
        overdue=overdue,
        overdue_number=notices.overdue(session),
        kind_label=sources.label,
    )


@router.post("/{contact_id}/told")
def told(contact_id: str, session: Db, user: Editor) -> Response:
    """Note that a person was told otherwise than by a letter."""
    person = queries.person(session, number(contact_id)).contact

    def noted() -> str:
        notices.tell(session, person.id, by=user.email)
        return _("Noted: %(name)s was told.") % {"name": person.display_name}

    return act(session, noted, back="/contacts/untold")


@router.get("/{contact_id}/objection")
def objection(request: Request, contact_id: str, session: Db, _user: Stopper) -> Response:
    """Show the form for an objection."""
    return _form(request, session, contact_id)


@router.post("/{contact_id}/objection")
def object_(
    request: Request,
    contact_id: str,
    session: Db,
    user: Stopper,
    purpose: Annotated[str, Form(max_length=100)] = "",
    source: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Write an objection down, or say what is wrong with the form."""
    person = queries.person(session, number(contact_id)).contact
    key = None if purpose == TRACKING else purpose
    try:
        with session.begin_nested():
            if not purpose:
                raise Refused(_("Choose what they object to."))
            preferences.object_to(session, person, key, source=source, actor=user.email)
    except Refused as refusal:
        return _form(request, session, contact_id, purpose=purpose, source=source, problem=refusal.message)
    return redirect(f"/contacts/{person.id}", say=_("Written down; it holds from now on."))


def _form(
    request: Request, session: Db, contact_id: str, *, purpose: str = "", source: str = "", problem: str | None = None
) -> Response:
    person = queries.person(session, number(contact_id)).contact
    standing = consents.standing(session, person)
    purposes = [("", _("– choose –")), *((one.key, one.name) for one in standing.topics if one.permits)]
    if standing.tracking:
        purposes.append((TRACKING, _("Measuring opens and clicks")))
    return page(
        request,
        "contacts/objection",
        at="contacts",
        status=422 if problem else 200,
        contact=person,
        purposes=purposes,
        purpose=purpose,
        source=source,
        problem=problem,
    )
