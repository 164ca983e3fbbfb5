"""Every part of the pages in one place, for whoever builds one; in development only."""

from fastapi import APIRouter, Request, Response

from outreach.foundation.errors import NotFound
from outreach.foundation.settings import settings
from outreach.web.officer.page import page

router = APIRouter()


@router.get("/style-guide")
def style_guide(request: Request) -> Response:
    """Show the style guide."""
    if settings().environment != "development":
        raise NotFound
    return page(request, "style_guide")
