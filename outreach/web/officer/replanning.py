"""Changing a campaign that has not been launched: its piece, its name, its readers, its layout."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import origin, planning
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules
from outreach.web.access import Db, may
from outreach.web.officer import audience_form, campaigns
from outreach.web.officer.campaign import Found, Shown
from outreach.web.officer.campaigns import PlanForm
from outreach.web.pages import redirect

router = APIRouter(prefix="/campaigns/{campaign_id}")

Planner = Annotated[User, Depends(may(Action.PLAN))]


@router.get("/edit", dependencies=[Depends(may(Action.PLAN))])
def form(request: Request, shown: Found, session: Db, changed: Annotated[PlanForm, Query()]) -> Response:
    """Show the form as the campaign is planned, or as its address says that it was changed."""
    return _form(request, session, shown, changed if changed.name else _planned(session, shown))


@router.post("/edit")
def change(
    request: Request, user: Planner, shown: Found, session: Db, changed: Annotated[PlanForm, Form()]
) -> Response:
    """Plan it anew, or say what is wrong with the form."""
    try:
        include, exclude = _kept(shown) or (changed.include(), changed.exclude())
        with session.begin_nested():
            planning.replan(
                session,
                shown.campaign,
                campaigns.piece_of(session, changed),
                name=changed.name,
                include=include,
                exclude=exclude,
                layout=changed.layout,
                sender=changed.sender or None,
                by=user.email,
            )
    except (Refused, NotFound, Conflict) as refusal:
        return _form(request, session, shown, changed, problem=refusal.message)
    return redirect(f"{shown.address}/audience", say=_("Changed. Nothing leaves before it is launched."))


def _form(
    request: Request, session: Session, shown: Shown, filled: PlanForm, *, problem: str | None = None
) -> Response:
    return campaigns.planning_page(request, session, filled, editing=shown, kept=_kept(shown), problem=problem)


def _planned(session: Session, shown: Shown) -> PlanForm:
    own = shown.campaign
    boxes = _boxes(shown) or {}
    sender = origin.sender_of(session, own).key
    return PlanForm(piece=shown.piece.key, name=own.name, layout=own.layout, sender=sender, **boxes)


def _boxes(shown: Shown) -> dict[str, list[str]] | None:
    return audience_form.of_rules(shown.campaign.include, shown.campaign.exclude)


def _kept(shown: Shown) -> tuple[rules.Rule, rules.Rule | None] | None:
    """Return the rules that boxes cannot say, which the form leaves as they are."""
    if _boxes(shown) is not None:
        return None
    own = shown.campaign
    return rules.parse_json(own.include), rules.parse_json(own.exclude) if own.exclude else None
