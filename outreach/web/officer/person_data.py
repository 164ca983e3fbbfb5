"""What a person may ask of us: a copy of everything, to be forgotten; and a hold that stands in the way."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.contacts import queries
from outreach.contacts.models import Contact
from outreach.delivery.models import DeliveryState
from outreach.foundation import clock
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.privacy import erasing, exporting, holding
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/contacts/{contact_id}")

Exporter = Annotated[User, Depends(may(Action.EXPORT_PEOPLE))]
Eraser = Annotated[User, Depends(may(Action.ERASE))]
Reason = Annotated[str, Form(max_length=2000)]
WAITING = frozenset({DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.AMBIGUOUS})


def person(session: Db, contact_id: str) -> Contact:
    """Find whom a page is about."""
    return queries.person(session, number(contact_id)).contact


Found = Annotated[Contact, Depends(person)]


@router.get("/data")
def ask_for_data(request: Request, _user: Exporter, contact: Found, session: Db) -> Response:
    """Ask on whose request a person's data is handed over."""
    return _asking(request, session, contact)


@router.post("/data")
def hand_over(
    request: Request,
    user: Exporter,
    contact: Found,
    session: Db,
    why: Reason = "",
    form: Annotated[str, Form()] = "page",
) -> Response:
    """Write down who hands a person's data over and why, then show it, or give the file."""
    try:
        with session.begin_nested():
            found = exporting.hand_over(session, contact, by=user.email, why=why)
    except Refused as refusal:
        return _asking(request, session, contact, why=why, problem=refusal.message)
    if form == "file":
        name = f"outreach-person-{clock.today('UTC').isoformat()}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(found.as_json(), media_type="application/json; charset=utf-8", headers=headers)
    return page(request, "privacy/copy", at="contacts", contact=contact, made_at=found.made_at, sections=found.sections)


@router.get("/erase")
def confirm(request: Request, _user: Eraser, contact: Found, session: Db) -> Response:
    """Say exactly what erasing a person would do."""
    return _confirming(request, session, contact)


@router.post("/erase")
def erase(
    request: Request,
    user: Eraser,
    contact: Found,
    session: Db,
    why: Reason = "",
    confirmed: Annotated[bool, Form()] = False,
) -> Response:
    """Erase a person, or say why not."""
    try:
        with session.begin_nested():
            if not confirmed:
                raise Refused(_("Confirm that this person is to be erased for good."))
            erasing.erase(session, contact, by=user.email, why=why)
    except (Refused, Conflict) as refusal:
        return _confirming(request, session, contact, why=why, problem=refusal.message)
    return redirect("/contacts", say=_("This person is erased. Figures of campaigns are as before."))


@router.post("/hold")
def hold(user: Eraser, contact: Found, session: Db, reason: Reason = "") -> Response:
    """Hold a person's data."""

    def verb() -> str:
        holding.place(session, contact, reason=reason, by=user.email)
        return _("Nothing of this person is disposed of until the hold is lifted.")

    return act(session, verb, back=f"/contacts/{contact.id}/erase")


@router.post("/release")
def release(user: Eraser, contact: Found, session: Db) -> Response:
    """Lift the hold on a person's data."""

    def verb() -> str:
        holding.release(session, contact, by=user.email)
        return _("The hold is lifted; the usual times hold for this person again.")

    return act(session, verb, back=f"/contacts/{contact.id}/erase")


def _asking(
    request: Request, session: Session, contact: Contact, *, why: str = "", problem: str | None = None
) -> Response:
    return page(
        request,
        "privacy/hand_over",
        at="contacts",
        status=422 if problem else 200,
        contact=contact,
        why=why,
        problem=problem,
        counts=_counts(session, contact),
    )


def _confirming(
    request: Request, session: Session, contact: Contact, *, why: str = "", problem: str | None = None
) -> Response:
    return page(
        request,
        "privacy/erase",
        at="contacts",
        status=422 if problem else 200,
        contact=contact,
        why=why,
        problem=problem,
        counts=_counts(session, contact),
        hold=holding.on(session, contact.id),
    )


def _counts(session: Session, contact: Contact) -> dict[str, int]:
    rows = exporting.export(session, contact).rows
    waiting = sum(one["state"] in WAITING for one in rows["letters"])
    return {**{key: len(found) for key, found in rows.items()}, "waiting": waiting}
