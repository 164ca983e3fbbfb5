"""One batch from the ledger to the provider and back: claim, commit → send → settle, commit.

No transaction is open during the network call, which is why these verbs open their own.
"""

import asyncio
import time
from collections.abc import Container, Sequence
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError

from outreach.delivery import fitting, guard, ledger
from outreach.delivery.interface import LONGEST_SEND, Outcome, OutcomeKind, Recipient
from outreach.delivery.pacing import holds
from outreach.delivery.providers import load
from outreach.foundation import http, jobs
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError, Unavailable
from outreach.foundation.signing import Purpose, tokens

log = structlog.get_logger()

AT_A_TIME: Final = 5.0  # seconds that a worker sends for one ring, so that it stops soon when it is told to
SHORTEST_WAIT: Final = 0.05  # what is due may be locked by another worker for a moment
LOOK_AGAIN: Final = 0.25  # seconds after which a worker that waits for a cap looks for something more urgent
PATIENCE: Final = 60.0  # seconds that the outcomes of a request wait for a database that is away
MOST_REFUSED: Final = 0.05  # of a batch; beyond, the mailing stops and a person looks
FEWEST_REFUSED: Final = 10
TOKENS: Final = {
    "open": Purpose.OPEN,
    "click": Purpose.CLICK,
    "unsubscribe": Purpose.UNSUBSCRIBE,
    "preferences": Purpose.PREFERENCES,
    "letter": Purpose.LETTER,
}


def send_batches(seconds: float = AT_A_TIME, *, gate: ledger.Gate | None = None) -> int:
    """Send batches until none is due or the time is over; returns how many. `gate` is asked at each claim.

    The first rings for a helper if more wait; that ring also finds what is left when the time is over. A cap that has
    room before is waited for.
    """
    end, sent = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        if send_next(helper=sent == 0, gate=gate):
            sent += 1
        elif not _has_room_by(end):
            break
    return sent


def send_next(*, helper: bool = False, gate: ledger.Gate | None = None) -> bool:
    """Claim, send and settle one batch; False when none is due. `helper` rings for another worker if more are due."""
    with transaction() as session:
        claim = ledger.claim(session, gate=gate) if guard.admits(session) else None
        if claim and helper and ledger.is_due(session):
            jobs.nudge(session, ledger.SEND)
    if claim is None:
        return False
    recipients = with_tokens(claim.recipients, claim.letter.slots())
    with transaction() as session:
        started = ledger.start_request(session, claim)
        mark = guard.count(session) if started else None
        if not started:
            ledger.give_back(session, claim)
    if mark:
        guard.note(mark)
        settled = _settle(claim, _hand_over(claim, recipients))
        log.info("batch_sent", batch=str(claim.batch_id), recipients=len(recipients), settled=settled)
    return True


def _has_room_by(end: float) -> bool:
    """Wait until something may leave, if that is before the time is over; something more urgent may come meanwhile."""
    with transaction() as session:
        if not guard.admits(session):
            return False
        wait = 0.0 if ledger.is_due(session) else holds.room_in(session)
    if wait is None or time.monotonic() + wait >= end:
        return False
    time.sleep(min(max(wait, SHORTEST_WAIT), LOOK_AGAIN))
    return True


def with_tokens(recipients: Sequence[Recipient], wanted: Container[str] = frozenset(TOKENS)) -> list[Recipient]:
    """Add the signed tokens of each recipient's links to the values, those that the letter has a slot for."""
    purposes = {name: purpose for name, purpose in TOKENS.items() if name in wanted}
    signed = tokens(purposes, (one.delivery_id for one in recipients))
    return [
        Recipient(one.delivery_id, one.address, one.name, {**one.values, **own, "delivery": str(one.delivery_id)})
        for one, own in zip(recipients, signed, strict=True)
    ]


def _hand_over(claim: ledger.Claim, recipients: Sequence[Recipient]) -> Sequence[Outcome]:
    """Give a batch to its provider. Whatever happens, there is an outcome for each."""
    if not recipients:
        return []
    try:
        provider = load(claim.provider)
    except OutreachError as unusable:
        return [Outcome(OutcomeKind.CONFIG, reason=unusable.message)] * len(recipients)
    if problem := fitting.problem(claim.letter, provider.capabilities):
        return [Outcome(OutcomeKind.CONFIG, reason=problem)] * len(recipients)

    async def send() -> list[Outcome]:
        async with asyncio.timeout(LONGEST_SEND):
            return await provider.send(claim.letter, recipients, key=str(claim.batch_id))

    try:
        outcomes = http.run(send())
    except Exception as fault:  # whatever it is, it must not leave a batch to be sent again and again
        log.exception("hand_over_failed", batch=str(claim.batch_id), provider=claim.provider)
        return [Outcome(OutcomeKind.AMBIGUOUS, reason=f"{type(fault).__name__} while sending")] * len(recipients)
    if len(outcomes) != len(recipients):
        log.error("outcomes_missing", batch=str(claim.batch_id), provider=claim.provider)
        return [Outcome(OutcomeKind.AMBIGUOUS, reason="The provider did not answer for each")] * len(recipients)
    return outcomes


def _settle(claim: ledger.Claim, outcomes: Sequence[Outcome]) -> bool:
    """Write the outcomes down, for they are known nowhere else: a database that is away is waited for."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction() as session:
                settled = ledger.settle(session, claim, outcomes)
                if settled and (reason := _poisoned(outcomes)):
                    ledger.halt(session, claim.mailing_id, reason)
                return settled
        except (Unavailable, OperationalError) as away:
            if time.monotonic() > end:
                raise
            log.warning("settling_waits", batch=str(claim.batch_id), fault=type(away).__name__)
            time.sleep(0.5)


def _poisoned(outcomes: Sequence[Outcome]) -> str | None:
    """Say why somebody must look: so many of a batch were refused that the letter or the list is wrong."""
    refused = [one for one in outcomes if one.kind is OutcomeKind.REJECTED]
    if len(refused) < FEWEST_REFUSED or len(refused) < MOST_REFUSED * len(outcomes):
        return None
    return f"{len(refused)} of {len(outcomes)} recipients were refused at once, one with: {refused[0].reason}"
