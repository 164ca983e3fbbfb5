"""Settling: what each outcome makes of a delivery and of its batch."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.interface import Outcome, OutcomeKind
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TOLD, TRANSIENT


@pytest.mark.parametrize(
    ("outcome", "delivery", "batch", "mailing"),
    [
        (ACCEPTED, "accepted", "settled", "running"),
        (REJECTED, "rejected", "settled", "running"),
        (TRANSIENT, "planned", "planned", "running"),
        (TOLD, "planned", "planned", "running"),
        (CONFIG, "planned", "planned", "halted"),
        (AMBIGUOUS, "ambiguous", "unclear", "running"),
    ],
)
def test_an_outcome_decides_about_delivery_batch_and_mailing(
    session: Session, outcome: Outcome, delivery: str, batch: str, mailing: str
) -> None:
    launched = world.launch(session, 1)

    world.settle(session, outcome)

    written = world.row(session, launched.deliveries[0])
    assert (written.state, written.reason) == (delivery, outcome.reason)
    assert written.provider_message_id == outcome.message_id
    assert (written.accepted_at is not None) == (outcome is ACCEPTED)
    settled = world.batch(session, launched.batches[0])
    assert settled.state == batch
    assert settled.lease_until is None
    assert world.mailing(session, launched).state == mailing


def test_each_recipient_of_a_batch_has_an_outcome_of_their_own(session: Session) -> None:
    launched = world.launch(session, 4)

    world.settle(session, ACCEPTED, REJECTED, TRANSIENT, AMBIGUOUS)

    assert world.states(session, launched) == {"accepted": 1, "rejected": 1, "planned": 1, "ambiguous": 1}
    assert world.batch(session, launched.batches[0]).state == "planned"


def test_only_those_who_wait_are_claimed_again_and_the_unclear_ones_are_not_forgotten(session: Session) -> None:
    launched = world.launch(session, 3)
    world.settle(session, ACCEPTED, TRANSIENT, AMBIGUOUS)
    world.due_now(session)

    again = world.settle(session, ACCEPTED)

    assert [one.delivery_id for one in again.recipients] == [sorted(launched.deliveries)[1]]
    assert world.states(session, launched) == {"accepted": 2, "ambiguous": 1}
    assert world.batch(session, launched.batches[0]).state == "unclear"


def test_the_pause_after_a_transient_fault_doubles_up_to_a_quarter_of_an_hour(session: Session) -> None:
    launched = world.launch(session, 1)
    waits = []

    for _attempt in range(9):
        world.due_now(session)
        world.settle(session, TRANSIENT)
        waits.append(round(world.batch(session, launched.batches[0]).wait))

    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]


@pytest.mark.parametrize(
    ("outcomes", "wait"),
    [
        ([TOLD], 30),
        ([TOLD, TRANSIENT], 30),
        ([TRANSIENT, TRANSIENT], 10),
        ([TOLD, ACCEPTED], 30),
        ([CONFIG], 0),
    ],
)
def test_a_provider_that_says_when_is_not_asked_before(session: Session, outcomes: list[Outcome], wait: int) -> None:
    launched = world.launch(session, len(outcomes))

    world.settle(session, *outcomes)

    assert round(world.batch(session, launched.batches[0]).wait) == wait


@pytest.mark.parametrize("outcome", [TOLD, CONFIG])
def test_waiting_for_the_provider_or_for_us_never_costs_a_letter(session: Session, outcome: Outcome) -> None:
    launched = world.launch(session, 1)
    session.execute(text("UPDATE batch SET attempts = :most - 1"), {"most": ledger.MOST_ATTEMPTS})

    for _attempt in range(4):
        world.due_now(session)
        ledger.resume(session, launched.mailing)
        world.settle(session, outcome)

    assert world.states(session, launched) == {"planned": 1}


def test_a_letter_that_could_not_go_for_too_long_expires_with_the_last_reason(session: Session) -> None:
    launched = world.launch(session, 2)
    session.execute(text("UPDATE batch SET attempts = :most - 1"), {"most": ledger.MOST_ATTEMPTS})

    world.settle(session, TRANSIENT, ACCEPTED)

    assert world.states(session, launched) == {"accepted": 1, "expired": 1}
    assert world.row(session, min(launched.deliveries)).reason == "ConnectError"
    assert world.batch(session, launched.batches[0]).state == "settled"


def test_a_refused_key_halts_the_mailing_with_its_reason_and_it_goes_on_at_once_when_resumed(session: Session) -> None:
    launched = world.launch(session, 2, size=1)

    world.settle(session, CONFIG)

    assert world.mailing(session, launched).reason == CONFIG.reason
    assert ledger.claim(session) is None
    assert world.states(session, launched) == {"planned": 2}
    ledger.resume(session, launched.mailing)
    assert world.mailing(session, launched).reason is None
    assert ledger.claim(session)
    assert ledger.claim(session)


def test_a_webhook_that_beats_the_settling_is_not_overwritten(session: Session) -> None:
    launched = world.launch(session, 2)
    claim = world.claim(session)
    session.execute(
        text(
            "UPDATE delivery SET state = 'bounced_hard', reason = '550 gone', provider_message_id = 'theirs', "
            "accepted_at = '2026-01-01' WHERE id = :id"
        ),
        {"id": claim.recipients[0].delivery_id},
    )

    ledger.settle(session, claim, [Outcome(OutcomeKind.ACCEPTED), AMBIGUOUS])

    first = world.row(session, claim.recipients[0].delivery_id)
    assert (first.state, first.reason, first.provider_message_id) == ("bounced_hard", "550 gone", "theirs")
    assert first.accepted_at.year == 2026
    assert world.states(session, launched) == {"bounced_hard": 1, "ambiguous": 1}


def test_settling_twice_changes_nothing(session: Session) -> None:
    launched = world.launch(session)
    claim = world.settle(session, ACCEPTED, REJECTED, AMBIGUOUS)

    assert not ledger.settle(session, claim, [TRANSIENT] * 3)

    assert world.states(session, launched) == {"accepted": 1, "rejected": 1, "ambiguous": 1}


def test_an_answer_that_comes_after_the_lease_is_not_wasted(session: Session) -> None:
    launched = world.launch(session, 3)
    slow = world.claim(session)
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=[])
    assert world.states(session, launched) == {"ambiguous": 3}

    assert not ledger.settle(session, slow, [ACCEPTED, REJECTED, AMBIGUOUS])

    assert world.states(session, launched) == {"accepted": 1, "ambiguous": 2}
