"""Addresses that nothing is sent to: why and since when; stopping one by hand, and undoing one."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import overview
from outreach.consent import suppressing
from outreach.consent.suppressing import Lifting
from outreach.delivery.models import SuppressionReason
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/delivery/suppressions")

Stopper = Annotated[User, Depends(may(Action.SUPPRESS))]
Lifter = Annotated[User, Depends(may(Action.UNSUPPRESS))]
HERE = "/delivery/suppressions"


class Which(BaseModel):
    """What is looked for, in the page's address."""

    q: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[SuppressionReason | None, BeforeValidator(lambda value: value or None)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None

    @property
    def is_narrow(self) -> bool:
        """Tell whether anything is looked for."""
        return bool(self.q or self.reason)

    def address(self, cursor: str | None) -> str | None:
        """Return the address of another page of the same search, None where there is none."""
        if cursor is None:
            return None
        kept = {"q": self.q, "reason": self.reason.value if self.reason else ""}
        return f"{HERE}?{urlencode({**{name: value for name, value in kept.items() if value}, 'cursor': cursor})}"


@router.get("")
def listing(request: Request, session: Db, which: Annotated[Which, Query()]) -> Response:
    """List suppressed addresses, the newest first."""
    pages = suppressing.listed(session, words=which.q, reason=which.reason, cursor=which.cursor)
    return page(
        request,
        "suppressions/list",
        at="delivery",
        which=which,
        pages=pages,
        reasons=list(SuppressionReason),
        campaigns=overview.names(session, {one.mailing_id for one in pages.items if one.mailing_id}),
    )


@router.get("/new", dependencies=[Depends(may(Action.SUPPRESS))])
def form(request: Request, address: Annotated[str, Query(max_length=320)] = "") -> Response:
    """Show the form for stopping an address."""
    return page(request, "suppressions/new", at="delivery", address=address, why="", problem=None)


@router.post("")
def stop(
    request: Request,
    user: Stopper,
    session: Db,
    address: Annotated[str, Form(max_length=320)] = "",
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Send nothing to an address any more, or say what is wrong with the form."""
    try:
        with session.begin_nested():
            suppressing.add(session, address, why=why, by=user.email)
    except (Refused, Conflict) as refusal:
        filled = {"address": address, "why": why, "problem": refusal.message}
        return page(request, "suppressions/new", at="delivery", status=422, **filled)
    return redirect(HERE, say=_("Nothing is sent to this address any more."))


@router.get("/{suppression_id}")
def show(request: Request, suppression_id: str, session: Db) -> Response:
    """Show one with what is known of it, and what undoing it would mean."""
    one = suppressing.get(session, number(suppression_id))
    campaigns = overview.names(session, {one.mailing_id} if one.mailing_id else set())
    return page(request, "suppressions/detail", at="delivery", one=one, campaigns=campaigns)


@router.post("/{suppression_id}/lift")
def lift(
    user: Lifter,
    suppression_id: str,
    session: Db,
    why: Annotated[Lifting | None, Form()] = None,
    confirmed: Annotated[bool, Form()] = False,
) -> Response:
    """Let mail go to the address again."""
    one = suppressing.get(session, number(suppression_id))
    try:
        with session.begin_nested():
            if why is None:
                raise Refused(_("Choose why it is undone."))
            suppressing.lift(session, one, why=why, confirmed=confirmed, by=user.email)
    except Refused as refusal:
        return redirect(f"{HERE}/{one.id}", say=refusal.message, tone="stop")
    said = _("Letters may go to %(address)s again, if the person agreed to them.")
    return redirect(HERE, say=said % {"address": one.address})
