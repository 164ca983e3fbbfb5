"""A reader's pause: newsletters wait for another time, what it is not about still goes, and it ends by itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from outreach.delivery import ledger, pauses, suppression
from outreach.delivery.models import Stream, SuppressionReason
from outreach.foundation import clock
from tests.delivery import world

SPRING = datetime(2099, 3, 1, tzinfo=UTC)


def first(session: Session, launched: world.Launched) -> UUID:
    number = world.row(session, launched.deliveries[0]).contact_id
    assert isinstance(number, UUID)
    return number


def test_a_pause_that_began_after_planning_holds_when_the_letter_is_to_leave(session: Session) -> None:
    launched = world.launch(session, 2)
    pauses.begin(session, first(session, launched), Stream.NEWSLETTER, SPRING)

    assert [one.delivery_id for one in world.claim(session).recipients] == launched.deliveries[1:]

    left_out = world.row(session, launched.deliveries[0])
    assert (left_out.state, left_out.reason) == ("suppressed", "Paused by the reader")
    assert world.states(session, launched) == {"suppressed": 1, "claimed": 1}


@pytest.mark.parametrize("stream", [Stream.PRESS, Stream.SYSTEM])
def test_a_pause_of_newsletters_holds_nothing_else(session: Session, stream: Stream) -> None:
    launched = world.launch(session, 1, stream=stream)
    pauses.begin(session, first(session, launched), Stream.NEWSLETTER, SPRING)

    assert len(world.claim(session).recipients) == 1


def test_a_pause_that_is_over_holds_nothing(session: Session) -> None:
    launched = world.launch(session, 1)
    pauses.begin(session, first(session, launched), Stream.NEWSLETTER, clock.now() - timedelta(seconds=1))

    assert pauses.of_contact(session, first(session, launched)) == {}
    assert len(world.claim(session).recipients) == 1


def test_a_letter_whose_worker_vanished_is_not_sent_to_who_pauses_since(session: Session) -> None:
    launched = world.launch(session, 1)
    world.claim(session)
    pauses.begin(session, first(session, launched), Stream.NEWSLETTER, SPRING)
    world.let_leases_end(session)

    ledger.sweep(session, idempotent=["sandbox"])

    assert world.claim(session).recipients == ()


def test_leaving_and_bouncing_count_before_a_pause(session: Session) -> None:
    launched = world.launch(session, 2)
    for number in launched.deliveries:
        pauses.begin(session, world.row(session, number).contact_id, Stream.NEWSLETTER, SPRING)
    suppression.add(session, [world.row(session, launched.deliveries[1]).address], SuppressionReason.HARD_BOUNCE)

    world.claim(session)

    assert world.row(session, launched.deliveries[1]).reason == "hard_bounce"


def test_a_pause_may_be_moved_and_ended(session: Session) -> None:
    launched = world.launch(session, 1)
    reader = first(session, launched)
    for until in (SPRING, SPRING + timedelta(days=30)):
        pauses.begin(session, reader, Stream.NEWSLETTER, until)
    assert pauses.of_contact(session, reader) == {Stream.NEWSLETTER: SPRING + timedelta(days=30)}

    pauses.end(session, reader, Stream.NEWSLETTER)

    assert len(world.claim(session).recipients) == 1
