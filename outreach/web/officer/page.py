"""The frame that the pages of staff share, and an answer for what a form asked to be done."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action, allows
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.web.officer import choices, figures, shapes, words
from outreach.web.pages import redirect, render


def page(request: Request, template: str, *, at: str | None = None, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page of staff; `at` is its place in the navigation, see `shared` for what it is given."""
    return render(request, f"web/{template}.html", status=status, **shared(request, at), **context)


def shared(request: Request, at: str | None = None) -> dict[str, Any]:
    """Return what every template of staff is given, a fragment too.

    `words` names things, `figures` says what figures mean, `shapes` lays values out for the parts of a page, `options`
    are the choices of forms, and `may("launch")` asks the role.
    """
    user: User | None = getattr(request.state, "user", None)
    return {
        "nav_active": at,
        "words": words,
        "figures": figures,
        "shapes": shapes,
        "options": choices,
        "may": lambda action: user is not None and allows(user.role, Action(action)),
    }


def act(session: Session, verb: Callable[[], str], *, back: str) -> RedirectResponse:
    """Call a verb and lead back with what it says; a refusal undoes it and is told on the same page."""
    try:
        with session.begin_nested():
            said = verb()
    except (Refused, Conflict) as refusal:
        return redirect(back, say=refusal.message, tone="stop")
    return redirect(back, say=said)


def number(text: str) -> UUID:
    """Read the id in an address. Raises NotFound for what cannot be one."""
    try:
        return UUID(text)
    except ValueError as unreadable:
        raise NotFound from unreadable


def own_path(wanted: str | None) -> str:
    """Return an address of ours to go on to; anything that could lead elsewhere becomes the start page."""
    path = wanted or "/"
    parts = urlsplit(path)
    foreign = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\"))
    return "/" if foreign or not path.isprintable() or "\\" in path else path
