"""Saved segments: the list, building a new one (W3), and the people behind its numbers."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import uses
from outreach.segments import lists, people, rules, saved
from outreach.segments.models import ExclusionReason, Segment, SegmentKind
from outreach.web.access import Db, may
from outreach.web.officer import building, campaign, counting, naming
from outreach.web.officer.page import page
from outreach.web.officer.segment_building import built

router = APIRouter(prefix="/segments")

Editor = Annotated[User, Depends(may(Action.EDIT_CONTACTS))]
Text = Annotated[str, Query(max_length=20_000)]
FROZEN: Final = "frozen"


@router.get("")
def listing(request: Request, session: Db) -> Response:
    """List all segments, with how many people each had when it was last counted."""
    return page(request, "segments/list", at="segments", segments=saved.listed(session), needed=uses.numbers(session))


@router.get("/new")
def new(request: Request, session: Db, _user: Editor, include: Text = "", exclude: Text = "") -> Response:
    """Show the builder, empty or with the rules of its address."""
    return building.page_of(
        request,
        session,
        building.of_texts(include, exclude),
        template="segments/edit",
        here="/segments",
        segment=None,
        name="",
        kind=SegmentKind.LIVING.value,
    )


@router.post("")
def create(request: Request, session: Db, user: Editor, form: building.Sent) -> Response:
    """Save a new segment, or do what another button of the builder says."""

    def kept(include: rules.Rule, exclude: rules.Rule | None, name: str) -> Segment:
        if form.get("kind") == FROZEN:
            return lists.of_rule(session, name=name, include=include, exclude=exclude, by=user.email)
        key = saved.free_key(session, saved.named(name))
        return saved.save(session, key=key, name=name, include=include, exclude=exclude, by=user.email)

    return built(request, session, user, form, None, kept)


@router.post("/count")
def count(request: Request, session: Db, _user: Editor, form: building.Sent) -> Response:
    """Count what the builder says now; nothing is kept."""
    shown = campaign.found(str(form["campaign"]), session) if form.get("campaign") else None
    draft = building.draft_of(session, form)
    panel = counting.of_draft(session, draft, topic=str(form.get("topic", "")), shown=shown)
    return page(request, "segments/count", panel=panel, **building.said(session, draft))


@router.get("/people")
def show_people(
    request: Request,
    session: Db,
    include: Text = "everyone",
    exclude: Text = "",
    topic: Annotated[str, Query(max_length=100)] = "",
    of: Annotated[str, Query(alias="campaign", max_length=40)] = "",
    reason: ExclusionReason | None = None,
    cursor: str | None = None,
) -> Response:
    """List who would receive it, or whom a reason leaves out."""
    shown = campaign.found(of, session) if of else None
    first, second = rules.parse_text(include), rules.parse_text(exclude) if exclude else None
    meant = counting.spec(session, first, second, topic=topic, shown=shown)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return page(
        request,
        "segments/people",
        at="campaigns" if shown else "segments",
        pages=people.listed(session, meant, reason=reason, cursor=cursor),
        reason=reason,
        shown=shown,
        include=first,
        exclude=second,
        names=naming.of(session, first, second),
        here=f"/segments/people?{urlencode(kept)}&cursor=",
    )
