"""The accessibility statement: how accessible the public pages are, what is known to be wrong, whom to tell.

Law (2018:1937) on the accessibility of digital public service, § 13; Commission Implementing Decision (EU) 2018/1523.
"""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from outreach.content.brand import PRESS_ADDRESS
from outreach.web.pages import render
from outreach.web.public import readers

router = APIRouter()

# To whom a barrier is reported that we do not remove: the authority that sees to the law.
AUTHORITY: Final = {
    "sv": "https://www.digg.se/tdosanmalan",
    "zh-Hans": "https://www.digg.se/en",
    "en": "https://www.digg.se/en",
}
REVIEWED: Final = date(2026, 11, 26)


@router.api_route("/accessibility", methods=["GET", "HEAD"])
def statement(request: Request, language: str | None = None) -> HTMLResponse:
    """Show the statement."""
    readers.speak(language)
    return render(
        request,
        "public/accessibility.html",
        alternates=readers.alternates(request),
        authorities=AUTHORITY,
        reviewed=REVIEWED,
        report_to=PRESS_ADDRESS,
    )
