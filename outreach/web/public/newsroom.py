"""The newsroom: what the press finds without asking. A release under embargo is not there, whoever asks and however."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from outreach.foundation import locale
from outreach.press import newsroom
from outreach.web.access import Db
from outreach.web.pages import render
from outreach.web.public.languages import alternates, speak

router = APIRouter()


@router.api_route("/newsroom/{language}/", methods=["GET", "HEAD"])
def listed(request: Request, language: str, session: Db, cursor: str | None = None) -> HTMLResponse:
    """List the public releases in a language, the newest first."""
    speak(language)
    return render(
        request,
        "public/newsroom.html",
        releases=newsroom.releases(session, language, cursor=cursor),
        alternates=[(tag, name, f"/newsroom/{tag}/") for tag, name in locale.NAMES.items()],
    )


@router.api_route("/newsroom/{language}/{key}", methods=["GET", "HEAD"])
def release(request: Request, language: str, key: str, session: Db) -> HTMLResponse:
    """Show a public release, with its pictures, its sender and its other languages."""
    speak(language)
    found = newsroom.release(session, key, language)
    return render(
        request,
        "public/release.html",
        release=found,
        alternates=alternates(language, request.url.path, found.siblings),
    )
