"""What waits for whoever has just signed in."""

from typing import Final

from fastapi import APIRouter, Request, Response

from outreach.campaigns import overview
from outreach.campaigns.models import CampaignState
from outreach.content import queries as pieces
from outreach.content import remarks, standing
from outreach.content.queries import PieceState
from outreach.content.standing import Completeness
from outreach.foundation import clock
from outreach.foundation.settings import settings
from outreach.reporting import goals, metrics
from outreach.web.access import Db
from outreach.web.officer import attention
from outreach.web.officer.page import page

router = APIRouter()

LOOKED_AT: Final = 20  # pieces, the last changed first: older ones wait for nobody
SHOWN: Final = 3


@router.get("/")
def today(request: Request, session: Db) -> Response:
    """Show what is out of order, what waits for somebody, leaves soon, is leaving, and what came back last."""
    rows = [row for row in pieces.listed(session, size=LOOKED_AT).items if row.state is not PieceState.PUBLISHED]
    standings = standing.of_all(session, [row.id for row in rows])
    gaps = {row.id: [one for one in standings[row.id] if one.state is not Completeness.COMPLETE] for row in rows}
    returned = remarks.returned(session, [row.id for row in rows if not row.is_approved])
    latest = overview.in_states(session, CampaignState.FINISHED, limit=SHOWN)
    return page(
        request,
        "today",
        at="today",
        day=clock.today(settings().timezones[0]),
        notices=attention.notices(session),
        unfinished=[(row, gaps[row.id]) for row in rows if gaps[row.id]],
        returned=[(row, returned[row.id]) for row in rows if row.id in returned],
        unapproved=[row for row in rows if not gaps[row.id] and not row.is_approved and row.id not in returned],
        scheduled=overview.in_states(session, CampaignState.SCHEDULED),
        drafts=overview.in_states(session, CampaignState.DRAFT),
        moving=overview.in_states(session, CampaignState.RUNNING, CampaignState.PAUSED),
        latest=[(one, metrics.total(session, one.id)) for one in latest],
        goals=goals.judged(session)[-SHOWN:],
    )
