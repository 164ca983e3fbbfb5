"""Why letters wait or come back, gathered: many replies, few causes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import replies
from outreach.delivery.models import DeliveryState
from outreach.delivery.pacing import families
from outreach.delivery.replies import ReplyClass

MOST: Final = 2000  # different replies that are read


class Cause(StrEnum):
    """What is behind a letter that did not arrive: something about its mailbox, its provider, or its reader."""

    THROTTLE = "throttle"  # the mailbox wants fewer letters an hour
    CONTENT = "content"  # the mailbox takes it for spam
    AUTH = "auth"  # the mailbox does not believe that it is ours
    INVALID_RECIPIENT = "invalid-recipient"  # nobody is there
    MAILBOX_FULL = "mailbox-full"  # no room
    POLICY = "policy"  # the mailbox refuses us
    UNKNOWN = "unknown"  # a reply that says nothing
    COMPLAINT = "complaint"  # the reader called it spam
    PROVIDER_SLOW = "provider_slow"  # the provider wants a pause
    PROVIDER_AWAY = "provider_away"  # the provider does not answer
    PROVIDER_REFUSES = "provider_refuses"  # the provider will not take it
    LOST = "lost"  # the provider's answer was lost
    LATE = "late"  # it was tried for too long


@dataclass(frozen=True)
class Group:
    """How many letters to one lane have a cause, with what was said most often."""

    lane: str
    cause: Cause
    letters: int
    said: str


@dataclass(frozen=True)
class Results:
    """What became of the letters to one lane."""

    lane: str
    letters: int
    delivered: int
    returned: int
    complained: int


def of_reply(said: str, domain: str = "", state: DeliveryState | None = None) -> Cause:
    """Name the cause of what was said about a letter in a state; None is one that waits."""
    if state in _BY_STATE:
        return _BY_STATE[state]
    if found := next((cause for pattern, cause in _OF_PROVIDER if pattern.match(said)), None):
        return found
    meant = replies.classify(None, said, domain)
    if meant is ReplyClass.UNKNOWN and state is DeliveryState.BOUNCED_HARD:
        return Cause.INVALID_RECIPIENT  # a provider that says no more than that it is for good
    if meant is ReplyClass.UNKNOWN and state is DeliveryState.REJECTED:
        return Cause.PROVIDER_REFUSES
    return Cause(meant.value)


def listed(session: Session, *, days: int) -> list[Group]:
    """Gather what went wrong with the letters of mailings of the last days, the most first. Reads them once through."""
    rows = session.execute(_WRONG, {"days": days, "most": MOST, "states": sorted(one.value for one in _WRONG_STATES)})
    lanes = families.of_domains(session)
    return _gathered(
        (
            lanes.get(row.domain, families.OTHERS),
            of_reply(row.said, row.domain, DeliveryState(row.state)),
            row.number,
            row.said,
        )
        for row in rows
    )


def results(session: Session, *, days: int) -> list[Results]:
    """Count what became of the letters of mailings of the last days per lane, the largest first."""
    lanes = families.of_domains(session)
    rows = session.execute(_RESULTS, {"days": days, "domains": list(lanes), "lanes": list(lanes.values())})
    return [Results(row.lane, row.letters, row.delivered, row.returned, row.complained) for row in rows]


def _gathered(found: Iterable[tuple[str, Cause, int, str]]) -> list[Group]:
    sums: dict[tuple[str, Cause], tuple[int, int, str]] = {}
    for lane, cause, number, said in found:
        letters, most, often = sums.get((lane, cause), (0, 0, ""))
        sums[lane, cause] = (letters + number, max(most, number), said if number > most else often)
    groups = [Group(lane, cause, letters, said) for (lane, cause), (letters, _most, said) in sums.items()]
    return sorted(groups, key=lambda one: (-one.letters, one.lane, one.cause))


_BY_STATE: Final[Mapping[DeliveryState | None, Cause]] = {
    DeliveryState.COMPLAINED: Cause.COMPLAINT,
    DeliveryState.AMBIGUOUS: Cause.LOST,
    DeliveryState.EXPIRED: Cause.LATE,
}
_WRONG_STATES: Final = {
    DeliveryState.BOUNCED_SOFT,
    DeliveryState.BOUNCED_HARD,
    DeliveryState.REJECTED,
    *(one for one in _BY_STATE if one),
}
# What our own side writes down about a provider, see `providers/outcomes.py`.
_OF_PROVIDER: Final = (
    (re.compile(r"HTTP 429"), Cause.PROVIDER_SLOW),
    (re.compile(r"HTTP (?:408|425|5\d\d)"), Cause.PROVIDER_AWAY),
    (re.compile(r"\w+: the provider did not answer"), Cause.PROVIDER_AWAY),
    (re.compile(r"The provider (?:refuses|does not take)|HTTP 4\d\d"), Cause.PROVIDER_REFUSES),
)

# Numbers and ids differ from reply to reply; without them, the same reply is the same.
_WRONG = text(
    """
    SELECT split_part(delivery.address, '@', 2) AS domain, delivery.state,
        left(regexp_replace(coalesce(delivery.reason, ''), '[0-9A-Za-z-]*[0-9a-f]{6}[0-9A-Za-z-]*', '…', 'g'), 200)
            AS said,
        count(*) AS number
    FROM mailing JOIN delivery ON delivery.mailing_id = mailing.id
    WHERE mailing.created_at > now() - make_interval(days => :days) AND delivery.state = ANY(CAST(:states AS text[]))
    GROUP BY domain, delivery.state, said ORDER BY number DESC, domain, said LIMIT :most
    """
)

_RESULTS = text(
    """
    SELECT coalesce(known.lane, '') AS lane,
        count(*) FILTER (WHERE delivery.accepted_at IS NOT NULL) AS letters,
        count(*) FILTER (WHERE delivery.state IN ('delivered', 'complained')) AS delivered,
        count(*) FILTER (WHERE delivery.state IN ('bounced_soft', 'bounced_hard')) AS returned,
        count(*) FILTER (WHERE delivery.state = 'complained') AS complained
    FROM mailing
    JOIN delivery ON delivery.mailing_id = mailing.id
    LEFT JOIN unnest(CAST(:domains AS text[]), CAST(:lanes AS text[])) AS known (domain, lane)
        ON known.domain = split_part(delivery.address, '@', 2)
    WHERE mailing.created_at > now() - make_interval(days => :days)
    GROUP BY 1 HAVING count(*) FILTER (WHERE delivery.accepted_at IS NOT NULL) > 0 ORDER BY letters DESC, lane
    """
)
