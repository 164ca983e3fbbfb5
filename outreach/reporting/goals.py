"""Communication goals: what was meant to be reached, and whether it was, as far as that can be known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import Session, col, select

from outreach.campaigns.models import Campaign
from outreach.foundation import clock
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.reporting import metrics
from outreach.reporting.intervals import Share
from outreach.reporting.metrics import Metrics
from outreach.reporting.models import Goal, Metric
from outreach.segments import rules, saved, selecting

FEWEST = 30  # measurable recipients below which nothing is concluded


class Verdict(StrEnum):
    """What can be said of a goal."""

    MET = "met"  # even the lower end of the interval reaches the target
    MISSED = "missed"  # the time is over and even the upper end is below it
    OPEN = "open"  # not decided, yet or at all
    NOT_MEASURABLE = "not_measurable"  # too few recipients can be measured


@dataclass(frozen=True)
class Judgement:
    """A goal with the figures it is judged by."""

    goal: Goal
    metrics: Metrics
    share: Share
    verdict: Verdict
    ends_at: datetime | None


def add(
    session: Session,
    campaign: Campaign,
    *,
    name: str,
    metric: Metric,
    target: float,
    population: rules.Rule,
    within_days: int = 14,
    least_coverage: float = 0.2,
) -> Goal:
    """Set a goal for a campaign that has not been launched. Raises Refused for one that has, or an odd target."""
    if campaign.launched_at is not None:
        raise Refused(_("A goal is set before the launch, so that nobody fits it to the result."))
    if not 0 < target < 1:
        raise Refused(_("Write the target as a share between 0 and 1, such as 0.4 for 40 per cent."))
    goal = Goal(
        name=name,
        campaign_id=campaign.id,
        metric=metric,
        target=target,
        population=rules.dump(population),
        within_days=within_days,
        least_coverage=least_coverage,
    )
    session.add(goal)
    session.flush()
    return goal


def judge(session: Session, goal: Goal) -> Judgement:
    """Judge one goal by what is stored now."""
    campaign = session.get_one(Campaign, goal.campaign_id)
    found = measured(session, goal)
    share = found.open_rate if goal.metric is Metric.OPEN_RATE else found.click_rate
    ends_at = campaign.launched_at + timedelta(days=goal.within_days) if campaign.launched_at else None
    return Judgement(goal, found, share, _verdict(goal, found, share, ends_at), ends_at)


def measured(session: Session, goal: Goal) -> Metrics:
    """Count a goal's recipients: those whose letters are there, and those who are only a number any more."""
    gone = metrics.kept(goal.kept)
    if goal.is_closed:
        return gone
    return gone + metrics.total(session, goal.campaign_id, population=population(session, goal), days=goal.within_days)


def judged(session: Session, *, campaign: UUID | None = None) -> list[Judgement]:
    """Judge all goals, or those of one campaign, oldest first."""
    wanted = select(Goal).order_by(col(Goal.id))
    if campaign is not None:
        wanted = wanted.where(col(Goal.campaign_id) == campaign)
    return [judge(session, goal) for goal in session.exec(wanted).all()]


def population(session: Session, goal: Goal) -> Select[Any]:
    """Return the SELECT of the ids of everybody whom a goal is about."""
    return selecting.contacts(saved.spelled_out(session, rules.parse_json(goal.population)))


def _verdict(goal: Goal, found: Metrics, share: Share, ends_at: datetime | None) -> Verdict:
    if found.measurable < FEWEST or (found.coverage or 0) < goal.least_coverage:
        return Verdict.NOT_MEASURABLE
    if share.low is not None and share.low >= goal.target:
        return Verdict.MET
    if share.high is not None and share.high < goal.target and ends_at and clock.now() >= ends_at:
        return Verdict.MISSED
    return Verdict.OPEN
