"""Letters of which nobody knows whether they left: which they are, and a person's decision, asked for once more."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import resolving
from outreach.delivery import uncertain, watching
from outreach.delivery.models import DeliveryState, Mailing, MailingState
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.web.access import Db, may
from outreach.web.officer.campaign import Found
from outreach.web.officer.page import act, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/campaigns/{campaign_id}/uncertain")

Resolver = Annotated[User, Depends(may(Action.RESOLVE))]


class Choice(BaseModel):
    """What somebody is about to decide, and about whom: all, or those who are ticked."""

    decision: Literal["resend", "abandon"]
    whom: Literal["all", "ticked"]
    only: Annotated[list[UUID], Field(max_length=1000)] = []

    @property
    def ids(self) -> list[UUID] | None:
        """Return the ids of those meant, None for all."""
        return None if self.whom == "all" else self.only


class Decision(Choice):
    """The same once more, with the number of letters on the button and when they were counted."""

    letters: int
    looked_at: datetime


@router.get("")
def listing(request: Request, shown: Found, session: Db, cursor: str | None = None) -> Response:
    """List the letters that are uncertain, and say what is tried to find out."""
    mailing = session.get(Mailing, shown.campaign.id)
    return page(
        request,
        "uncertain/list",
        at="delivery",
        campaign=shown.campaign,
        address=shown.address,
        number=uncertain.chosen(session, shown.campaign.id).number,
        attempt=uncertain.attempt(mailing.provider) if mailing else None,
        cancelled=_is_cancelled(mailing),
        pages=watching.paged(session, shown.campaign.id, states=[DeliveryState.AMBIGUOUS], cursor=cursor),
    )


@router.get("/decide", dependencies=[Depends(may(Action.RESOLVE))])
def ask(request: Request, shown: Found, session: Db, choice: Annotated[Choice, Query()]) -> Response:
    """Ask once more, with the number of people who could get it twice, or not at all."""
    meant = uncertain.chosen(session, shown.campaign.id, only=choice.ids)
    back = f"{shown.address}/uncertain"
    if not meant.number:
        said = _("Tick somebody first.") if choice.whom == "ticked" and not choice.only else _nothing()
        return redirect(back, say=said, tone="info")
    if choice.decision == "resend" and _is_cancelled(session.get(Mailing, shown.campaign.id)):
        return redirect(back, say=_("This campaign was cancelled, so nothing of it is sent again."), tone="stop")
    return page(
        request,
        "uncertain/decide",
        at="delivery",
        campaign=shown.campaign,
        address=shown.address,
        choice=choice,
        meant=meant,
    )


@router.post("")
def decide(user: Resolver, shown: Found, session: Db, decision: Annotated[Decision, Form()]) -> Response:
    """Carry the decision out, if it is still about as many letters as stood on the button."""
    resend = decision.decision == "resend"

    def decided() -> str:
        number = resolving.resolve(
            session,
            shown.campaign,
            resend=resend,
            by=user.email,
            only=decision.ids,
            letters=decision.letters,
            looked_at=decision.looked_at,
        )
        return _sent_again(number) if resend else _given_up(number)

    return act(session, decided, back=f"{shown.address}/uncertain")


def _is_cancelled(mailing: Mailing | None) -> bool:
    return mailing is not None and mailing.state is MailingState.CANCELLED


def _nothing() -> str:
    return _("None of these is uncertain any more; there is nothing to decide.")


def _sent_again(number: int) -> str:
    words = ngettext("%(number)s letter leaves again.", "%(number)s letters leave again.", number)
    return words % {"number": locale.number(number)}


def _given_up(number: int) -> str:
    words = ngettext("%(number)s letter is not sent again.", "%(number)s letters are not sent again.", number)
    return words % {"number": locale.number(number)}
