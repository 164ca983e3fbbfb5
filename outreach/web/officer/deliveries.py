"""The letters of a campaign one by one, and whom its launch left out."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from outreach.campaigns import overview, queries
from outreach.campaigns.models import ExclusionReason
from outreach.content import sent
from outreach.delivery import letters, watching
from outreach.delivery.models import DeliveryState
from outreach.foundation.errors import NotFound
from outreach.web.access import Db
from outreach.web.officer import sending
from outreach.web.officer.campaign import Found
from outreach.web.officer.page import number, page
from outreach.web.security import LETTER_POLICY

router = APIRouter()
of_campaign = APIRouter(prefix="/campaigns/{campaign_id}")

# A state of the ledger, or a column of the progress table, which gathers several.
STATES: Final = {**{state.value: (state,) for state in DeliveryState}, **sending.COLUMNS, "wrong": watching.PROBLEMS}


class Which(BaseModel):
    """What the address of the list says."""

    campaign: Annotated[str, Field(max_length=40)] = ""
    state: Annotated[str, Field(max_length=40)] = ""
    cursor: Annotated[str | None, Field(max_length=400)] = None


@router.get("/deliveries")
def listing(request: Request, session: Db, which: Annotated[Which, Query()]) -> Response:
    """List the letters of a campaign, those in a state where one is given."""
    if which.state and which.state not in STATES:
        raise NotFound
    campaign = overview.get(session, number(which.campaign))
    found = watching.paged(session, campaign.id, states=STATES.get(which.state, ()), cursor=which.cursor)
    counts = queries.progress(session, campaign).states
    return page(
        request,
        "deliveries/list",
        at="campaigns",
        campaign=campaign,
        which=which,
        pages=found,
        next_page=_address(which, found.next),
        previous_page=_address(which, found.previous),
        states=sending.segments(counts),
        letters=counts.total(),
    )


@router.get("/deliveries/{delivery_id}/letter")
def letter(delivery_id: str, session: Db) -> HTMLResponse:
    """Show a letter as it was sent, with nothing in it that is its reader's own; nothing in it is counted."""
    found = letters.find(session, number(delivery_id))
    if found is None:
        raise NotFound
    return HTMLResponse(
        sent.as_html(session, found.message_id),
        headers={"Content-Security-Policy": LETTER_POLICY, "Referrer-Policy": "no-referrer"},
    )


@of_campaign.get("/left-out")
def left_out(
    request: Request, shown: Found, session: Db, reason: ExclusionReason | None = None, cursor: str | None = None
) -> Response:
    """List whom the launch left out, and why."""
    return page(
        request,
        "deliveries/left_out",
        at="campaigns",
        campaign=shown.campaign,
        address=shown.address,
        reason=reason,
        excluded=queries.progress(session, shown.campaign).excluded,
        pages=overview.left_out(session, shown.campaign, reason=reason, cursor=cursor),
    )


def _address(which: Which, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = {"campaign": which.campaign, **({"state": which.state} if which.state else {})}
    return f"/deliveries?{urlencode({**kept, 'cursor': cursor})}"


router.include_router(of_campaign)
