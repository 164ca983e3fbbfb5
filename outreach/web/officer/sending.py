"""What somebody sees who watches a campaign being sent: in figures, in words, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from outreach.campaigns import queries
from outreach.campaigns.models import Campaign, CampaignState
from outreach.campaigns.queries import Progress
from outreach.delivery import watching
from outreach.delivery.models import DeliveryState
from outreach.delivery.watching import Letter
from outreach.foundation import clock, locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import ngettext

# From left to right in the bar: what arrived, what is under way, what waits, what went wrong, what never left.
ORDER: Final = (
    DeliveryState.DELIVERED,
    DeliveryState.ACCEPTED,
    DeliveryState.CLAIMED,
    DeliveryState.PLANNED,
    DeliveryState.BOUNCED_SOFT,
    DeliveryState.BOUNCED_HARD,
    DeliveryState.COMPLAINED,
    DeliveryState.REJECTED,
    DeliveryState.AMBIGUOUS,
    DeliveryState.SUPPRESSED,
    DeliveryState.EXPIRED,
    DeliveryState.CANCELLED,
    DeliveryState.ABANDONED,
)
MOVING: Final = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})
LAST: Final = 10  # problems shown one by one; a list of its own has them all
AFTERMATH: Final = timedelta(minutes=2)  # in which most reports of what was sent last come in
# The columns of the table, so that every letter is in exactly one of them.
COLUMNS: Final[Mapping[str, tuple[DeliveryState, ...]]] = {
    "waiting": (DeliveryState.PLANNED, DeliveryState.CLAIMED),
    "accepted": (DeliveryState.ACCEPTED,),
    "delivered": (DeliveryState.DELIVERED,),
    "bounced": (DeliveryState.BOUNCED_SOFT, DeliveryState.BOUNCED_HARD),
    "complained": (DeliveryState.COMPLAINED,),
    "rejected": (DeliveryState.REJECTED,),
    "ambiguous": (DeliveryState.AMBIGUOUS,),
    "not_sent": (
        DeliveryState.SUPPRESSED,
        DeliveryState.CANCELLED,
        DeliveryState.EXPIRED,
        DeliveryState.ABANDONED,
    ),
}


ALWAYS: Final = ("waiting", "accepted", "delivered", "bounced")  # the columns that are there when they are empty too


@dataclass(frozen=True)
class View:
    """The state of a campaign's letters at this moment."""

    state: CampaignState
    halted: bool
    is_moving: bool
    reason: str | None
    letters: int
    waiting: int
    ambiguous: int
    segments: tuple[tuple[str, int], ...]
    headline: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, Mapping[str, int], int], ...]
    problems: tuple[Letter, ...]
    gone_wrong: int


def view(session: Session, campaign: Campaign) -> View:
    """Look at a campaign's rows; nothing is remembered between two looks."""
    progress = queries.progress(session, campaign)
    states = progress.states
    running = campaign.state is CampaignState.RUNNING and progress.reason is None
    return View(
        state=campaign.state,
        halted=campaign.state in MOVING and progress.reason is not None,
        is_moving=_is_moving(campaign, states[DeliveryState.ACCEPTED]),
        reason=progress.reason,
        letters=progress.planned,
        waiting=progress.waiting,
        ambiguous=states[DeliveryState.AMBIGUOUS],
        segments=segments(states),
        headline=headline(progress),
        note=_time_left(progress.waiting, watching.pace(session, campaign.id)) if running else "",
        columns=tuple(name for name, some in COLUMNS.items() if name in ALWAYS or any(states[state] for state in some)),
        rows=tuple(
            (language, _columns(counts), sum(counts.values()))
            for language, counts in sorted(progress.by_language.items(), key=lambda one: locale.LANGUAGES.index(one[0]))
        ),
        problems=tuple(watching.problems(session, campaign.id, limit=LAST)),
        gone_wrong=sum(states[state] for state in watching.PROBLEMS),
    )


def segments(states: Mapping[DeliveryState, int]) -> tuple[tuple[str, int], ...]:
    """Return the parts of the bar, those that are empty left out."""
    return tuple((state.value, states[state]) for state in ORDER if states.get(state))


def headline(progress: Progress) -> str:
    """Say how far it is, in one sentence."""
    numbers = {
        "left": locale.number(progress.planned - progress.waiting),
        "all": locale.number(progress.planned),
    }
    return _("%(left)s of %(all)s have left") % numbers


def _is_moving(campaign: Campaign, unreported: int) -> bool:
    """Tell whether anything may still change while somebody watches."""
    if campaign.state is CampaignState.FINISHED and campaign.finished_at:
        return unreported > 0 and clock.now() - campaign.finished_at < AFTERMATH
    return campaign.state in MOVING


def _columns(counts: Mapping[DeliveryState, int]) -> dict[str, int]:
    return {name: sum(counts.get(state, 0) for state in states) for name, states in COLUMNS.items()}


def _time_left(waiting: int, pace: float) -> str:
    if not waiting or pace <= 0:
        return ""
    minutes = round(waiting / pace / 60)
    if minutes < 1:
        return _("less than a minute to go")
    return ngettext("about %(number)s minute to go", "about %(number)s minutes to go", minutes) % {
        "number": locale.number(minutes)
    }
