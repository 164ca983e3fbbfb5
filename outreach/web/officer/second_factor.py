"""Setting up a second factor for one's own account, and taking it off."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from outreach.accounts import second_factor
from outreach.accounts.models import User
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.web import cookies
from outreach.web.access import Db, Staff
from outreach.web.officer.page import act, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/account/second")

Password = Annotated[str, Form(max_length=1000)]


@router.get("")
def begin(request: Request, user: Staff) -> Response:
    """Show the picture for the app; nothing is kept yet."""
    if second_factor.is_on(user):
        return redirect("/account#second")
    return _page(request, user, second_factor.begin())


@router.post("")
def switch_on(
    request: Request,
    session: Db,
    user: Staff,
    nonce: Annotated[str, Form(max_length=100)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Ask for codes from now on, and show those for the paper, once."""
    try:
        here = cookies.get(request, cookies.SESSION) or ""
        paper = second_factor.switch_on(session, user, nonce, code, here=here)
    except (Refused, Conflict) as refusal:
        return _page(request, user, nonce, problem=refusal.message, status=refusal.status)
    return page(request, "account/paper", at="account", codes=paper)


@router.post("/off")
def switch_off(request: Request, session: Db, user: Staff, password: Password = "") -> Response:
    """Ask for no codes any more."""

    def off() -> str:
        client = request.client.host if request.client else ""
        second_factor.switch_off(session, user, password=password, client=client)
        return _("The second factor is off. The password alone opens from now on.")

    return act(session, off, back="/account#second")


def _page(request: Request, user: User, nonce: str, *, problem: str = "", status: int = 200) -> Response:
    drawn = segno.make_qr(second_factor.address(user, nonce), error="m")
    picture = drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", title=_("Picture for the app"))
    return page(
        request,
        "account/second",
        at="account",
        status=status,
        nonce=nonce,
        secret=second_factor.secret(user, nonce),
        picture=Markup(picture),  # noqa: S704 - drawn here, of black and white squares
        problem=problem,
    )
