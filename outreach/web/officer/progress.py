"""A campaign on its way: the page that shows it, and the stream that keeps the page true.

The state is read from PostgreSQL each time, so there is nothing that a lost message could have said. Without script
the page is true when it is loaded again.
"""

import time
from collections.abc import AsyncIterator
from typing import Final

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from outreach.accounts import signin
from outreach.campaigns import overview
from outreach.foundation.database import transaction
from outreach.web import cookies
from outreach.web.access import Db
from outreach.web.officer import campaign, sending
from outreach.web.officer.campaign import Found, Shown
from outreach.web.officer.page import page, shared
from outreach.web.pages import environment

router = APIRouter(prefix="/campaigns/{campaign_id}")

INTERVAL: Final = 1.0  # seconds between two looks
SHARE: Final = 10  # a look may take this fraction of the time between two, however large the campaign
LONGEST: Final = 20.0  # seconds that a stream lasts
DONE: Final = "done"


@router.get("/sending")
def show(request: Request, shown: Found, session: Db) -> Response:
    """Show where every letter is."""
    return page(
        request,
        "campaigns/sending",
        at="campaigns",
        **campaign.frame(session, shown, "sending"),
        view=sending.view(session, shown.campaign) if shown.is_launched else None,
    )


# A coroutine, so that whoever watches holds no thread between two looks.
@router.get("/progress", response_class=EventSourceResponse)
async def stream(request: Request, shown: Found) -> AsyncIterator[ServerSentEvent]:
    """Send the moving part of the page again and again, and say so when nothing moves any more.

    After a while the stream ends, and the browser asks anew: a server that is to stop waits for nobody who watches.
    """
    opened = time.monotonic()
    while (began := time.monotonic()) - opened < LONGEST:
        html, moving = await run_in_threadpool(_look, request, shown)
        if html:
            yield ServerSentEvent(raw_data=html)
        if not moving:
            yield ServerSentEvent(event=DONE, raw_data=DONE)
            return
        await anyio.sleep(max(INTERVAL, SHARE * (time.monotonic() - began)))


def _look(request: Request, shown: Shown) -> tuple[str, bool]:
    """Draw the moving part and tell whether it moves; nothing moves for somebody whose session is over meanwhile."""
    with transaction() as session:
        if signin.user_of(session, cookies.get(request, cookies.SESSION)) is None:
            return "", False
        now = Shown(overview.get(session, shown.campaign.id), shown.piece)
        view = sending.view(session, now.campaign)
        drawn = (
            environment()
            .get_template("web/campaigns/_live.html")
            .render(**shared(request), **campaign.frame(session, now, "sending"), view=view)
        )
        return drawn, view.is_moving
