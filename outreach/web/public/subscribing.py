"""Signing up: the page, the form on other people's websites that leads to it, and what is said afterwards.

Nothing here needs a cookie, so no other site can borrow one; what protects people is in `signup.defences`.
"""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from outreach.consent import topics
from outreach.consent.preferences import tracking_wording
from outreach.contacts.models import Sector
from outreach.contacts.organisations import sector_label
from outreach.delivery.identity import Faults
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.signup import asking, defences, models, texts, wordings
from outreach.signup.asking import Answer, Asked
from outreach.web.access import Db
from outreach.web.pages import redirect, render
from outreach.web.paragraphs import laid_out
from outreach.web.public.languages import speak

router = APIRouter()

SMALL: Final = 16_384  # bytes
BUSY_FOR: Final = "3600"  # seconds
SCRIPT: Final = Path(__file__).parents[1] / "static" / "sign-up-form.js"

Text = Annotated[str, Field(max_length=400)]


class Sent(BaseModel):
    """The form as it comes in; a box that is not ticked is not sent. `homepage` is for machines only."""

    email: Text = ""
    letters_in: Text = ""
    topics: Annotated[list[Text], Field(max_length=50)] = []
    organisation: Text = ""
    sector: Text = ""
    tracking: bool = False
    transfer: bool = False
    form: models.Form = models.Form.HOSTED
    stamp: Text = ""
    shown: Annotated[list[Text], Field(max_length=10)] = []
    homepage: Text = ""

    def asked(self) -> Asked:
        """Return what was entered."""
        return Asked(
            email=self.email,
            language=self.letters_in,
            topics=tuple(self.topics),
            organisation=self.organisation,
            sector=self.sector,
            tracking=self.tracking,
            transfer=self.transfer,
            form=self.form,
            stamp=self.stamp,
            shown=frozenset(self.shown),
            trap=self.homepage,
        )


@router.api_route("/subscribe", methods=["GET", "HEAD"])
@router.api_route("/subscribe/form", methods=["GET", "HEAD"])
def show(request: Request, session: Db, language: str | None = None) -> HTMLResponse:
    """Show an empty form."""
    speak(language or locale.language())
    return _page(request, session, Sent())


@router.post("/subscribe/form", max_body_size=SMALL)
def arrive(request: Request, session: Db, sent: Annotated[Sent, Form()], language: str | None = None) -> HTMLResponse:
    """Show the form with what somebody entered on another website: they agree here, where they can read to what."""
    speak(language or locale.language())
    arrived = sent.model_copy(update={"form": models.Form.EMBEDDED, "tracking": False, "transfer": False})
    return _page(request, session, arrived, say=_("One step left: read this page and press the button below."))


@router.post("/subscribe", max_body_size=SMALL)
def sign_up(request: Request, session: Db, sent: Annotated[Sent, Form()], language: str | None = None) -> Response:
    """Take the form in, or show it again with what was entered. The answer is the same whoever is known."""
    speak(language or locale.language())
    client = request.client.host if request.client else ""
    try:
        answer = asking.ask(session, sent.asked(), client=client)
    except Faults as faults:
        return _page(request, session, sent, errors=faults.by_field)
    if answer is Answer.THANKS:
        return redirect(f"/subscribe/sent?language={locale.language()}")
    if answer is Answer.FAST:
        return _page(request, session, sent, say=_("That was quick. Look at it once more, then press the button."))
    if answer is Answer.CHANGED:
        again = sent.model_copy(update={"stamp": ""})
        said = _("The page was open for long, or its text is another now. Look at it, then press the button once more.")
        return _page(request, session, again, say=said)
    said = _("Very many people are signing up at this moment. Please try again in an hour.")
    response = _page(request, session, sent, say=said, status=429)
    response.headers["Retry-After"] = BUSY_FOR
    return response


@router.api_route("/subscribe/sent", methods=["GET", "HEAD"])
def sent(request: Request, language: str | None = None) -> HTMLResponse:
    """Say that a letter is on its way; nobody learns from it whether an address is known."""
    speak(language or locale.language())
    return render(request, "public/subscribe_sent.html", alternates=_alternates("/subscribe/sent"))


@router.api_route("/subscribe/form.js", methods=["GET", "HEAD"])
def script() -> Response:
    """Send the script for forms on other websites; they work without it."""
    return Response(
        SCRIPT.read_bytes(),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


def _page(
    request: Request,
    session: Session,
    sent: Sent,
    *,
    say: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    page = texts.of_page(session, locale.language())
    return render(
        request,
        "public/subscribe.html",
        status=422 if errors else status,
        alternates=_alternates("/subscribe"),
        sent=sent,
        say=say,
        errors=errors or {},
        stamp=sent.stamp or defences.stamp(),
        shown=[words.sha256 for words in page.values()],
        words={kind.value: laid_out(words.text) for kind, words in page.items()},
        letters_in=locale.match(sent.letters_in) or locale.language(),
        topics_legend=wordings.topics_legend(),
        topics=[(one.key, topics.label(one)) for one in asking.offered(session)],
        sectors=[("", "–"), *((one.value, sector_label(one)) for one in Sector)],
        tracking_wording=tracking_wording() if wordings.measures() else None,
        transfer_wording=wordings.transfer_wording(),
    )


def _alternates(path: str) -> list[tuple[str, str, str]]:
    return [(tag, name, f"{path}?language={tag}") for tag, name in locale.NAMES.items()]
