"""What members of staff do about their own account: another password, and where they are signed in."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from outreach.accounts import profile, roles, second_factor, sessions, signin
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.web import cookies
from outreach.web.access import Db, Staff
from outreach.web.officer.page import number, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/account")

Password = Annotated[str, Form(max_length=1000)]
HERE: Final = "/account"
# In this order: every browser names those that it descends from, too.
BROWSERS: Final = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS: Final = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone|iPad": "iOS",
    "Mac OS X": "macOS",
    "HarmonyOS": "HarmonyOS",
    "Linux": "Linux",
}


@router.get("")
def show(request: Request, session: Db, user: Staff) -> Response:
    """Show the account."""
    return _page(request, session, user)


@router.post("/password")
def renew(
    request: Request, session: Db, user: Staff, old: Password = "", new: Password = "", again: Password = ""
) -> Response:
    """Take another password, and stay signed in here alone."""
    client, agent = request.client.host if request.client else "", request.headers.get("user-agent", "")
    try:
        if new != again:
            raise Refused(_("The two new passwords are not the same; write it twice."))
        profile.renew_password(session, user, old=old, new=new, client=client)
        secret = signin.start(session, user, agent=agent)
    except Refused as refusal:
        return _page(request, session, user, problem=refusal.message, status=refusal.status)
    response = redirect(HERE, say=_("The new password holds from now on. Everywhere else you are signed out."))
    cookies.put(response, cookies.SESSION, secret, seconds=int(signin.LASTS.total_seconds()))
    return response


@router.post("/sessions/others/end")
def end_others(request: Request, session: Db, user: Staff) -> Response:
    """Sign out everywhere but here."""
    gone = sessions.end_others(session, user, secret=cookies.get(request, cookies.SESSION) or "")
    said = ngettext("You are signed out of %(number)s browser.", "You are signed out of %(number)s browsers.", gone)
    return redirect(HERE, say=said % {"number": gone})


@router.post("/sessions/{seat}/end")
def end(seat: str, session: Db, user: Staff) -> Response:
    """Sign out of one browser."""
    sessions.end(session, user, number(seat))
    return redirect(HERE, say=_("You are signed out there."))


def device(agent: str) -> str:
    """Name a browser and its system by what it says of itself (RFC 9110 §10.1.5)."""
    browser = next((name for sign, name in BROWSERS.items() if f"{sign}/" in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if re.search(sign, agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def _page(request: Request, session: Db, user: Staff, *, problem: str = "", status: int = 200) -> Response:
    return page(
        request,
        "account/show",
        at="account",
        status=status,
        role=roles.role_label(user.role),
        seats=sessions.listed(session, user, secret=cookies.get(request, cookies.SESSION)),
        device=device,
        has_second=second_factor.is_on(user),
        paper=len(user.recovery),
        problem=problem,
    )
