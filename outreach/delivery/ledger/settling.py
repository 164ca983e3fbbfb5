"""Writing down what came of a request."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.delivery.ledger.batches import let_go, lock_mailing, waiting
from outreach.delivery.ledger.claiming import Claim, holds
from outreach.delivery.ledger.clearing import found
from outreach.delivery.ledger.steering import halt
from outreach.delivery.models import Stream
from outreach.delivery.pacing import granting, hearing

MOST_ATTEMPTS: Final = 100  # with the pauses below, about a day
FIRST_PAUSE: Final = 10.0  # seconds after a first transient fault; doubles each time
LONGEST_PAUSE: Final = 900.0
OWN_PAUSE: Final = 60.0  # of the product's own mail, while a provider refuses our account


def settle(session: Session, claim: Claim, outcomes: Sequence[Outcome]) -> bool:
    """Write the outcomes, one per recipient in order. False when the lease was lost before.

    A delivery that a webhook has moved on already keeps its newer state. What arrives after the lease was lost is not
    wasted: a delivery that became ambiguous meanwhile is accepted when the provider said so.
    """
    heard = hearing.read(claim.asked, claim.recipients, outcomes)
    outcomes = heard.outcomes
    again = any(one.kind in _AGAIN for one in outcomes)
    mailing_state = lock_mailing(session, claim.mailing_id) if again else "running"
    if not holds(session, claim):
        found(session, _accepted(claim, outcomes))
        return False
    session.execute(
        _WRITE,
        {
            "mailing": claim.mailing_id,
            "batch": claim.batch_id,
            "ids": [one.delivery_id for one in claim.recipients],
            "states": [_state(claim, one, mailing_state) for one in outcomes],
            "message_ids": [one.message_id for one in outcomes],
            "reasons": [one.reason for one in outcomes],
        },
    )
    hearing.hold(session, claim.asked, heard)
    if again:
        granting.correct(session, claim.asked, letters=sum(one.kind not in _AGAIN for one in outcomes))
    let_go(session, claim.batch_id, claim.attempt_id, wait=_pause(claim, outcomes), spared=_is_spared(outcomes))
    if (config := _refused(outcomes)) and claim.asked.stream is not Stream.SYSTEM:
        halt(session, claim.mailing_id, config.reason or "The provider refused our account.")
    return True


_AGAIN: Final = {OutcomeKind.TRANSIENT, OutcomeKind.CONFIG}
_FINAL: Final = {
    OutcomeKind.ACCEPTED: "accepted",
    OutcomeKind.REJECTED: "rejected",
    OutcomeKind.AMBIGUOUS: "ambiguous",
}

_WRITE = text(
    """
    UPDATE delivery SET
        state = CASE WHEN delivery.state = 'claimed' THEN result.state ELSE delivery.state END,
        reason = CASE WHEN delivery.state = 'claimed' THEN result.reason ELSE delivery.reason END,
        provider_message_id = coalesce(result.message_id, delivery.provider_message_id),
        accepted_at = CASE WHEN result.state = 'accepted' THEN least(delivery.accepted_at, now())
            ELSE delivery.accepted_at END,
        changed_at = now()
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:message_ids AS text[]), CAST(:reasons AS text[])
    ) AS result (id, state, message_id, reason)
    WHERE delivery.id = result.id AND delivery.batch_id = :batch AND delivery.mailing_id = :mailing
    """
)


def _accepted(claim: Claim, outcomes: Sequence[Outcome]) -> dict[UUID, str | None]:
    return {
        recipient.delivery_id: outcome.message_id
        for recipient, outcome in zip(claim.recipients, outcomes, strict=True)
        if outcome.kind is OutcomeKind.ACCEPTED
    }


def _state(claim: Claim, outcome: Outcome, mailing_state: str) -> str:
    if outcome.kind not in _AGAIN:
        return _FINAL[outcome.kind]
    is_over = claim.attempts >= MOST_ATTEMPTS and not _is_told(outcome)
    return "expired" if is_over else waiting(mailing_state)


def _is_told(outcome: Outcome) -> bool:
    """Tell whether the wait is none of the letter's fault: the provider said when, or our account is refused."""
    return outcome.retry_after is not None or outcome.kind is OutcomeKind.CONFIG


def _is_spared(outcomes: Sequence[Outcome]) -> bool:
    again = [one for one in outcomes if one.kind in _AGAIN]
    return bool(again) and all(_is_told(one) for one in again)


def _pause(claim: Claim, outcomes: Sequence[Outcome]) -> float:
    """Return the seconds until the batch is due again: what the provider asked for, else longer each time."""
    told = [one.retry_after for one in outcomes if one.retry_after is not None]
    untold = any(one.kind is OutcomeKind.TRANSIENT and one.retry_after is None for one in outcomes)
    doubled = min(FIRST_PAUSE * 2 ** min(claim.attempts - 1, 20), LONGEST_PAUSE)
    # A mailing to one person has nobody who resumes it: it tries again until its time is over.
    own = claim.asked.stream is Stream.SYSTEM and _refused(outcomes) is not None
    return max([*told, doubled if untold else 0.0, OWN_PAUSE if own else 0.0])


def _refused(outcomes: Sequence[Outcome]) -> Outcome | None:
    return next((one for one in outcomes if one.kind is OutcomeKind.CONFIG), None)
