"""The language of the pages: each member of staff has their own, a visitor's is kept in the browser."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response

from outreach.accounts import profile
from outreach.foundation import locale
from outreach.web import cookies
from outreach.web.access import Db, Visitor
from outreach.web.officer.page import own_path
from outreach.web.pages import redirect

router = APIRouter()

A_YEAR = 365 * 24 * 60 * 60


@router.post("/language")
def choose(
    request: Request,
    session: Db,
    user: Visitor,
    language: Annotated[str, Form(max_length=20)],
    next_path: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Speak another language from now on, and show the same page again."""
    tag = locale.match(language) or locale.language()
    if user is not None:
        profile.speak(session, user, tag)
    response = redirect(_same_page(request, own_path(next_path)))
    cookies.put(response, cookies.LANGUAGE, tag, seconds=A_YEAR)
    return response


def _same_page(request: Request, path: str) -> str:
    """Add what the browser says was asked for on that page: filters, the letter shown."""
    came_from = urlsplit(request.headers.get("referer", ""))
    return f"{path}?{came_from.query}" if came_from.path == path and came_from.query else path
