"""What the figures of reports and goals mean, in the words of whoever reads them."""

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.reporting.goals import FEWEST, Judgement, Verdict
from outreach.reporting.intervals import Share
from outreach.reporting.metrics import Metrics
from outreach.reporting.models import Metric


def interval(share: Share) -> str:
    """Write how well a share is known: its 95 % interval."""
    if share.low is None or share.high is None:
        return "–"
    return f"{locale.percent(share.low)}–{locale.percent(share.high)}"


def few(people: int) -> str:
    """Write a number of people, or that they are too few to be named as one."""
    return _("< 3") if 0 < people < 3 else locale.number(people)


def reach(total: Metrics) -> list[str]:
    """Say in plain words whom the figures of a report are about, and between what the truth lies."""
    numbers = {
        "delivered": locale.number(total.delivered),
        "agreed": locale.number(total.tracked),
        "unknown": locale.number(total.unknown),
        "measurable": locale.number(total.measurable),
        "machine": locale.number(total.machine),
        "coverage": locale.percent(total.coverage or 0, 0),
    }
    said = [
        _(
            "Opens and clicks are counted only for those who agreed to it: %(agreed)s of the %(delivered)s who got the "
            "letter. Of these, a privacy proxy hides %(unknown)s. That leaves %(measurable)s (%(coverage)s)."
        )
        % numbers
    ]
    if total.bounds and not total.is_small:
        low, high = total.bounds
        said.append(
            _(
                "If nobody of the others opened it, %(low)s of all readers did; if all of them did, %(high)s. "
                "The truth lies between."
            )
            % {"low": locale.percent(low, 0), "high": locale.percent(high, 0)}
        )
    if total.machine:
        said.append(
            _("Machines, such as security scanners, fetched %(machine)s letters; they are counted nowhere.") % numbers
        )
    return said


def because(judged: Judgement) -> str:
    """Say in a few words why a goal is judged as it is."""
    if not judged.metrics.delivered:
        return _("nothing delivered yet")
    if judged.metrics.measurable < FEWEST:
        return _("fewer than %(number)s can be measured") % {"number": locale.number(FEWEST)}
    reasons = {
        Verdict.MET: _("even the lower end reaches the target"),
        Verdict.MISSED: _("even the upper end is below the target"),
        Verdict.OPEN: _("the target lies within the interval, or time remains"),
        Verdict.NOT_MEASURABLE: _("too small a share can be measured"),
    }
    return reasons[judged.verdict]


def verdict_chip(judged: Judgement) -> tuple[str, str]:
    """Return the state that colours a verdict, and its words; before anything is delivered there is none."""
    verdict = judged.verdict if judged.metrics.delivered else Verdict.OPEN
    chips = {
        Verdict.MET: ("reached", _("Reached")),
        Verdict.MISSED: ("missed", _("Not reached")),
        Verdict.OPEN: ("undecided", _("Not decided yet")),
        Verdict.NOT_MEASURABLE: ("quiet", _("Cannot be measured")),
    }
    return chips[verdict]


def metric_label(metric: Metric) -> str:
    """Name what a goal measures."""
    return {Metric.OPEN_RATE: _("Human opens"), Metric.CLICK_RATE: _("Human clicks")}[metric]
