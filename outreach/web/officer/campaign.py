"""One campaign as its pages share it: found by its id, with its piece and the steps on the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlmodel import Session

from outreach.campaigns import colliding, overview, readiness, timing
from outreach.campaigns.models import Campaign, CampaignState
from outreach.campaigns.readiness import Level, Problem
from outreach.content.models import Piece
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext
from outreach.web.access import Db
from outreach.web.officer import words
from outreach.web.officer.page import number

NOT_LAUNCHED = frozenset({CampaignState.DRAFT, CampaignState.SCHEDULED})
CONTENT_FAULTS = frozenset({"no_edition", "incomplete", "rights"})

Step = tuple[str, str, str, str | None]


@dataclass(frozen=True)
class Shown:
    """A campaign whose page is asked for."""

    campaign: Campaign
    piece: Piece

    @property
    def address(self) -> str:
        """Return where its pages begin."""
        return f"/campaigns/{self.campaign.id}"

    @property
    def is_launched(self) -> bool:
        """Tell whether its audience is frozen."""
        return self.campaign.launched_at is not None


def found(campaign_id: str, session: Db) -> Shown:
    """Find the campaign that an address names. Raises NotFound."""
    campaign = overview.get(session, number(campaign_id))
    return Shown(campaign, readiness.piece_of(session, campaign))


Found = Annotated[Shown, Depends(found)]


def frame(session: Session, shown: Shown, current: str) -> dict[str, Any]:
    """Return what the frame of every step shows, with what stands between the campaign and its launch."""
    problems = open_problems(session, shown)
    return {
        "campaign": shown.campaign,
        "chip": words.campaign_chip(shown.campaign.state, halted=overview.is_halted(session, shown.campaign)),
        "piece": shown.piece,
        "address": shown.address,
        "steps": steps(shown, problems),
        "current": current,
        "launched": shown.is_launched,
        "problems": problems,
    }


def open_problems(session: Session, shown: Shown) -> list[Problem]:
    """Return what stands between a campaign and its launch; nothing does once it is launched or given up."""
    return readiness.problems(session, shown.campaign) if shown.campaign.state in NOT_LAUNCHED else []


def at_time(session: Session, shown: Shown, moment: datetime | None, problem: str = "") -> dict[str, Any]:
    """Return what a page says of a time to leave at, or of one that is none."""
    return {
        "moment": moment,
        "problem": problem,
        "hints": timing.hints(moment) if moment else [],
        "beside": colliding.others(session, shown.campaign, shown.piece, moment) if moment else [],
    }


def steps(shown: Shown, problems: list[Problem]) -> list[Step]:
    """Return the six steps with their lights: green is done, amber wants a look, red stops."""
    lights = _after_launch(shown.campaign) if shown.is_launched else _before_launch(problems)
    names = {
        "content": _("Content"),
        "audience": _("Audience"),
        "review": _("Review"),
        "approve": _("Approve"),
        "sending": pgettext("step", "Sending"),
        "report": _("Report"),
    }
    return [(key, words, f"{shown.address}/{key}", lights.get(key)) for key, words in names.items()]


def due(shown: Shown, problems: list[Problem]) -> str:
    """Return the step that a person who opens the campaign wants to see."""
    if shown.campaign.state is CampaignState.FINISHED:
        return "report"
    if shown.is_launched:
        return "sending"
    lights = _before_launch(problems)
    return next((key for key in ("content", "audience", "review") if lights[key] == "stop"), "approve")


def _before_launch(problems: list[Problem]) -> dict[str, str | None]:
    unapproved = [one for one in problems if one.code == "not_approved"]
    others = [one for one in problems if one.code != "not_approved"]
    return {
        "content": _worst([one for one in others if one.code in CONTENT_FAULTS]),
        "audience": _worst([one for one in others if one.code == "nobody"]),
        "review": _worst(others),
        "approve": None if unapproved else "ok",
    }


def _after_launch(campaign: Campaign) -> dict[str, str | None]:
    sending = {CampaignState.FINISHED: "ok", CampaignState.PAUSED: "warn", CampaignState.CANCELLED: "warn"}
    return {
        **dict.fromkeys(("content", "audience", "review", "approve"), "ok"),
        "sending": sending.get(campaign.state),
        "report": "ok" if campaign.state is CampaignState.FINISHED else None,
    }


def _worst(problems: list[Problem]) -> str:
    if any(one.level is Level.STOP for one in problems):
        return "stop"
    return "warn" if problems else "ok"
