"""What may have been sent is sent again with its key, where the provider takes a key once and cannot be asked."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from tests.delivery import world

RESEND = "resend"


def unclear(session: Session, *outcomes: object, **changes: str) -> world.Launched:
    """A batch that was settled as unclear half a minute ago."""
    launched = world.launch(session, len(outcomes) or 2, provider=RESEND)
    world.settle(session, *(outcomes or [world.AMBIGUOUS] * 2))
    session.execute(text("UPDATE batch SET request_started_at = now() - interval '30 seconds'"))
    return launched


def test_an_unclear_batch_goes_again_with_the_same_key_and_people(session: Session) -> None:
    launched = unclear(session)

    assert ledger.repeat(session, RESEND, older_than=20) == 2

    again = world.claim(session)
    assert [again.batch_id] == launched.batches
    assert [one.delivery_id for one in again.recipients] == launched.deliveries
    ledger.settle(session, again, [world.ACCEPTED] * 2)
    assert world.states(session, launched) == {"accepted": 2}


def test_who_had_a_clear_answer_is_left_alone(session: Session) -> None:
    launched = unclear(session, world.ACCEPTED, world.AMBIGUOUS, world.REJECTED)

    assert ledger.repeat(session, RESEND, older_than=20) == 1
    assert world.states(session, launched) == {"accepted": 1, "planned": 1, "rejected": 1}


def test_it_waits_for_a_report_first_and_longer_each_time(session: Session) -> None:
    launched = unclear(session)
    assert ledger.repeat(session, RESEND, older_than=60) == 0
    waits = []
    for _turn in range(4):
        assert ledger.repeat(session, RESEND, older_than=20) == 2
        waits.append(round(world.batch(session, launched.batches[0]).wait))
        world.due_now(session)
        world.settle(session, *[world.AMBIGUOUS] * 2)
        session.execute(text("UPDATE batch SET request_started_at = now() - interval '30 seconds'"))

    assert waits == [0, 10, 30, 70]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE batch SET request_started_at = now() - interval '12 hours'",
        "UPDATE batch SET same_key_until = now() - interval '1 second'",
        "UPDATE batch SET attempts = 10",
        "UPDATE mailing SET state = 'paused'",
        "UPDATE mailing SET state = 'cancelled'",
        "UPDATE mailing SET provider = 'postmark'",
        "UPDATE delivery SET state = 'abandoned'",
    ],
)
def test_what_the_provider_may_have_forgotten_or_a_person_stopped_stays_as_it_is(session: Session, change: str) -> None:
    launched = unclear(session)
    session.execute(text(change))
    before = world.states(session, launched)

    assert ledger.repeat(session, RESEND, older_than=20) == 0
    assert world.states(session, launched) == before


def test_the_first_request_counts_for_how_long_the_key_is_known(session: Session) -> None:
    launched = unclear(session)
    session.execute(text("UPDATE batch SET request_started_at = now() - interval '11 hours'"))
    ledger.repeat(session, RESEND, older_than=20)
    world.due_now(session)
    world.settle(session, *[world.AMBIGUOUS] * 2)
    session.execute(text("UPDATE batch SET same_key_until = same_key_until - interval '2 hours'"))
    session.execute(text("UPDATE batch SET request_started_at = now() - interval '30 seconds'"))

    assert ledger.repeat(session, RESEND, older_than=20) == 0
    assert world.states(session, launched) == {"ambiguous": 2}


def test_a_batch_that_waited_until_its_key_was_forgotten_is_not_sent_again(session: Session) -> None:
    launched = unclear(session)
    ledger.repeat(session, RESEND, older_than=20)
    session.execute(text("UPDATE batch SET same_key_until = now() - interval '1 second'"))

    ledger.sweep(session, idempotent=[RESEND])

    assert ledger.claim(session) is None
    assert ledger.repeat(session, RESEND, older_than=0) == 0
    assert world.states(session, launched) == {"ambiguous": 2}
