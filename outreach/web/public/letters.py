"""Letters on the web: a reader's own as it was sent, and the issues that everybody may read."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from outreach.content import archive, sent
from outreach.delivery import letters
from outreach.foundation import locale, signing
from outreach.foundation.errors import NotFound
from outreach.foundation.signing import Purpose
from outreach.web.access import Db
from outreach.web.pages import render
from outreach.web.public.languages import alternates, speak
from outreach.web.security import LETTER_POLICY

router = APIRouter()


@router.api_route("/letters/", methods=["GET", "HEAD"])
def listed(request: Request, session: Db, language: str | None = None, cursor: str | None = None) -> HTMLResponse:
    """List the published issues in the visitor's language, the newest first."""
    speak(language or locale.language())
    return render(
        request,
        "public/letters.html",
        issues=archive.issues(session, locale.language(), cursor=cursor),
        alternates=[(tag, name, f"/letters/?language={tag}") for tag, name in locale.NAMES.items()],
    )


@router.api_route("/letters/{token}", methods=["GET", "HEAD"])
def as_sent(token: str, session: Db) -> HTMLResponse:
    """Show a letter as it was sent, with nothing in it that is its reader's own."""
    delivery = signing.read(Purpose.LETTER, token)
    letter = letters.find(session, delivery) if delivery else None
    if letter is None:
        raise NotFound
    return HTMLResponse(
        sent.as_html(session, letter.message_id),
        headers={
            "Content-Security-Policy": LETTER_POLICY,
            "Content-Language": letter.language,
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )


@router.api_route("/letters/{key}/{language}", methods=["GET", "HEAD"])
def published(request: Request, key: str, language: str, session: Db) -> HTMLResponse:
    """Show a published issue; one that is not public yet is not there."""
    speak(language)
    issue = archive.issue(session, key, language)
    return render(
        request,
        "public/letter.html",
        issue=issue,
        publisher=issue.name,
        home_url=f"/letters/?language={language}",
        alternates=alternates(language, request.url.path, issue.alternates),
    )
