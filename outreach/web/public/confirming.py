"""The page behind a confirmation letter's link: it shows what was asked for, and only the button confirms."""

from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from outreach.foundation import locale, signing, urls
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import gettext as _
from outreach.foundation.signing import Purpose
from outreach.signup import confirming
from outreach.web.access import Db
from outreach.web.pages import redirect, render

router = APIRouter()

SMALL: Final = 16_384  # bytes


@router.api_route("/confirm/{token}", methods=["GET", "HEAD"])
def show(request: Request, token: str, session: Db, language: str | None = None) -> HTMLResponse:
    """Show what would be confirmed, or that it is; mail programs open every link, so looking changes nothing (L-02)."""
    number = _read(token)
    locale.set_language(locale.match(language) or confirming.language_of(session, number))
    wished = confirming.view(session, number)
    letter = wished.delivery_id if wished.is_confirmed else None
    return render(
        request,
        "public/confirm.html",
        alternates=[(tag, name, f"{request.url.path}?language={tag}") for tag, name in locale.NAMES.items()],
        wished=wished,
        preferences_url=urlsplit(urls.preferences(letter)).path if letter else None,
    )


@router.post("/confirm/{token}", max_body_size=SMALL)
def confirm(request: Request, token: str, session: Db, language: str | None = None) -> RedirectResponse:
    """Confirm, in the language that the page was read in; once or twice makes no difference."""
    number = _read(token)
    locale.set_language(locale.match(language) or confirming.language_of(session, number))
    confirming.confirm(session, number)
    return redirect(f"{request.url.path}?language={locale.language()}")


def _read(token: str) -> UUID:
    number = signing.read(Purpose.CONFIRM, token)
    if number is None:
        raise NotFound(_("This link does not work any more. Sign up again and you get a new one."))
    return number
