"""Senders: who letters come from, what mailboxes find when they look, and adding or changing one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from outreach.accounts import audit
from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.delivery import checking, senders
from outreach.delivery.identity import Faults, Given
from outreach.delivery.models import Sender, Stream
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.web.access import Db, may
from outreach.web.officer.page import page
from outreach.web.pages import redirect

router = APIRouter(prefix="/senders")

Administrator = Annotated[User, Depends(may(Action.MANAGE_SETTINGS))]
Text = Annotated[str, Field(max_length=300)]


class SenderForm(BaseModel):
    """A sender as it is entered on the page."""

    model_config = ConfigDict(validate_by_name=True)

    key: Text = ""
    stream: Text = Stream.NEWSLETTER.value
    address: Text = ""
    name_sv: Text = ""
    name_zh: Annotated[Text, Field(alias="name_zh-Hans")] = ""
    name_en: Text = ""
    reply_to: Text = ""
    list_id: Text = ""
    envelope_domain: Text = ""
    dkim_domain: Text = ""
    dkim_selectors: Text = ""
    spf_include: Text = ""

    def name(self, tag: str) -> str:
        """Return the name in a language, as it was typed."""
        return {"sv": self.name_sv, "zh-Hans": self.name_zh, "en": self.name_en}[tag]

    def given(self) -> Given:
        """Return what was entered."""
        names = {tag: self.name(tag) for tag in settings().languages}
        own = self.model_dump(exclude={"key", "name_sv", "name_zh", "name_en"})
        return Given(names=names, **own)


@router.get("")
def listing(request: Request, session: Db) -> Response:
    """List every sender with what is known of it."""
    found = senders.listed(session)
    return page(request, "senders/list", at="senders", senders=found, standings=checking.standings(session, found))


@router.get("/new", dependencies=[Depends(may(Action.MANAGE_SETTINGS))])
def new(request: Request) -> Response:
    """Show an empty form."""
    return _form(request, SenderForm())


@router.post("")
def add(request: Request, user: Administrator, session: Db, form: Annotated[SenderForm, Form()]) -> Response:
    """Add a sender, or say what is wrong with each field."""
    try:
        sender = senders.add(session, form.key.strip(), form.given())
    except Faults as faults:
        return _form(request, form, errors=faults.by_field)
    audit.append(session, actor=user.email, action="sender.add", subject=f"sender:{sender.key}")
    return redirect(f"/senders/{sender.key}", say=_("The sender is added. What mailboxes find is being looked up."))


@router.get("/{key}")
def show(request: Request, key: str, session: Db) -> Response:
    """Show a sender, what mailboxes find when they look it up, and what to publish."""
    sender = senders.by_key(session, key)
    return page(request, "senders/detail", at="senders", sender=sender, standing=checking.standing(session, sender))


@router.get("/{key}/edit", dependencies=[Depends(may(Action.MANAGE_SETTINGS))])
def edit(request: Request, key: str, session: Db) -> Response:
    """Show the form with what is kept."""
    sender = senders.by_key(session, key)
    return _form(request, _filled(sender), editing=sender)


@router.post("/{key}/edit")
def change(
    request: Request, user: Administrator, key: str, session: Db, form: Annotated[SenderForm, Form()]
) -> Response:
    """Change a sender, or say what is wrong with each field."""
    sender = senders.by_key(session, key)
    try:
        senders.change(session, sender, form.given())
    except Faults as faults:
        return _form(request, form, editing=sender, errors=faults.by_field)
    audit.append(session, actor=user.email, action="sender.change", subject=f"sender:{sender.key}")
    return redirect(f"/senders/{key}", say=_("Changed. Letters that have been launched keep what they had."))


@router.post("/{key}/check", dependencies=[Depends(may(Action.PLAN))])
def check(key: str, session: Db) -> Response:
    """Have it looked up again; a worker does it."""
    checking.ask(session, senders.by_key(session, key))
    return redirect(f"/senders/{key}")


def _form(
    request: Request, form: SenderForm, *, editing: Sender | None = None, errors: dict[str, str] | None = None
) -> Response:
    return page(
        request,
        "senders/form",
        at="senders",
        status=422 if errors else 200,
        form=form,
        editing=editing,
        errors=errors or {},
        tags=[tag for tag in locale.LANGUAGES if tag in settings().languages],
    )


def _filled(sender: Sender) -> SenderForm:
    kept = senders.given(sender)
    return SenderForm(
        key=sender.key,
        stream=kept.stream,
        address=kept.address,
        name_sv=kept.names.get("sv", ""),
        name_zh=kept.names.get("zh-Hans", ""),
        name_en=kept.names.get("en", ""),
        reply_to=kept.reply_to,
        list_id=kept.list_id,
        envelope_domain=kept.envelope_domain,
        dkim_domain=kept.dkim_domain,
        dkim_selectors=kept.dkim_selectors,
        spf_include=kept.spf_include,
    )
