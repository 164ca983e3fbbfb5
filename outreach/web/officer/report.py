"""What came back from a campaign: in a sentence, in figures with their doubt, per language and sector, per link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from sqlmodel import Session

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.reporting import charts, goals, links, metrics
from outreach.reporting.charts import Bar
from outreach.reporting.goals import Judgement, Verdict
from outreach.reporting.intervals import Share
from outreach.reporting.links import LinkClicks
from outreach.reporting.metrics import Cell, Metrics
from outreach.web.access import Db
from outreach.web.officer import campaign, shapes, words
from outreach.web.officer.campaign import Found, Shown
from outreach.web.officer.page import page

router = APIRouter(prefix="/campaigns/{campaign_id}")

LEVELS: Final = 5
LINKS: Final = 40  # links in the list; a letter has fewer


@dataclass(frozen=True)
class Square:
    """One language of one sector; nothing but "–" where its figures would point at persons."""

    metrics: Metrics | None
    hidden: bool
    level: int | None


@dataclass(frozen=True)
class LinkLine:
    """One link in all its languages: what it says, where it leads, how many people of each followed it."""

    label: str
    url: str
    people: Mapping[str, int]
    machine: int


@dataclass(frozen=True)
class Report:
    """Everything that the page of a report shows."""

    total: Metrics
    headline: str
    languages: tuple[str, ...]
    by_language: Mapping[str, Metrics]
    shut: set[str]
    opens: Markup | None
    clicks: Markup | None
    heat: tuple[tuple[str, tuple[Square, ...]], ...]
    some_hidden: bool
    links: tuple[LinkLine, ...]
    goals: tuple[Judgement, ...]
    goal_chart: Markup | None


@router.get("/report")
def show(request: Request, shown: Found, session: Db) -> Response:
    """Show the report, or that there is nothing to report yet."""
    return page(
        request,
        "campaigns/report",
        at="campaigns",
        **campaign.frame(session, shown, "report"),
        report=report(session, shown) if shown.is_launched else None,
    )


def report(session: Session, shown: Shown) -> Report:
    """Gather the report of a campaign that has been launched."""
    grid = metrics.cells(session, shown.campaign.id)
    by_language = metrics.by_language(grid)
    total = sum(by_language.values(), Metrics())
    languages = tuple(one for one in locale.LANGUAGES if one in by_language)
    shut = shut_languages(by_language)
    shut_cells = metrics.hidden(grid) | {(cell.language, cell.sector) for cell in grid if cell.language in shut}
    shown_languages = [one for one in languages if one not in shut]
    judged = tuple(goals.judged(session, campaign=shown.campaign.id))
    return Report(
        total=total,
        headline=headline(total),
        languages=languages,
        by_language=by_language,
        shut=shut,
        opens=_chart(_("Human opens per language"), {one: by_language[one].open_rate for one in shown_languages}),
        clicks=_chart(_("Human clicks per language"), {one: by_language[one].click_rate for one in shown_languages}),
        heat=heat(grid, languages, shut_cells),
        some_hidden=bool(shut_cells),
        links=_links(links.clicks(session, shown.campaign.id)),
        goals=judged,
        goal_chart=goal_chart(judged),
    )


def headline(total: Metrics) -> str:
    """Say in one sentence what came of it."""
    numbers = {"delivered": locale.number(total.delivered), "measurable": locale.number(total.measurable)}
    if not total.delivered:
        return _("Nothing has been delivered yet.")
    if total.is_small or total.open_rate.point is None:
        return _("%(delivered)s delivered. Too few can be measured to say how many opened it.") % numbers
    numbers |= {"openers": locale.number(total.openers), "rate": locale.percent(total.open_rate.point)}
    return (
        _("%(delivered)s delivered. Of the %(measurable)s who can be measured, %(openers)s opened it (%(rate)s).")
        % numbers
    )


def shut_languages(by_language: Mapping[str, Metrics]) -> set[str]:
    """Choose the languages whose rates are not shown: small ones, and one more that the total would give away."""
    return {tag for tag, _all in metrics.hidden([Cell(tag, "", found) for tag, found in by_language.items()])}


def heat(
    grid: Sequence[Cell], languages: Sequence[str], shut: set[tuple[str, str]]
) -> tuple[tuple[str, tuple[Square, ...]], ...]:
    """Lay the cells out: a line per sector, a column per language; the darkest is the highest share shown."""
    at = {(cell.language, cell.sector): cell.metrics for cell in grid}
    shares = [one.open_rate.point or 0 for place, one in at.items() if place not in shut]
    highest = max(shares, default=0)

    def square(language: str, sector: str) -> Square:
        found = at.get((language, sector))
        if found is None or (language, sector) in shut:
            return Square(found, found is not None, None)
        share = found.open_rate.point or 0
        return Square(found, False, round(LEVELS * share / highest) if highest else 0)

    sectors = sorted({sector for _language, sector in at}, key=lambda one: shapes.sector_name(one).casefold())
    return tuple((shapes.sector_name(one), tuple(square(tag, one) for tag in languages)) for one in sectors)


def goal_chart(judged: Sequence[Judgement]) -> Markup | None:
    """Draw each goal's share against its target, None where there is nothing to draw."""
    bars = [
        Bar(_place(number), one.share, shown=one.verdict is not Verdict.NOT_MEASURABLE, target=one.goal.target)
        for number, one in enumerate(judged, start=1)
    ]
    return charts.rates(bars, title=_("Goals")) if any(bar.shown for bar in bars) else None


def _place(number: int) -> str:
    return _("Goal %(number)s") % {"number": number}


def _chart(title: str, shares: Mapping[str, Share]) -> Markup | None:
    bars = [Bar(words.language_name(one), share, series=one) for one, share in shares.items()]
    return charts.rates(bars, title=title) if bars else None


def _links(found: Sequence[LinkClicks]) -> tuple[LinkLine, ...]:
    """Bring the languages of each link together, the one that most people followed first."""
    groups: dict[tuple[str, str], dict[str, LinkClicks]] = {}
    for one in found:
        groups.setdefault((one.block, one.url), {})[one.language] = one
    lines = []
    for per_language in groups.values():
        named = next(per_language[tag] for tag in locale.FALLBACKS[locale.language()] if tag in per_language)
        people = {tag: one.people for tag, one in per_language.items()}
        lines.append(LinkLine(named.label, named.url, people, sum(one.machine for one in per_language.values())))
    return tuple(sorted(lines, key=lambda line: -sum(line.people.values()))[:LINKS])
