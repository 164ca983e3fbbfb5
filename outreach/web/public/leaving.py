"""After leaving: it is done; for a day it can be undone, and whoever likes says why."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from outreach.foundation import locale, urls
from outreach.foundation.logs import mask
from outreach.foundation.signing import Purpose
from outreach.readers import parting, reasons
from outreach.readers.models import Why
from outreach.readers.parting import Left
from outreach.web.access import Db
from outreach.web.pages import redirect, render
from outreach.web.public import readers

router = APIRouter(prefix="/left/{token}")

SMALL: Final = 16_384  # bytes


async def leaver(request: Request, session: Db, token: str, language: str | None = None) -> Left:
    """Find the leaving that a token is about, and speak the language of who left."""
    readers.speak(language)
    _purpose, number = readers.subject(Purpose.GO_BACK, token)
    left = await run_in_threadpool(parting.find, session, number, acting=readers.is_acting(request))
    readers.speak(language, left.contact.language)
    return left


Leaver = Annotated[Left, Depends(leaver)]


@router.api_route("", methods=["GET", "HEAD"])
def show(request: Request, left: Leaver) -> HTMLResponse:
    """Show what was left and what can be done about it."""
    return page(request, left)


@router.post("/undo", max_body_size=SMALL)
def undo(left: Leaver, session: Db) -> RedirectResponse:
    """Give back what was held. Once or twice makes no difference."""
    parting.undo(session, left)
    return _back(left)


@router.post("/why", max_body_size=SMALL)
def tell_why(left: Leaver, session: Db, why: Annotated[Why, Form()]) -> RedirectResponse:
    """Keep the reason that was chosen."""
    parting.tell_why(session, left, why)
    return _back(left)


def page(request: Request, left: Left, *, stream: str | None = None) -> HTMLResponse:
    """Answer with the page after leaving; `stream` names what was left where that is known."""
    here = _path(left)
    letter = left.parting.delivery_id
    return render(
        request,
        "public/left.html",
        alternates=[(tag, name, f"{here}?language={tag}") for tag, name in locale.NAMES.items()],
        here=here,
        address=mask(left.contact.email),
        left=left,
        zone=left.contact.time_zone,
        stream=stream,
        preferences_url=readers.path(urls.preferences(letter)) if letter else None,
        reasons=[(why, reasons.label(why)) for why in Why],
    )


def _back(left: Left) -> RedirectResponse:
    return redirect(f"{_path(left)}?language={locale.language()}")


def _path(left: Left) -> str:
    return readers.path(urls.left(left.parting.id))
