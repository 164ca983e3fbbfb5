"""The letter itself, as a document that may do nothing: for the frame of a preview, or a window of its own."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from outreach.content import editions, preview, queries
from outreach.content.models import Piece
from outreach.foundation import locale
from outreach.foundation.errors import NotFound
from outreach.web.access import Db
from outreach.web.security import LETTER_POLICY

router = APIRouter()


@router.get("/pieces/{key}/preview")
def letter(key: str, session: Db, language: str = "", second: str | None = None, layout: str = "") -> HTMLResponse:
    """Show the true compiled letter in a language, with a second one below where wanted; nothing in it is counted."""
    first = locale.match(language)
    if first is None:
        raise NotFound
    piece = queries.by_key(session, key)
    html = preview.render(session, piece, first, second=_below(session, piece, first, second, layout))
    return HTMLResponse(html, headers={"Content-Security-Policy": LETTER_POLICY, "Referrer-Policy": "no-referrer"})


def _below(session: Db, piece: Piece, first: str, second: str | None, layout: str) -> str | None:
    """Choose the second language: the one asked for, else, for two languages, the next that there is."""
    if layout == "single" or second:
        return None if layout == "single" else locale.match(second)
    present = editions.languages(session, piece) if layout == "stacked" else []
    return next((one for one in locale.FALLBACKS[first] if one in present and one != first), None)
