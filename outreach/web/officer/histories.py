"""What became of one letter, as far as it is known: the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from outreach.campaigns.overview import Received
from outreach.delivery.models import DeliveryState
from outreach.foundation.locale import gettext as _
from outreach.tracking.models import Actor, EventKind
from outreach.tracking.queries import Event
from outreach.web.officer import words

# States that leave no time of their own: the time is that of the last change.
BY_CHANGE: Final = frozenset(
    {
        DeliveryState.REJECTED,
        DeliveryState.SUPPRESSED,
        DeliveryState.CANCELLED,
        DeliveryState.EXPIRED,
        DeliveryState.AMBIGUOUS,
        DeliveryState.ABANDONED,
    }
)
PEOPLE: Final = frozenset({Actor.HUMAN, Actor.HUMAN_PROXY})
HOUR: Final = timedelta(hours=1)
REFUSED: Final = frozenset({DeliveryState.BOUNCED_SOFT, DeliveryState.BOUNCED_HARD})


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a letter; `said` are a server's words, `by_hour` says that no closer time is kept."""

    at: datetime
    words: str
    tone: str
    detail: str = ""
    said: str = ""
    by_hour: bool = False


def of(letter: Received, events: Iterable[Event]) -> list[Moment]:
    """Tell what happened to a letter and what its reader agreed to let us know."""
    happened = [Moment(letter.planned_at, _("Made ready"), "quiet")]
    if letter.accepted_at:
        happened.append(Moment(letter.accepted_at, _("Handed to the provider"), "info"))
    if letter.delivered_at:
        happened.append(Moment(letter.delivered_at, _("Taken by the mailbox"), "ok"))
    if letter.bounced_at:
        state = letter.state if letter.state in REFUSED else DeliveryState.BOUNCED_SOFT
        said = letter.reason or "" if letter.state in REFUSED else ""
        tone = "stop" if state is DeliveryState.BOUNCED_HARD else "warn"
        happened.append(Moment(letter.bounced_at, _("Came back"), tone, words.problem(state), said))
    if letter.complained_at:
        sentence = words.problem(DeliveryState.COMPLAINED)
        happened.append(Moment(letter.complained_at, _("Called spam"), "stop", sentence))
    if letter.changed_at and letter.state in BY_CHANGE:
        happened.append(_changed(letter, letter.changed_at))
    happened += [_event(one) for one in events]
    return sorted(happened, key=_order, reverse=True)


def _order(one: Moment) -> datetime:
    return one.at + HOUR if one.by_hour else one.at  # it was some time in that hour, and after the letter had left


def _changed(letter: Received, at: datetime) -> Moment:
    tones = {DeliveryState.AMBIGUOUS: "odd", DeliveryState.REJECTED: "stop"}
    return Moment(
        at,
        words.state_label(letter.state),
        tones.get(letter.state, "quiet"),
        words.problem(letter.state),
        letter.reason or "",
    )


def _event(one: Event) -> Moment:
    by = words.actor_label(one.actor)
    detail = f"{one.link} · {by}" if one.kind is EventKind.CLICK and one.link else by
    tone = "ok" if one.actor in PEOPLE else "quiet"
    return Moment(one.hour, words.event_label(one.kind), tone, detail, by_hour=True)
