"""What needs a person, wherever that person looks first: delivery above all, and who is still to be told."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from outreach.campaigns import expecting, overview
from outreach.campaigns.models import CampaignState
from outreach.contacts import notices as notices_owed
from outreach.delivery import brakes, guard, health, heartbeats, lanes, outlook, uncertain
from outreach.delivery.models import Sender
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext
from outreach.signup import alarms, letters
from outreach.web.officer import troubles


@dataclass(frozen=True)
class Notice:
    """One thing that does not mend itself: what it is, what it means, and where it is dealt with."""

    tone: str
    kicker: str
    title: str
    detail: str
    href: str


def notices(session: Session) -> list[Notice]:
    """Return what needs a person now, the worst first; cheap enough for every page that wants it."""
    now = outlook.now(session)
    return [
        *_locked(session),
        *_silent(session, now),
        *_unwell(session),
        *_halted(session),
        *_lanes(session),
        *_uncertain(session),
        *_drifted(session),
        *_complaints(session),
        *_sign_ups(session),
        *_untold(session),
    ]


def silent_queues(session: Session, now: datetime) -> dict[str, datetime]:
    """Return the queues that no worker was heard from for too long, with when that was."""
    heard = heartbeats.last(session)
    return {queue: at for queue, at in heard.items() if (now - at).total_seconds() > heartbeats.LONGEST_SILENCE}


def _locked(session: Session) -> list[Notice]:
    if guard.standing(session).doubt is None:
        return []
    said = _(
        "An administrator compares it with the provider's log and then runs “outreach restore confirm”. "
        "Until then nothing is sent."
    )
    return [Notice("stop", _("Sending is locked"), _("The database was put back to an earlier day"), said, "/delivery")]


def _silent(session: Session, now: datetime) -> list[Notice]:
    said = _("What waits stays safe and leaves when it runs again. Start it with “outreach worker”.")
    return [
        Notice(
            "stop",
            _("A worker is silent"),
            _("%(work)s: last heard %(ago)s") % {"work": troubles.queue_label(queue), "ago": troubles.ago(at, now)},
            said,
            "/delivery#workers",
        )
        for queue, at in silent_queues(session, now).items()
    ]


def _unwell(session: Session) -> list[Notice]:
    return [
        Notice(
            "stop",
            _("Provider"),
            _("%(provider)s does not take our mail") % {"provider": one.provider},
            one.said,
            "/delivery#workers",
        )
        for one in health.known(session)
        if not one.is_well
    ]


def _halted(session: Session) -> list[Notice]:
    moving = overview.in_states(session, CampaignState.RUNNING, CampaignState.PAUSED)
    return [
        Notice(
            "stop",
            _("A campaign was stopped"),
            one.name,
            troubles.stopped(one.reason or ""),
            f"/campaigns/{one.id}/sending",
        )
        for one in moving
        if one.halted
    ]


def _lanes(session: Session) -> list[Notice]:
    return [
        Notice(
            "warn",
            _("Nothing leaves for a mailbox"),
            troubles.mailbox(one.key),
            " · ".join(troubles.why(held) for held in one.holds if held.until is None),
            f"/delivery/lanes/{one.key}",
        )
        for one in lanes.overview(session)
        if one.is_halted
    ]


def _uncertain(session: Session) -> list[Notice]:
    found = uncertain.listed(session)
    names = overview.names(session, {one.mailing_id for one in found})
    return [
        Notice(
            "odd",
            names[one.mailing_id],
            ngettext("%(number)s letter is uncertain.", "%(number)s letters are uncertain.", one.number)
            % {"number": locale.number(one.number)},
            _("The provider may have them or not; somebody decides."),
            f"/campaigns/{one.mailing_id}/uncertain",
        )
        for one in found
        if one.mailing_id in names
    ]


def _drifted(session: Session) -> list[Notice]:
    """Return a notice for each campaign that left by itself in the last days with another number of letters."""
    return [
        Notice("warn", _("It left by itself"), one.name, one.drift.sentence(), f"/campaigns/{one.id}/audience")
        for one in expecting.left_with_drift(session)
    ]


def _complaints(session: Session) -> list[Notice]:
    """Return a notice per sender whose letters too many call spam, over the longest time of which it is true."""
    worst = {one.sender_id: one for one in brakes.rolling(session) if one.level is brakes.Level.WARNING}
    return [
        Notice(
            "warn",
            troubles.stream_label(session.get_one(Sender, one.sender_id).stream),
            ngettext(
                "%(number)s person called a letter spam.", "%(number)s people called a letter spam.", one.complaints
            )
            % {"number": locale.number(one.complaints)},
            _("%(share)s of the letters in %(days)s days; from %(limit)s on, mailboxes turn a sender away.")
            % {
                "share": locale.percent(one.complaints / one.letters),
                "days": one.days,
                "limit": locale.percent(brakes.COMPLAINTS.stop),
            },
            "/delivery/returned#complaints",
        )
        for one in worst.values()
    ]


def _sign_ups(session: Session) -> list[Notice]:
    """Return a notice when the sign-up form closed by itself, and one when its letters do not leave."""
    found = []
    if alarm := alarms.recent(session):
        said = _("The form closed by itself; it opens again within an hour. Nobody got more than one letter.")
        title = ngettext(
            "%(number)s sign-up was turned away", "%(number)s sign-ups were turned away", alarm.refused
        ) % {"number": locale.number(alarm.refused)}
        found.append(Notice("warn", _("Sign-up form"), title, said, "/sign-up"))
    if letters.unwritten_for(session) > letters.LONGEST_WAIT:
        said = _("People sign up and get no letter. Check that a worker runs, and that there is such a sender.")
        found.append(Notice("stop", _("Sign-up form"), _("Confirmations do not leave"), said, "/senders"))
    return found


def _untold(session: Session) -> list[Notice]:
    number = notices_owed.overdue(session)
    if not number:
        return []
    title = ngettext(
        "%(number)s person has not been told where we have their address from.",
        "%(number)s people have not been told where we have their address from.",
        number,
    ) % {"number": f"{locale.number(number)}{'+' if number == notices_owed.COUNTED else ''}"}
    said = _("No letter has said it within a month. Tell them otherwise, or remove them.")
    return [Notice("warn", _("Contacts"), title, said, "/contacts/untold?overdue=1")]
