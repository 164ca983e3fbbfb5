"""Delivery as a whole: what waits, what leaves, what holds it up, and what came back."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import holding, overview
from outreach.delivery import brakes, causes, health, heartbeats, lanes, outlook, uncertain
from outreach.delivery.models import Sender
from outreach.foundation.locale import gettext as _
from outreach.reporting import columns
from outreach.web.access import Db, may
from outreach.web.officer import attention, troubles
from outreach.web.officer.page import act, page

router = APIRouter(prefix="/delivery")

Holder = Annotated[User, Depends(may(Action.PAUSE))]
Releaser = Annotated[User, Depends(may(Action.LAUNCH))]
PERIODS: Final = (7, 30, 90)


@router.get("")
def now(request: Request, session: Db) -> Response:
    """Show what waits and since when, how fast it leaves, and what needs a person."""
    waiting, doubtful, hours = outlook.waiting(session), uncertain.listed(session), outlook.per_hour(session)
    moment = outlook.now(session)
    mailings = {one.mailing_id for one in waiting} | {one.mailing_id for one in doubtful}
    return page(
        request,
        "delivery/now",
        at="delivery",
        troubles=troubles,
        now=moment,
        notices=attention.notices(session),
        waiting=waiting,
        letters=sum(one.letters for one in waiting),
        uncertain=doubtful,
        names=overview.names(session, mailings),
        lanes=sorted(lanes.overview(session), key=_rank),
        elsewhere=lanes.halted_elsewhere(session),
        hours=hours,
        chart=columns.hourly([(one.begins, one.letters) for one in hours], title=_("Letters per hour")),
        heard=heartbeats.last(session),
        silent=attention.silent_queues(session, moment),
        providers=health.known(session),
        cause_of=causes.of_reply,
    )


@router.get("/returned")
def returned(request: Request, session: Db, days: Annotated[Literal["7", "30", "90"], Query()] = "30") -> Response:
    """Show what came back and why, per mailbox."""
    groups = causes.listed(session, days=int(days))
    per_cause: dict[causes.Cause, int] = {}
    for one in groups:
        per_cause[one.cause] = per_cause.get(one.cause, 0) + one.letters
    bars = [(troubles.cause_label(cause), number, troubles.tone(cause)) for cause, number in per_cause.items()]
    return page(
        request,
        "delivery/returned",
        at="delivery",
        troubles=troubles,
        days=int(days),
        periods=PERIODS,
        groups=groups,
        results=causes.results(session, days=int(days)),
        complaints=[(session.get_one(Sender, one.sender_id), one) for one in brakes.rolling(session)],
        limit=brakes.COMPLAINTS,
        chart=columns.counts(sorted(bars, key=lambda bar: -bar[1]), title=_("Letters by cause")),
    )


@router.get("/lanes/{lane}")
def show_lane(request: Request, lane: str, session: Db) -> Response:
    """Show one family of mailboxes, with the switch that halts it."""
    one = holding.find(session, lane)
    return page(
        request,
        "delivery/lane",
        at="delivery",
        troubles=troubles,
        now=outlook.now(session),
        lane=one,
        cause_of=causes.of_reply,
    )


@router.post("/lanes/{lane}/halt")
def halt(user: Holder, lane: str, session: Db, reason: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Let nothing leave there."""
    one = holding.find(session, lane)

    def halted() -> str:
        holding.halt(session, one, reason=reason, by=user.email)
        return _("Nothing leaves for %(mailbox)s until somebody lets it go on.") % {"mailbox": troubles.mailbox(lane)}

    return act(session, halted, back=f"/delivery/lanes/{lane}")


@router.post("/lanes/{lane}/release")
def release(user: Releaser, lane: str, session: Db) -> Response:
    """Let it go on."""
    one = holding.find(session, lane)

    def released() -> str:
        holding.release(session, one, by=user.email)
        return _("Letters to %(mailbox)s leave again, as fast as the caps allow.") % {"mailbox": troubles.mailbox(lane)}

    return act(session, released, back=f"/delivery/lanes/{lane}")


def _rank(lane: lanes.Lane) -> tuple[bool, bool, int, int]:
    """Put what is held on top, what has no name at the end, and between them what has most to do first."""
    return not lane.is_halted, not lane.holds, -lane.waiting, -lane.left_day
