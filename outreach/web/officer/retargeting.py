"""The audience of a campaign, built from conditions; it can be kept as a segment on the way."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import audience, planning
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules, saved
from outreach.web.access import Db, may
from outreach.web.officer import building
from outreach.web.officer.campaign import Found, Shown
from outreach.web.officer.draft import Draft
from outreach.web.officer.segment_building import note
from outreach.web.pages import redirect

router = APIRouter(prefix="/campaigns/{campaign_id}/audience/edit")

Planner = Annotated[User, Depends(may(Action.PLAN))]


@router.get("")
def show(request: Request, _user: Planner, shown: Found, session: Db) -> Response:
    """Show the builder with a campaign's rules."""
    return _page(request, session, shown, building.of_rules(*audience.rules_of(shown.campaign)))


@router.post("")
def change(request: Request, user: Planner, shown: Found, session: Db, form: building.Sent) -> Response:
    """Let the campaign go to whom the conditions mean, or do what another button says."""
    draft, do = building.draft_of(session, form), str(form.get("do", ""))
    if do != "save":
        return _page(request, session, shown, building.done(draft, do, form), form=form)
    try:
        include, exclude = building.finished(draft)
        with session.begin_nested():
            name = str(form.get("name", "")).strip()
            if name:
                include, exclude = _kept(session, user, name, include, exclude)
            planning.retarget(session, shown.campaign, include=include, exclude=exclude, by=user.email)
            audience.spec(session, shown.campaign, shown.piece)  # refuses a segment that is not there
    except (Refused, Conflict) as refusal:
        return _page(request, session, shown, draft, form=form, problem=refusal.message)
    return redirect(f"{shown.address}/audience", say=_("Changed. Nothing leaves before it is launched."))


def _kept(
    session: Session, user: User, name: str, include: rules.Rule, exclude: rules.Rule | None
) -> tuple[rules.Rule, rules.Rule | None]:
    """Save the rules as a segment, which the campaign means from then on."""
    key = saved.free_key(session, saved.named(name))
    segment = saved.save(session, key=key, name=name, include=include, exclude=exclude, by=user.email)
    note(session, user, "segment.create", segment)
    return rules.InSegment(segment=(key,)), None


def _page(
    request: Request, session: Session, shown: Shown, draft: Draft, *, form: FormData | None = None, **more: Any
) -> Response:
    return building.page_of(
        request,
        session,
        draft,
        template="campaigns/audience_edit",
        here=f"{shown.address}/audience/edit",
        form=form,
        shown=shown,
        name=str(form.get("name", "")) if form is not None else "",
        **more,
    )
