"""What is done to a campaign: approve, schedule, launch, pause, resume, cancel. Each is an address of its own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import expecting, launching, origin, planning, queries, reviewing, steering
from outreach.content import approval
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.web.access import Db, may
from outreach.web.officer import campaign, times
from outreach.web.officer.campaign import Found
from outreach.web.officer.page import act, page
from outreach.web.pages import redirect

router = APIRouter(prefix="/campaigns/{campaign_id}")

Approver = Annotated[User, Depends(may(Action.APPROVE))]
Planner = Annotated[User, Depends(may(Action.PLAN))]
Launcher = Annotated[User, Depends(may(Action.LAUNCH))]
Waiver = Annotated[User, Depends(may(Action.WAIVE))]
Pauser = Annotated[User, Depends(may(Action.PAUSE))]
Letters = Annotated[int | None, Form(ge=0)]
Canceller = Annotated[User, Depends(may(Action.CANCEL))]


@router.post("/approval")
def approve(user: Approver, shown: Found, session: Db, letters: Letters = None) -> Response:
    """Free the content, exactly as it stands, for as many letters as stood on the page."""

    def freed() -> str:
        approval.approve(session, shown.piece, by=user.email)
        if letters is not None and not shown.is_launched:
            expecting.keep(session, shown.campaign, letters)
        reviewing.look_at_links(session, shown.campaign, shown.piece)
        return _("Approved. If anything in it changes, the approval lapses.")

    return act(session, freed, back=f"{shown.address}/approve")


@router.post("/schedule")
def schedule(
    user: Planner,
    shown: Found,
    session: Db,
    day: Annotated[str, Form(max_length=20)] = "",
    time: Annotated[str, Form(max_length=20)] = "",
    zone: Annotated[str, Form(max_length=50)] = "Europe/Stockholm",
    letters: Letters = None,
) -> Response:
    """Set the time at which it leaves by itself."""

    def set_time() -> str:
        planning.schedule(session, shown.campaign, times.chosen(day, time, zone), expected=letters, by=user.email)
        return _("The time is set. It leaves by itself if the content is approved by then.")

    return act(session, set_time, back=f"{shown.address}/approve")


@router.get("/time")
def think_of(
    request: Request,
    shown: Found,
    session: Db,
    day: Annotated[str, Query(max_length=20)] = "",
    time: Annotated[str, Query(max_length=20)] = "",
    zone: Annotated[str, Query(max_length=50)] = "Europe/Stockholm",
) -> Response:
    """Say what a time means before it is set: on every clock, and what speaks against it."""
    try:
        told = campaign.at_time(session, shown, times.chosen(day, time, zone))
    except Refused as refusal:
        told = campaign.at_time(session, shown, None, refusal.message if day else "")
    return page(request, "campaigns/_time", **told)


@router.post("/copy")
def copy(user: Planner, shown: Found, session: Db) -> Response:
    """Plan another one like it."""
    made = planning.clone(session, shown.campaign, by=user.email)
    return redirect(f"/campaigns/{made.id}/audience", say=_("It is copied. Nothing leaves before it is launched."))


@router.post("/unschedule")
def unschedule(user: Planner, shown: Found, session: Db) -> Response:
    """Take the time back."""

    def taken_back() -> str:
        planning.unschedule(session, shown.campaign, by=user.email)
        return _("The time is taken back. Nothing leaves by itself.")

    return act(session, taken_back, back=f"{shown.address}/approve")


@router.post("/waiver")
def waive(user: Waiver, shown: Found, session: Db, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Let it go although its sender is not in order, with a sentence that says why."""

    def waived() -> str:
        origin.waive(session, shown.campaign, reason=reason, by=user.email)
        return _("It may go as it is. Should anything else be found, it stops again.")

    return act(session, waived, back=f"{shown.address}/review")


@router.post("/review/links", dependencies=[Depends(may(Action.PLAN))])
def look_at_links(shown: Found, session: Db) -> Response:
    """Have the links looked at; a worker does it."""

    def asked() -> str:
        number = reviewing.look_at_links(session, shown.campaign, shown.piece)
        said = ngettext(
            "%(number)s link is being looked at; load this page again in a moment.",
            "%(number)s links are being looked at; load this page again in a moment.",
            number,
        )
        return said % {"number": locale.number(number)}

    return act(session, asked, back=f"{shown.address}/review")


@router.post("/review/waiver")
def answer(user: Approver, shown: Found, session: Db, sentence: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Let it go although a check of its letters stops it, with a sentence that says why."""

    def waived() -> str:
        reviewing.waive(session, shown.campaign, shown.piece, reason=sentence, by=user.email)
        return _("It may go as it is. If anything in it changes, this lapses.")

    return act(session, waived, back=f"{shown.address}/review")


@router.post("/launch")
def launch(
    user: Launcher,
    shown: Found,
    session: Db,
    letters: Annotated[int, Form()],
    whatever_number: Annotated[bool, Form()] = False,
) -> Response:
    """Let it go, if it is still as many letters as stood on the button, and as were expected or accepted since."""

    def launched() -> str:
        planned = launching.launch(session, shown.campaign, by=user.email, whatever_number=whatever_number)
        if planned != letters:
            raise Conflict(
                _("The audience has changed meanwhile: %(now)s letters instead of %(then)s. Look again, then launch.")
                % {"now": locale.number(planned), "then": locale.number(letters)}
            )
        return ngettext("%(number)s letter is on its way.", "%(number)s letters are on their way.", planned) % {
            "number": locale.number(planned)
        }

    return act(session, launched, back=f"{shown.address}")


@router.post("/pause")
def pause(user: Pauser, shown: Found, session: Db) -> Response:
    """Hold what has not left."""

    def held() -> str:
        steering.pause(session, shown.campaign, by=user.email)
        return _("Paused. What has left is on its way; the rest waits.")

    return act(session, held, back=f"{shown.address}/sending")


@router.post("/resume")
def resume(user: Launcher, shown: Found, session: Db) -> Response:
    """Go on where it stopped."""

    def gone_on() -> str:
        steering.resume(session, shown.campaign, by=user.email)
        return _("Sending goes on.")

    return act(session, gone_on, back=f"{shown.address}/sending")


@router.get("/cancel", dependencies=[Depends(may(Action.CANCEL))])
def ask_to_cancel(request: Request, shown: Found, session: Db) -> Response:
    """Ask once more, with the number of letters that would never leave."""
    return page(
        request,
        "campaigns/cancel",
        at="campaigns",
        **campaign.frame(session, shown, "sending"),
        waiting=queries.progress(session, shown.campaign).waiting,
    )


@router.post("/cancel")
def cancel(user: Canceller, shown: Found, session: Db) -> Response:
    """End it for good."""

    def ended() -> str:
        stopped = steering.cancel(session, shown.campaign, by=user.email)
        return ngettext(
            "Cancelled; %(number)s letter will never leave.", "Cancelled; %(number)s letters will never leave.", stopped
        ) % {"number": locale.number(stopped)}

    return act(session, ended, back=shown.address)
