"""Claiming: the most urgent batch that is due, once, without those who must not be written to."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger, suppression
from outreach.delivery.models import Stream, SuppressionReason
from tests.delivery import world


def test_nothing_is_claimed_where_nothing_is_due(session: Session) -> None:
    assert not ledger.is_due(session)
    assert ledger.claim(session) is None


def test_a_claim_brings_the_letter_and_everybody_in_the_order_of_their_ids(session: Session) -> None:
    launched = world.launch(session, 3)

    claim = world.claim(session)

    assert claim.batch_id == launched.batches[0]
    assert claim.provider == "sandbox"
    assert claim.letter.from_address == "brev@csr-centre.example"
    assert claim.letter.slots() == {"first_name", "delivery", "unsubscribe"}
    assert [one.delivery_id for one in claim.recipients] == sorted(launched.deliveries)
    assert {one.values["first_name"] for one in claim.recipients} == {"Reader1", "Reader2", "Reader3"}
    assert world.states(session, launched) == {"claimed": 3}


def test_press_goes_before_newsletters_and_system_mail_before_both(session: Session) -> None:
    for stream in (Stream.NEWSLETTER, Stream.PRESS, Stream.SYSTEM):
        world.launch(session, stream=stream)

    claimed = [world.claim(session).letter.stream for _turn in range(3)]

    assert claimed == ["system", "press", "newsletter"]


def test_what_was_due_first_goes_first(session: Session) -> None:
    launched = world.launch(session, 3, size=1)
    session.execute(
        text("UPDATE batch SET not_before = now() - interval '1 minute' WHERE id = :id"), {"id": launched.batches[2]}
    )

    assert world.claim(session).batch_id == launched.batches[2]


def test_a_batch_is_not_claimed_before_its_time(session: Session) -> None:
    world.launch(session)
    session.execute(text("UPDATE batch SET not_before = now() + interval '1 second'"))

    assert not ledger.is_due(session)
    assert ledger.claim(session) is None


@pytest.mark.parametrize("state", ["paused", "halted", "cancelled"])
def test_a_mailing_that_does_not_run_is_not_claimed(session: Session, state: str) -> None:
    world.launch(session)
    session.execute(text("UPDATE mailing SET state = :state"), {"state": state})

    assert not ledger.is_due(session)
    assert ledger.claim(session) is None


def test_who_was_suppressed_since_the_launch_is_left_out(session: Session) -> None:
    launched = world.launch(session, 3)
    suppression.add(session, ["reader2@company.example"], SuppressionReason.HARD_BOUNCE)

    claim = world.claim(session)

    assert [one.address for one in claim.recipients] == ["reader1@company.example", "reader3@company.example"]
    left_out = world.row(session, launched.deliveries[1])
    assert (left_out.state, left_out.reason) == ("suppressed", "hard_bounce")
    assert world.states(session, launched) == {"claimed": 2, "suppressed": 1}


def test_a_batch_in_which_everybody_left_is_settled_with_nobody(session: Session) -> None:
    launched = world.launch(session, 1)
    suppression.add(session, ["reader1@company.example"], SuppressionReason.COMPLAINT)

    claim = world.claim(session)
    ledger.settle(session, claim, [])

    assert claim.recipients == ()
    assert world.batch(session, claim.batch_id).state == "settled"
    assert world.states(session, launched) == {"suppressed": 1}


def test_a_request_does_not_start_when_the_mailing_was_paused_meanwhile(session: Session) -> None:
    launched = world.launch(session)
    claim = ledger.claim(session)
    assert claim
    ledger.pause(session, launched.mailing)

    assert not ledger.start_request(session, claim)
    assert ledger.give_back(session, claim)

    assert world.states(session, launched) == {"planned": 3}
    given_back = world.batch(session, claim.batch_id)
    assert (given_back.state, given_back.attempts) == ("planned", 0)
    assert world.row(session, launched.deliveries[0]).attempts == 0


def test_a_worker_that_lost_its_lease_gives_back_nothing_of_the_next_ones(session: Session) -> None:
    launched = world.launch(session)
    slow = ledger.claim(session)
    assert slow
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=[])
    quick = world.claim(session)

    assert not ledger.start_request(session, slow)
    assert not ledger.give_back(session, slow)

    assert world.states(session, launched) == {"claimed": 3}
    assert world.batch(session, quick.batch_id).attempt_id == quick.attempt_id


def test_a_request_starts_with_a_whole_lease(session: Session) -> None:
    world.launch(session)

    claim = world.claim(session)

    lease = session.execute(
        text("SELECT extract(epoch FROM lease_until - now()) FROM batch WHERE id = :id"), {"id": claim.batch_id}
    ).scalar_one()
    assert lease == ledger.LEASE


def test_an_unknown_batch_is_held_by_nobody(session: Session) -> None:
    world.launch(session)
    claim = world.claim(session)
    session.execute(text("UPDATE batch SET attempt_id = :other"), {"other": uuid4()})

    assert not ledger.settle(session, claim, [world.ACCEPTED] * 3)
