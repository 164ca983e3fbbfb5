"""Leaving: nothing that can still be stopped goes out after it."""

from uuid import UUID

import pytest
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.interface import Outcome
from outreach.delivery.models import Stream
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, TRANSIENT


def contact(session: Session, launched: world.Launched) -> UUID:
    number = world.row(session, launched.deliveries[0]).contact_id
    assert isinstance(number, UUID)
    return number


def test_what_is_planned_is_stopped(session: Session) -> None:
    launched = world.launch(session, 2)

    assert ledger.withdraw_planned(session, contact(session, launched)) == 1
    assert ledger.withdraw_planned(session, contact(session, launched)) == 0

    stopped = world.row(session, launched.deliveries[0])
    assert (stopped.state, stopped.reason) == ("suppressed", "Left before it was sent")
    assert len(world.claim(session).recipients) == 1
    assert world.states(session, launched) == {"suppressed": 1, "claimed": 1}


def test_leaving_one_stream_leaves_the_other(session: Session) -> None:
    launched = world.launch(session, 1, stream=Stream.PRESS)

    assert ledger.withdraw_planned(session, contact(session, launched), stream=Stream.NEWSLETTER) == 0
    assert world.states(session, launched) == {"planned": 1}
    assert ledger.withdraw_planned(session, contact(session, launched), stream=Stream.PRESS) == 1
    assert world.states(session, launched) == {"suppressed": 1}


def test_mail_that_somebody_just_asked_for_still_goes(session: Session) -> None:
    launched = world.launch(session, 1, stream=Stream.SYSTEM)

    assert ledger.withdraw_planned(session, contact(session, launched)) == 0

    assert world.states(session, launched) == {"planned": 1}


@pytest.mark.parametrize(
    ("outcome", "state"), [(ACCEPTED, "accepted"), (AMBIGUOUS, "ambiguous"), (TRANSIENT, "suppressed")]
)
def test_a_letter_that_was_being_sent_tells_the_truth_and_is_not_tried_again(
    session: Session, outcome: Outcome, state: str
) -> None:
    launched = world.launch(session, 1)
    claim = world.claim(session)

    assert ledger.withdraw_planned(session, contact(session, launched)) == 1
    ledger.settle(session, claim, [outcome])
    world.due_now(session)
    if again := ledger.claim(session):
        assert again.recipients == ()

    assert world.states(session, launched) == {state: 1}


def test_a_letter_whose_worker_vanished_is_not_sent_again_to_who_left(session: Session) -> None:
    launched = world.launch(session, 2)
    world.claim(session)
    ledger.withdraw_planned(session, contact(session, launched))
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=["sandbox"])

    assert [one.delivery_id for one in world.claim(session).recipients] == launched.deliveries[1:]


def test_an_unclear_letter_is_not_sent_again_to_who_left_not_even_by_a_person(session: Session) -> None:
    launched = world.launch(session, 1)
    world.settle(session, AMBIGUOUS)
    ledger.withdraw_planned(session, contact(session, launched))

    ledger.resolve(session, launched.mailing, resend=True)

    assert world.claim(session).recipients == ()
    assert world.row(session, launched.deliveries[0]).reason == "Left before it was sent"
