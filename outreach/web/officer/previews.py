"""The letter itself, as a document that may do nothing: for the frame of a preview, or a window of its own."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import escape

from outreach.accounts import roles
from outreach.accounts.roles import Action
from outreach.contacts import queries as contacts
from outreach.content import editions, preview, queries
from outreach.content.models import Piece
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, Staff
from outreach.web.security import LETTER_POLICY

router = APIRouter()

WITHOUT_PICTURES: Final = LETTER_POLICY.replace("img-src 'self' https: data:", "img-src 'none'")


@router.get("/pieces/{key}/preview")
def letter(
    key: str,
    session: Db,
    user: Staff,
    language: str = "",
    second: str | None = None,
    layout: str = "",
    pictures: str = "on",
    reader: Annotated[str, Query(max_length=320)] = "",
) -> HTMLResponse:
    """Show the true compiled letter in a language, with a second one below where wanted; nothing in it is counted.

    With `reader`, a mail address, the letter has that person's words; without pictures, as many mail programs begin.
    """
    first = locale.match(language)
    if first is None:
        raise NotFound
    piece = queries.by_key(session, key)
    policy = WITHOUT_PICTURES if pictures == "off" else LETTER_POLICY
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }
    try:
        person = None
        if reader.strip():
            roles.require(user, Action.SEE_PEOPLE)
            person = contacts.by_address(session, reader)
    except (NotFound, Refused):
        said = _("Nobody among the contacts has this address; the letter needs one that is known.")
        return HTMLResponse(f"<p>{escape(said)}</p>", status_code=404, headers=headers)
    below = _below(session, piece, first, second, layout)
    return HTMLResponse(preview.render(session, piece, first, second=below, reader=person), headers=headers)


def _below(session: Db, piece: Piece, first: str, second: str | None, layout: str) -> str | None:
    """Choose the second language: the one asked for, else, for two languages, the next that there is."""
    if layout == "single" or second:
        return None if layout == "single" else locale.match(second)
    present = editions.languages(session, piece) if layout == "stacked" else []
    return next((one for one in locale.FALLBACKS[first] if one in present and one != first), None)
