"""The list of campaigns, and planning a new one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import audience, overview, planning
from outreach.campaigns.models import CampaignState, Layout
from outreach.content import queries as pieces
from outreach.content.models import Piece
from outreach.delivery import senders
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import preview, rules
from outreach.web.access import Db, may
from outreach.web.officer import choices, naming, times
from outreach.web.officer.audience_form import AudienceForm
from outreach.web.officer.campaign import Shown
from outreach.web.officer.page import page
from outreach.web.pages import redirect

router = APIRouter()

# The tabs of the list: what is being planned, what is on its way, what is over.
GROUPS: Final[dict[str, Sequence[CampaignState]]] = {
    "all": (),
    "planned": (CampaignState.DRAFT, CampaignState.SCHEDULED),
    "sending": (CampaignState.RUNNING, CampaignState.PAUSED),
    "over": (CampaignState.FINISHED, CampaignState.CANCELLED),
}
Planner = Annotated[User, Depends(may(Action.PLAN))]


class PlanForm(AudienceForm):
    """A campaign as it is planned on the page."""

    piece: str = ""
    name: str = ""
    sender: Annotated[str, Field(max_length=40)] = ""
    layout: Layout = Layout.SINGLE
    leaves: str = "later"
    day: str = ""
    time: str = ""
    zone: str = "Europe/Stockholm"

    def at(self) -> datetime | None:
        """Return when it is to leave, None for one that is launched by hand. Raises Refused."""
        return times.chosen(self.day, self.time, self.zone) if self.leaves == "at" else None


@router.get("/campaigns")
def listing(request: Request, session: Db, group: str = "all", cursor: str | None = None) -> Response:
    """List campaigns, newest first, with where their letters are."""
    chosen = group if group in GROUPS else "all"
    found = overview.paged(session, states=GROUPS[chosen], cursor=cursor)
    return page(request, "campaigns/list", at="campaigns", pages=found, group=chosen, groups=list(GROUPS))


@router.get("/campaigns/new", dependencies=[Depends(may(Action.PLAN))])
def new(request: Request, session: Db, form: Annotated[PlanForm, Query()]) -> Response:
    """Show the form, filled with what its address says, and count whom it would reach."""
    return planning_page(request, session, form)


@router.post("/campaigns")
def create(request: Request, session: Db, user: Planner, form: Annotated[PlanForm, Form()]) -> Response:
    """Plan a campaign, or say what is wrong with the form."""
    try:
        with session.begin_nested():
            campaign = planning.create(
                session,
                piece_of(session, form),
                name=form.name,
                include=form.include(),
                exclude=form.exclude(),
                layout=form.layout,
                at=form.at(),
                time_zone=form.zone,
                sender=form.sender or None,
                by=user.email,
            )
    except (Refused, NotFound) as refusal:
        return planning_page(request, session, form, problem=refusal.message)
    return redirect(f"/campaigns/{campaign.id}", say=_("It is planned. Nothing leaves before it is launched."))


def planning_page(
    request: Request,
    session: Session,
    form: PlanForm,
    *,
    editing: Shown | None = None,
    kept: tuple[rules.Rule, rules.Rule | None] | None = None,
    problem: str | None = None,
) -> Response:
    """Show the form of a campaign; `kept` are rules that boxes cannot say, which stay as they are."""
    found = pieces.listed(session, size=100).items
    form.piece = form.piece or (found[0].key if found else "")
    return page(
        request,
        "campaigns/new",
        at="campaigns",
        status=422 if problem else 200,
        form=form,
        editing=editing,
        kept=kept,
        names=naming.of(session, *kept) if kept else None,
        problem=problem,
        pieces=found,
        choices=choices.of_campaign(session),
        senders=senders.listed(session),
        count=_count(session, form, kept),
    )


def piece_of(session: Session, form: PlanForm) -> Piece:
    """Return the piece that a form names. Raises Refused, NotFound."""
    if not form.piece:
        raise Refused(_("Choose what to send."))
    return pieces.by_key(session, form.piece)


def _count(
    session: Session, form: PlanForm, kept: tuple[rules.Rule, rules.Rule | None] | None
) -> preview.Preview | None:
    """Count whom the form would reach, None while it names no piece or no sense."""
    try:
        include, exclude = kept or (form.include(), form.exclude())
        meant = audience.planned(session, piece_of(session, form), include=include, exclude=exclude)
    except (Refused, NotFound):
        return None
    return preview.count(session, meant)
