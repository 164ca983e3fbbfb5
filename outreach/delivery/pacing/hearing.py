"""What answers say about our haste: the provider's, and that of the servers behind it.

A provider that names a time (Retry-After, RFC 9110 §10.2.3) is left alone by everybody until then. A receiving server
that finds us too fast speaks for its lane only; its 550 says nothing about the address, so the letter is planned again.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.interface import Outcome, OutcomeKind, Recipient
from outreach.delivery.models import HoldKind, Scope
from outreach.delivery.pacing import holds, refusals
from outreach.delivery.pacing.families import OTHERS
from outreach.delivery.pacing.granting import Asked
from outreach.delivery.replies import ReplyClass, classify

NEWS: Final = 15  # minutes after which what a server said of our haste is old

# A reply of a mail server begins with its code (RFC 5321 §4.2); a provider's own answer does not.
_REPLY: Final = re.compile(r"[45]\d\d[ -]")


@dataclass(frozen=True)
class Heard:
    """The outcomes as they are to be written, and what they say of a provider and of a lane."""

    outcomes: Sequence[Outcome]
    told: Outcome | None = None  # the provider names a time
    throttled: Outcome | None = None  # the lane's servers want a pause
    refused: bool = False  # they refuse what we write


def read(asked: Asked, recipients: Sequence[Recipient], outcomes: Sequence[Outcome]) -> Heard:
    """Understand what was answered; a letter that was refused for haste is transient, not rejected.

    Where its lane is held for that, it costs no attempt.
    """
    told = max((one for one in outcomes if _names_time(one)), key=lambda one: one.retry_after or 0, default=None)
    meanings = [_meaning(one, to) for one, to in zip(outcomes, recipients, strict=True)]
    if not any(meanings):
        return Heard(outcomes, told)
    wait = None if asked.lane == OTHERS else 0.0
    hasty = [one for one, means in zip(outcomes, meanings, strict=True) if means is ReplyClass.THROTTLE]
    return Heard(
        [
            replace(one, kind=OutcomeKind.TRANSIENT, retry_after=wait) if means is ReplyClass.THROTTLE else one
            for one, means in zip(outcomes, meanings, strict=True)
        ],
        told,
        throttled=hasty[0] if hasty else None,
        refused=ReplyClass.CONTENT in meanings,
    )


def hold(session: Session, asked: Asked, heard: Heard) -> None:
    """Hold the provider and the lane that asked for it; call it once the outcomes are written."""
    if told := heard.told:
        reason = told.reason or ""
        holds.put(session, Scope.PROVIDER, asked.provider, HoldKind.TOLD, seconds=told.retry_after, reason=reason)
    if asked.lane == OTHERS:
        return
    if heard.throttled:
        holds.throttle(session, asked.lane, heard.throttled.reason or "")
    if heard.refused:
        refusals.judge(session, asked.mailing, asked.lane)


def _names_time(outcome: Outcome) -> bool:
    return outcome.kind is OutcomeKind.TRANSIENT and bool(outcome.retry_after)


def _meaning(outcome: Outcome, recipient: Recipient) -> ReplyClass | None:
    """Return what a receiving server means by not taking a letter; None when none answered so."""
    refused = outcome.kind is OutcomeKind.REJECTED
    deferred = outcome.kind is OutcomeKind.TRANSIENT and outcome.retry_after is None
    if not (refused or deferred) or not outcome.reason or not _REPLY.match(outcome.reason):
        return None
    return classify(None, outcome.reason, recipient.address.rpartition("@")[2])


def hear_reports(session: Session, deliveries: Collection[UUID]) -> None:
    """Hear what letters that came back later say of their lanes; a report that is late says nothing of now."""
    rows = session.execute(_CAME_BACK, {"deliveries": list(deliveries), "minutes": NEWS}).all()
    said = {(row.lane, row.mailing_id, classify(None, row.reason, row.domain)): row.reason for row in rows}
    for (lane, mailing, means), reason in sorted(said.items()):
        if means is ReplyClass.THROTTLE:
            holds.throttle(session, lane, reason)
        elif means is ReplyClass.CONTENT:
            refusals.judge(session, mailing, lane)


_CAME_BACK = text(
    """
    SELECT batch.lane, batch.mailing_id, delivery.reason, split_part(delivery.address, '@', 2) AS domain
    FROM delivery JOIN batch ON batch.id = delivery.batch_id
    WHERE delivery.id = ANY(CAST(:deliveries AS uuid[])) AND batch.lane <> ''
        AND delivery.state IN ('bounced_soft', 'bounced_hard') AND delivery.reason IS NOT NULL
        AND delivery.bounced_at > now() - make_interval(mins => :minutes)
    """
)
