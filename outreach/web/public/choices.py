"""The preference page: language, topics, rhythm, measuring. A letter's link opens it, so the address is masked."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from outreach.consent import preferences, topics
from outreach.consent.preferences import Wish
from outreach.foundation import locale, urls
from outreach.foundation.errors import Refused
from outreach.foundation.settings import settings
from outreach.foundation.signing import Purpose
from outreach.readers import rhythm, visiting
from outreach.readers.holding import Reader
from outreach.readers.rhythm import KEEP
from outreach.web.access import Db
from outreach.web.pages import redirect, render
from outreach.web.public import readers

router = APIRouter(prefix="/preferences/{token}")

SMALL = 16_384  # bytes

Holder = Annotated[Reader, Depends(readers.holder(Purpose.PREFERENCES))]


class Sent(BaseModel):
    """The form as it comes in; a box that is not ticked is not sent."""

    letters_in: str
    topics: list[str] = []
    rhythm: str = KEEP
    until: str = ""
    pause_press: bool = False
    tracking: bool = False


@dataclass(frozen=True)
class Note:
    """What the page says on top: of something that was done, or was not."""

    saved: bool = False
    asked: bool = False
    problem: str | None = None


@router.api_route("", methods=["GET", "HEAD"])
def show(request: Request, reader: Holder, session: Db, saved: bool = False, asked: bool = False) -> HTMLResponse:
    """Show one person's choices; nothing changes by looking."""
    return render(request, "public/preferences.html", **_shown(request, session, reader, Note(saved, asked)))


@router.post("", max_body_size=SMALL)
def save(request: Request, reader: Holder, session: Db, sent: Annotated[Sent, Form()]) -> Response:
    """Carry out what was chosen and show the page again; in the language for letters, where that was changed."""
    was = reader.contact.language
    try:
        with session.begin_nested():
            _carry_out(session, reader, sent)
    except Refused as refusal:
        session.refresh(reader.contact)
        shown = _shown(request, session, reader, Note(problem=refusal.message))
        return render(request, "public/preferences.html", status=422, **shown)
    now = reader.contact.language
    return redirect(f"{request.url.path}?saved=true&language={now if now != was else locale.language()}")


@router.post("/link", max_body_size=SMALL)
def mail_a_link(reader: Holder, session: Db) -> Response:
    """Mail a fresh link to the address on file; what is said here is the same whether one leaves or not."""
    visiting.ask(session, reader.contact)
    return redirect(f"{readers.preferences_path(reader)}?asked=true&language={locale.language()}#own")


def _carry_out(session: Db, reader: Reader, sent: Sent) -> None:
    wish = Wish(
        language=sent.letters_in,
        topics=frozenset(sent.topics),
        tracking=sent.tracking and settings().tracking != "off",
    )
    held = rhythm.of(session, reader.contact)
    unmoved = sent.rhythm == rhythm.KEEP or (sent.rhythm == "all" and held.until is None)
    chosen = "day" if sent.until and unmoved else sent.rhythm  # a day was typed and the button beside it forgotten
    rhythm.change(session, reader.contact, chosen, sent.until, press=sent.pause_press)
    evidence = {"delivery": str(reader.letter.delivery_id)}
    preferences.change(session, reader.contact, wish, source="preference page", evidence=evidence)


def _shown(request: Request, session: Db, reader: Reader, note: Note) -> dict[str, Any]:
    choices = preferences.view(session, reader.contact)
    return {
        "alternates": readers.alternates(request),
        "here": readers.preferences_path(reader),
        "choices": choices,
        "measures": settings().tracking != "off",
        "rhythm": rhythm.of(session, reader.contact),
        "pauses": rhythm.choices(reader.contact),
        "limits": rhythm.limits(reader.contact),
        "follows_press": any(one.key == topics.PRESS and one.chosen for one in choices.topics),
        "unsubscribe_url": readers.path(urls.unsubscribe(reader.letter.delivery_id)),
        "note": note,
    }
