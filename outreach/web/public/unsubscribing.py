"""Leaving: the page that asks, the button on it, and the one click of mailbox providers (RFC 8058)."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from outreach.consent import preferences
from outreach.foundation.locale import gettext as _
from outreach.foundation.logs import mask
from outreach.foundation.signing import Purpose
from outreach.readers import holding, parting
from outreach.readers.holding import Reader
from outreach.web.access import Db
from outreach.web.pages import render
from outreach.web.public import leaving, readers

router = APIRouter(prefix="/unsubscribe/{token}")

SMALL: Final = 16_384  # bytes; mailbox providers send 26
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")  # RFC 8058 §3.1

Holder = Annotated[Reader, Depends(readers.holder(Purpose.UNSUBSCRIBE))]


@router.api_route("", methods=["GET", "HEAD"])
def ask(request: Request, reader: Holder, session: Db) -> HTMLResponse:
    """Show what would be left. It changes nothing, for scanners open every link of a letter."""
    return render(
        request,
        "public/unsubscribe.html",
        alternates=readers.alternates(request),
        address=mask(reader.contact.email),
        stream=reader.letter.stream.value,
        preferences_url=readers.preferences_path(reader),
        leaving=[one.name for one in holding.left_by(session, reader)],
    )


async def form(request: Request) -> dict[str, str]:
    """Read what was posted, urlencoded or multipart; a body that cannot be read says nothing.

    Whoever posts here wants to leave. A mailbox provider's sloppy body must not keep them.
    """
    try:
        posted = await request.form(max_files=0, max_fields=20)
    except HTTPException as fault:
        if fault.status_code == 413:
            raise
        return {}
    return {name: value for name, value in posted.items() if isinstance(value, str)}


@router.post("", max_body_size=SMALL)
def leave(request: Request, reader: Holder, session: Db, posted: Annotated[dict[str, str], Depends(form)]) -> Response:
    """End the subscription before answering, and stop what is planned. Once or twice makes no difference.

    No cookie is read and nothing is redirected (RFC 8058 §3.2). Only a page offers the way back.
    """
    contact, delivery = reader.contact, reader.letter.delivery_id
    keys = [one.key for one in holding.left_by(session, reader)]
    if posted.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        preferences.leave(session, contact, keys, source="one-click", evidence={"delivery": str(delivery)})
        return PlainTextResponse(_("You have left. No more of these letters will come."))
    if posted.get("scope") == "all":
        left = parting.leave_all(session, contact, source="unsubscribe page", delivery=delivery)
    else:
        left = parting.leave(session, contact, keys, source="unsubscribe page", delivery=delivery)
    return leaving.page(request, parting.find(session, left.id), stream=reader.letter.stream.value)
