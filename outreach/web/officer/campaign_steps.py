"""The steps before a launch: content, audience, review, approval and time."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field

from outreach.accounts import audit
from outreach.accounts.roles import Action
from outreach.campaigns import audience, expecting, queries, reviewing, test_sends
from outreach.campaigns.readiness import Level
from outreach.contacts import queries as contacts
from outreach.content import editions, history, pieces, standing
from outreach.content import queries as content
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import ngettext
from outreach.foundation.settings import settings
from outreach.reporting import goals
from outreach.segments import preview
from outreach.web.access import Db, Staff, may
from outreach.web.officer import campaign, checks, counting, naming
from outreach.web.officer.campaign import Found, Shown
from outreach.web.officer.page import page
from outreach.web.officer.switches import Switches
from outreach.web.pages import redirect

router = APIRouter(prefix="/campaigns/{campaign_id}")

SEPARATORS: Final = re.compile(r"[\s,;，；、]+")


class TestForm(BaseModel):
    """Where a test goes, in which languages, and with whose words."""

    addresses: str = Field(default="", max_length=2000)
    languages: list[str] = Field(default_factory=list)
    reader: str = Field(default="", max_length=320)


@router.get("")
def due(shown: Found, session: Db) -> Response:
    """Lead to the step that is due."""
    return redirect(f"{shown.address}/{campaign.due(shown, campaign.open_problems(session, shown))}")


@router.get("/content")
def show_content(request: Request, shown: Found, session: Db, switches: Annotated[Switches, Query()]) -> Response:
    """Show what is sent, as it will look."""
    manuscript = pieces.load(session, shown.piece)
    return page(
        request,
        "campaigns/content",
        at="campaigns",
        **campaign.frame(session, shown, "content"),
        row=content.row(session, shown.piece),
        standings=standing.of(manuscript),
        preview=switches.of(
            f"{shown.address}/content",
            manuscript.languages,
            letter=f"/pieces/{shown.piece.key}/preview",
            layout=shown.campaign.layout.value,
        ),
    )


@router.get("/audience")
def show_audience(request: Request, shown: Found, session: Db) -> Response:
    """Show who gets it, in which language, and who not and why; after the launch, who got it."""
    include, exclude = audience.rules_of(shown.campaign)
    return page(
        request,
        "campaigns/audience",
        at="campaigns",
        **campaign.frame(session, shown, "audience"),
        include=include,
        exclude=exclude,
        names=naming.of(session, include, exclude),
        topics=audience.topics(shown.piece),
        panel=None if shown.is_launched else counting.of_rules(session, include, exclude, shown=shown),
        frozen=queries.progress(session, shown.campaign) if shown.is_launched else None,
        drift=expecting.drift(shown.campaign, shown.campaign.letters) if shown.campaign.letters is not None else None,
    )


@router.get("/review")
def show_review(request: Request, user: Staff, shown: Found, session: Db) -> Response:
    """Show the checks, a test send, and the goals that were set."""
    return review(request, session, shown, TestForm(addresses=user.email))


def review(request: Request, session: Db, shown: Shown, form: TestForm, problem: str = "") -> Response:
    """Show the review with a test send as it was filled in, and what is wrong with it."""
    framed = campaign.frame(session, shown, "review")
    count = preview.count(session, audience.spec(session, shown.campaign, shown.piece))
    tests = test_sends.recent(session, shown.campaign, shown.piece)
    return page(
        request,
        "campaigns/review",
        at="campaigns",
        status=422 if problem else 200,
        **framed,
        checks=checks.lines(session, shown, framed["problems"], count, tests),
        waivable=any(reviewing.is_waivable(one) for one in framed["problems"]),
        goals=goals.judged(session, campaign=shown.campaign.id),
        spoken=[one for one in locale.LANGUAGES if one in editions.languages(session, shown.piece)],
        tests=tests,
        unknown_links=None in reviewing.links(session, shown.campaign, shown.piece).values(),
        form=form,
        problem=problem,
    )


@router.post("/review/test", dependencies=[Depends(may(Action.PLAN))])
def test(request: Request, user: Staff, shown: Found, session: Db, form: Annotated[TestForm, Form()]) -> Response:
    """Send the letters to a few addresses first; what was typed stays where something is wrong with it."""
    try:
        with session.begin_nested():
            number = test_sends.send(
                session,
                shown.campaign,
                shown.piece,
                addresses=[one for one in SEPARATORS.split(form.addresses) if one],
                languages=[one for one in locale.LANGUAGES if one in form.languages],
                reader=contacts.by_address(session, form.reader) if form.reader.strip() else None,
                by=user.email,
            )
    except (Refused, NotFound) as refusal:
        return review(request, session, shown, form, refusal.message)
    said = ngettext("%(number)s test letter is on its way.", "%(number)s test letters are on their way.", number)
    return redirect(f"{shown.address}/review#test", say=said % {"number": locale.number(number)})


@router.get("/approve")
def show_approve(request: Request, shown: Found, session: Db) -> Response:
    """Show the approval, the time, and the button with the number of letters on it."""
    framed = campaign.frame(session, shown, "approve")
    leaves = None if shown.is_launched else shown.campaign.scheduled_at
    letters = preview.count(session, audience.spec(session, shown.campaign, shown.piece)).receive
    return page(
        request,
        "campaigns/approve",
        at="campaigns",
        **framed,
        approvals=history.approvals(session, shown.piece),
        missed=_missed(session, shown),
        approved=not any(one.code == "not_approved" for one in framed["problems"]),
        stops=[one for one in framed["problems"] if one.level is Level.STOP],
        letters=letters,
        drift=None if shown.is_launched else expecting.drift(shown.campaign, letters),
        zones=settings().timezones,
        **campaign.at_time(session, shown, leaves),
    )


def _missed(session: Db, shown: Shown) -> str | None:
    """Return why it could not leave at its time, where nothing was done about it since."""
    last = audit.listed(session, audit.Wanted(subject=str(shown.campaign.id)), size=1).items
    return str(last[0].detail.get("reason", "")) if last and last[0].action == "campaign.missed" else None
