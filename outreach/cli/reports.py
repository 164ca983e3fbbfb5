"""The tables that the demo and `outreach campaign status | report` print."""

from collections.abc import Sequence

from sqlmodel import Session

from outreach.campaigns.models import Campaign
from outreach.campaigns.queries import Progress
from outreach.cli import printing
from outreach.contacts.models import Sector
from outreach.contacts.organisations import sector_label
from outreach.delivery.models import DeliveryState
from outreach.delivery.queries import TAKEN
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.reporting import goals, metrics
from outreach.reporting.goals import Judgement, Verdict
from outreach.reporting.intervals import Share
from outreach.reporting.metrics import Metrics

BOUNCES = (DeliveryState.BOUNCED_SOFT, DeliveryState.BOUNCED_HARD)


def accounts(campaigns: Sequence[Progress], title: str = "") -> None:
    """Print per language how many were meant, left out, taken, delivered, bounced, and are unclear."""
    languages = sorted({one for found in campaigns for one in (*found.by_language, *found.excluded_by_language)})
    numbers = {one: _account(campaigns, one) for one in languages}
    rows: list[list[object]] = [[locale.NAMES.get(one, one), *row] for one, row in numbers.items()]
    rows.append([_("Together"), *(sum(column) for column in zip(*numbers.values(), strict=True))])
    columns = [_("Language"), _("Audience"), _("Left out"), _("Planned"), _("Accepted"), _("Delivered"), _("Bounced")]
    columns += [_("Complained"), _("Rejected"), _("Suppressed"), _("Unclear"), _("Waiting")]
    printing.table(title, columns, rows)
    for found in campaigns:
        for reason, number in sorted(found.excluded.items()):
            printing.say(
                "  " + _("Left out, %(reason)s: %(number)s") % {"reason": reason_label(reason.value), "number": number}
            )


def results(session: Session, campaign: Campaign, *, json: bool = False) -> None:
    """Print opens and clicks with their intervals per language and sector, then the goals."""
    grid = metrics.cells(session, campaign.id)
    found = goals.judged(session, campaign=campaign.id)
    if json:
        shut = metrics.hidden(grid)
        printing.as_json(
            {
                "campaign": str(campaign.id),
                "name": campaign.name,
                "total": metrics.total(session, campaign.id),
                "cells": [cell for cell in grid if (cell.language, cell.sector) not in shut],
                "goals": [{"name": one.goal.name, "verdict": one.verdict, "share": one.share} for one in found],
            }
        )
        return
    opens(grid, campaign.name)
    verdicts(found)


def opens(grid: Sequence[metrics.Cell], title: str) -> None:
    """Print the heat map as a table: language × sector, human opens and clicks with 95 % intervals."""
    shut = metrics.hidden(grid)
    rows = [
        _result(
            locale.NAMES.get(cell.language, cell.language),
            _sector(cell.sector),
            cell.metrics,
            (cell.language, cell.sector) in shut,
        )
        for cell in grid
    ]
    rows += [
        _result(locale.NAMES.get(name, name), _("all sectors"), one, one.is_small)
        for name, one in metrics.by_language(grid).items()
    ]
    columns = [_("Language"), _("Sector"), _("Delivered"), _("Measurable"), _("Opened"), _("Clicked"), _("Machines")]
    printing.table(title, columns, rows, numbers_from=2)


def verdicts(found: Sequence[Judgement]) -> None:
    """Print each goal with its verdict."""
    for one in found:
        words = {"name": one.goal.name, "verdict": verdict_label(one.verdict), "share": share(one.share)}
        printing.say(_("Goal: %(name)s → %(verdict)s (%(share)s)") % words)


def verdict_label(verdict: Verdict) -> str:
    """Name a verdict."""
    return {
        Verdict.MET: _("met"),
        Verdict.MISSED: _("missed"),
        Verdict.OPEN: _("still open"),
        Verdict.NOT_MEASURABLE: _("not measurable"),
    }[verdict]


def reason_label(reason: str) -> str:
    """Name a reason for being left out."""
    return {
        "excluded": _("excluded by the segment"),
        "suppressed": _("address suppressed"),
        "source": _("nobody gave us the address"),
        "no_consent": _("no subscription to its topics"),
        "paused": _("pauses letters for a while"),
        "no_edition": _("no edition in their language"),
    }[reason]


def share(one: Share) -> str:
    """Write a share with its interval."""
    if one.point is None or one.low is None or one.high is None:
        return "–"
    return (
        f"{one.part}/{one.whole} = {locale.percent(one.point)} [{locale.percent(one.low)}–{locale.percent(one.high)}]"
    )


def _account(campaigns: Sequence[Progress], language: str) -> list[int]:
    left_out = sum(sum(one.excluded_by_language.get(language, {}).values()) for one in campaigns)
    states = [one.by_language.get(language, {}) for one in campaigns]

    def count(*wanted: DeliveryState) -> int:
        return sum(one.get(state, 0) for one in states for state in wanted)

    planned = count(*DeliveryState)
    return [
        left_out + planned,
        left_out,
        planned,
        count(*TAKEN),
        count(DeliveryState.DELIVERED),
        count(*BOUNCES),
        count(DeliveryState.COMPLAINED),
        count(DeliveryState.REJECTED),
        count(DeliveryState.SUPPRESSED),
        count(DeliveryState.AMBIGUOUS),
        count(DeliveryState.PLANNED, DeliveryState.CLAIMED),
    ]


def _result(language: str, sector: str, found: Metrics, is_hidden: bool) -> list[object]:
    rates = ["–", "–", "–"] if is_hidden else [share(found.open_rate), share(found.click_rate), found.machine]
    return [language, sector, found.delivered, found.measurable, *rates]


def _sector(value: str) -> str:
    return sector_label(Sector(value)) if value else _("no organisation")
