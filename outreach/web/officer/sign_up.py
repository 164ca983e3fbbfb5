"""The sign-up form as staff see it: where it is, what it says, whether somebody misuses it, who works where."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.consent import topics
from outreach.foundation import locale, urls
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.signup import alarms, asking, organisations, texts, wordings
from outreach.signup.models import TextKind
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.pages import environment, redirect
from outreach.web.paragraphs import laid_out

router = APIRouter(prefix="/sign-up")

HERE = "/sign-up"
Administrator = Annotated[User, Depends(may(Action.MANAGE_SETTINGS))]
Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]


@dataclass(frozen=True)
class Shown:
    """The form in one language: its page, and what to put into another website."""

    language: str
    address: str
    snippet: str


@router.get("")
def overview(request: Request, session: Db) -> Response:
    """Show where people sign up, in which words, what was turned away, and which organisations wait for somebody."""
    return page(
        request,
        "sign_up/overview",
        at="sign-up",
        forms=[Shown(tag, urls.subscribe(tag), _snippet(session, tag)) for tag in settings().languages],
        label=texts.label,
        texts=[texts.current(session, *place) for place in texts.places()],
        alarms=alarms.latest(session),
        said=organisations.waiting(session),
    )


@router.get("/texts/{kind}/{language}", dependencies=[Depends(may(Action.MANAGE_SETTINGS))])
def edit(request: Request, kind: str, language: str, session: Db) -> Response:
    """Show a text with its earlier versions."""
    return _form(request, session, _kind(kind), language)


@router.post("/texts/{kind}/{language}")
def write(
    request: Request,
    user: Administrator,
    kind: str,
    language: str,
    session: Db,
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Put another text on the page, or say why not."""
    try:
        changed = texts.write(session, _kind(kind), language, text, by=user.email)
    except Refused as refusal:
        return _form(request, session, _kind(kind), language, typed=text, problem=refusal.message)
    return redirect(HERE, say=_("The text is on the page.") if changed else _("Nothing was changed."))


@router.post("/organisations/{contact_id}")
def settle(
    user: Editor, contact_id: str, session: Db, organisation: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Say where somebody works, or that it is none of ours."""

    def verb() -> str:
        chosen: UUID | None = number(organisation) if organisation else None
        organisations.settle(session, number(contact_id), chosen, by=user.email)
        return _("Linked.") if chosen else _("Left as it is.")

    return act(session, verb, back=f"{HERE}#organisations")


def _form(
    request: Request, session: Session, kind: TextKind, language: str, *, typed: str | None = None, problem: str = ""
) -> Response:
    now = texts.current(session, kind, language)
    return page(
        request,
        "sign_up/text",
        at="sign-up",
        status=422 if problem else 200,
        label=texts.label,
        meaning=texts.meaning,
        now=now,
        typed=now.text if typed is None else typed,
        errors={"text": problem} if problem else {},
        history=[(one, laid_out(one.text)) for one in texts.history(session, kind, language)],
        original=texts.original(kind, language).text,
    )


def _kind(name: str) -> TextKind:
    try:
        return TextKind(name)
    except ValueError as unknown:
        raise NotFound from unknown


def _snippet(session: Session, language: str) -> str:
    with locale.use(language):
        snippet = (
            environment()
            .get_template("public/_elsewhere.html")
            .render(
                language=language,
                action=f"{urls.subscribe_form()}?language={language}",
                script=urls.subscribe_script(),
                topics_legend=wordings.topics_legend(),
                topics=[(one.key, topics.label(one)) for one in asking.offered(session)],
            )
        )
    return snippet.strip()
