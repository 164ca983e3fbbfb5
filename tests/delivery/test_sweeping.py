"""The sweep: batches whose worker vanished are mended, and nothing that may have left is sent twice."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS

IDEMPOTENT = ["sandbox"]


def test_a_worker_that_is_still_at_it_is_left_alone(session: Session) -> None:
    launched = world.launch(session)
    world.claim(session)

    assert ledger.sweep(session, idempotent=IDEMPOTENT) == 0

    assert world.states(session, launched) == {"claimed": 3}


@pytest.mark.parametrize("idempotent", [[], IDEMPOTENT])
def test_what_certainly_did_not_leave_is_planned_again(session: Session, idempotent: list[str]) -> None:
    launched = world.launch(session)
    ledger.claim(session)
    world.let_leases_end(session)

    assert ledger.sweep(session, idempotent=idempotent) == 1

    assert world.states(session, launched) == {"planned": 3}
    assert world.batch(session, launched.batches[0]).state == "planned"
    assert world.claim(session).batch_id == launched.batches[0]


def test_what_may_have_left_is_left_to_a_person(session: Session) -> None:
    launched = world.launch(session, provider="smtp")
    world.claim(session)
    world.let_leases_end(session)

    assert ledger.sweep(session, idempotent=IDEMPOTENT) == 1

    assert world.states(session, launched) == {"ambiguous": 3}
    assert world.row(session, launched.deliveries[0]).reason == "The worker vanished while sending"
    assert world.batch(session, launched.batches[0]).state == "unclear"
    assert ledger.claim(session) is None


def test_a_provider_that_takes_a_key_once_is_asked_again_with_the_same_key_and_the_same_people(
    session: Session,
) -> None:
    launched = world.launch(session)
    first = world.claim(session)
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=IDEMPOTENT)
    second = world.claim(session)

    assert second.batch_id == first.batch_id
    assert second.attempt_id != first.attempt_id
    assert second.recipients == first.recipients
    ledger.settle(session, second, [ACCEPTED] * 3)
    assert world.states(session, launched) == {"accepted": 3}


@pytest.mark.parametrize("state", ["paused", "halted"])
def test_a_mailing_that_is_held_is_not_sent_again_on_the_quiet(session: Session, state: str) -> None:
    launched = world.launch(session)
    world.claim(session)
    world.let_leases_end(session)
    session.execute(text("UPDATE mailing SET state = :state"), {"state": state})

    ledger.sweep(session, idempotent=IDEMPOTENT)

    assert world.states(session, launched) == {"ambiguous": 3}


@pytest.mark.parametrize(("started", "state"), [(False, "cancelled"), (True, "ambiguous")])
def test_a_cancelled_mailing_keeps_nothing_planned(session: Session, started: bool, state: str) -> None:
    launched = world.launch(session)
    claim = ledger.claim(session)
    assert claim
    if started:
        ledger.start_request(session, claim)
    ledger.cancel(session, launched.mailing)
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=IDEMPOTENT)

    assert world.states(session, launched) == {state: 3}


def test_a_key_that_the_provider_may_have_forgotten_is_not_used_again(session: Session) -> None:
    launched = world.launch(session)
    world.claim(session)
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=IDEMPOTENT)
    session.execute(
        text("UPDATE batch SET same_key_until = same_key_until - make_interval(hours => :hours)"),
        {"hours": ledger.KEY_KNOWN},
    )
    session.execute(text("UPDATE batch SET same_key_until = same_key_until - interval '1 second'"))

    assert ledger.claim(session) is None
    assert ledger.sweep(session, idempotent=IDEMPOTENT) == 1

    assert world.states(session, launched) == {"ambiguous": 3}
    assert world.batch(session, launched.batches[0]).state == "unclear"


def test_a_batch_that_ends_its_worker_each_time_is_given_up(session: Session) -> None:
    launched = world.launch(session)
    session.execute(text("UPDATE batch SET attempts = :most - 1"), {"most": ledger.MOST_ATTEMPTS})
    world.claim(session)
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=IDEMPOTENT)

    assert world.states(session, launched) == {"ambiguous": 3}


def test_a_webhook_that_came_meanwhile_is_kept(session: Session) -> None:
    launched = world.launch(session, provider="smtp")
    world.claim(session)
    session.execute(text("UPDATE delivery SET state = 'delivered' WHERE id = :id"), {"id": launched.deliveries[0]})
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=[])

    assert world.states(session, launched) == {"delivered": 1, "ambiguous": 2}


def test_an_unclear_batch_is_settled_when_the_last_doubt_is_gone(session: Session) -> None:
    launched = world.launch(session, 2)
    world.settle(session, AMBIGUOUS, AMBIGUOUS)
    ledger.found(session, {launched.deliveries[0]: "m1"})
    ledger.sweep(session, idempotent=[])
    assert world.batch(session, launched.batches[0]).state == "unclear"

    ledger.found(session, {launched.deliveries[1]: "m2"})
    ledger.sweep(session, idempotent=[])

    assert world.batch(session, launched.batches[0]).state == "settled"
