"""Who left by a page, and why: numbers, never names."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from outreach.readers import reasons
from outreach.web.access import Db
from outreach.web.officer.page import page

router = APIRouter(prefix="/delivery/left")

PERIODS: Final = (30, 90, 365)  # days


@router.get("")
def show(request: Request, session: Db, days: Annotated[Literal["30", "90", "365"], Query()] = "90") -> Response:
    """Show how many left in the last days, and which reasons they chose."""
    return page(
        request,
        "delivery/left",
        at="delivery",
        found=reasons.counted(session, days=int(days)),
        periods=PERIODS,
        label=reasons.label,
    )
