"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from outreach.accounts import second_factor, signin
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.web import cookies
from outreach.web.access import Db, Visitor
from outreach.web.officer.page import own_path, page
from outreach.web.pages import redirect

router = APIRouter()

Next = Annotated[str, Query(alias="next", max_length=2000)]


@router.get("/sign-in")
def form(request: Request, user: Visitor, next_path: Next = "/") -> Response:
    """Show the form; whoever is signed in goes on at once."""
    if user is not None:
        return redirect(own_path(next_path))
    return page(request, "sign_in", email="", next_path=own_path(next_path), problem=None)


@router.post("/sign-in")
def sign_in(
    request: Request,
    session: Db,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Start a session in this browser, or say why not, with the address kept."""
    address = request.client.host if request.client else ""
    try:
        secret = signin.sign_in(session, email, password, client=address, agent=request.headers.get("user-agent", ""))
    except Refused as refusal:
        return page(
            request,
            "sign_in",
            status=refusal.status,
            email=email,
            next_path=own_path(next_path),
            problem=refusal.message,
        )
    if second_factor.is_waiting(session, secret):
        response = redirect(f"/sign-in/code?{urlencode({'next': own_path(next_path)})}")
        cookies.put(response, cookies.SESSION, secret, seconds=int(second_factor.PATIENCE.total_seconds()))
        return response
    response = redirect(own_path(next_path))
    cookies.put(response, cookies.SESSION, secret, seconds=int(signin.LASTS.total_seconds()))
    return response


@router.get("/sign-in/code")
def ask_for_code(request: Request, session: Db, next_path: Next = "/") -> Response:
    """Ask for the second factor; whoever has not shown a password begins with that."""
    if not second_factor.is_waiting(session, cookies.get(request, cookies.SESSION)):
        return redirect("/sign-in")
    return page(request, "code", next_path=own_path(next_path), problem="")


@router.post("/sign-in/code")
def come_in(
    request: Request,
    session: Db,
    code: Annotated[str, Form(max_length=100)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Take the second factor, and start the session."""
    own = cookies.get(request, cookies.SESSION) or ""
    client, agent = request.client.host if request.client else "", request.headers.get("user-agent", "")
    if not second_factor.is_waiting(session, own):
        return redirect("/sign-in")
    try:
        secret = second_factor.come_in(session, own, code, client=client, agent=agent)
    except Refused as refusal:
        return page(request, "code", status=refusal.status, next_path=own_path(next_path), problem=refusal.message)
    response = redirect(own_path(next_path))
    cookies.put(response, cookies.SESSION, secret, seconds=int(signin.LASTS.total_seconds()))
    return response


@router.post("/sign-out")
def sign_out(request: Request, session: Db) -> Response:
    """End the session of this browser."""
    if secret := cookies.get(request, cookies.SESSION):
        signin.sign_out(session, secret)
    response = redirect("/sign-in", say=_("You are signed out."))
    cookies.remove(response, cookies.SESSION)
    return response
