"""Pausing, resuming, halting and cancelling: who goes, who stays, and that nobody falls between."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.interface import Outcome
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TRANSIENT


def test_a_paused_mailing_goes_on_where_it_stopped(session: Session) -> None:
    launched = world.launch(session, 3, size=1)
    world.settle(session, ACCEPTED)

    assert ledger.pause(session, launched.mailing)
    assert ledger.claim(session) is None
    assert ledger.resume(session, launched.mailing)
    world.settle(session, ACCEPTED)
    world.settle(session, ACCEPTED)

    assert ledger.claim(session) is None
    assert world.states(session, launched) == {"accepted": 3}


@pytest.mark.parametrize(
    ("state", "pauses", "resumes", "halts", "cancels"),
    [
        ("running", True, False, True, 3),
        ("paused", False, True, False, 3),
        ("halted", False, True, False, 3),
        ("cancelled", False, False, False, 0),
    ],
)
def test_a_mailing_is_steered_only_from_where_it_stands(
    session: Session, state: str, pauses: bool, resumes: bool, halts: bool, cancels: int
) -> None:
    def fresh() -> world.Launched:
        launched = world.launch(session)
        session.execute(
            text("UPDATE mailing SET state = :state WHERE id = :id"), {"state": state, "id": launched.mailing}
        )
        return launched

    assert ledger.pause(session, fresh().mailing) is pauses
    assert ledger.resume(session, fresh().mailing) is resumes
    assert ledger.halt(session, fresh().mailing, "why") is halts
    assert ledger.cancel(session, fresh().mailing) == cancels


def test_a_cancelled_mailing_leaves_nothing_behind_that_waits(session: Session) -> None:
    launched = world.launch(session, 4, size=2)
    world.settle(session, ACCEPTED, REJECTED)

    assert ledger.cancel(session, launched.mailing) == 2

    assert world.states(session, launched) == {"accepted": 1, "rejected": 1, "cancelled": 2}
    assert [world.batch(session, one).state for one in launched.batches] == ["settled", "settled"]
    assert not ledger.is_due(session)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (ACCEPTED, "accepted"),
        (REJECTED, "rejected"),
        (TRANSIENT, "cancelled"),
        (CONFIG, "cancelled"),
        (AMBIGUOUS, "ambiguous"),
    ],
)
def test_what_was_on_its_way_at_the_cancelling_is_let_finish_and_never_tried_again(
    session: Session, outcome: Outcome, state: str
) -> None:
    launched = world.launch(session, 1)
    claim = world.claim(session)

    assert ledger.cancel(session, launched.mailing) == 0
    ledger.settle(session, claim, [outcome])

    assert world.states(session, launched) == {state: 1}
    assert world.batch(session, claim.batch_id).state == ("unclear" if state == "ambiguous" else "settled")
    assert world.mailing(session, launched).state == "cancelled"


def test_what_was_claimed_at_the_cancelling_but_had_not_left_is_cancelled(session: Session) -> None:
    launched = world.launch(session, 2)
    claim = ledger.claim(session)
    assert claim
    ledger.cancel(session, launched.mailing)

    assert not ledger.start_request(session, claim)
    ledger.give_back(session, claim)

    assert world.states(session, launched) == {"cancelled": 2}


def test_cancelling_keeps_sight_of_what_is_unclear(session: Session) -> None:
    launched = world.launch(session, 2)
    world.settle(session, TRANSIENT, AMBIGUOUS)

    assert ledger.cancel(session, launched.mailing) == 1

    assert world.states(session, launched) == {"cancelled": 1, "ambiguous": 1}
    assert world.batch(session, launched.batches[0]).state == "unclear"
