"""Brakes: what is called spam too often, or goes to dead addresses, stops; the rest stays planned."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import brakes, events, ledger
from outreach.delivery.brakes import BOUNCES, COMPLAINTS, Level, Reading
from outreach.delivery.models import Stream
from outreach.foundation import clock
from outreach.foundation.locale import use
from tests.delivery import world
from tests.delivery.test_events import report


def sent(session: Session, letters: int, *, left: int = 100, stream: Stream = Stream.NEWSLETTER) -> world.Launched:
    launched = world.launch(session, letters + left, size=letters, stream=stream)
    world.settle(session, *[world.ACCEPTED] * letters)
    return launched


def reported(session: Session, launched: world.Launched, kind: str, numbers: range, *, days_ago: int = 0) -> None:
    at = clock.now() - timedelta(days=days_ago)
    reports = [report(kind, launched.deliveries[number], occurred_at=at) for number in numbers]
    events.keep(session, "sandbox", reports)
    events.apply(session)


def test_two_complaints_of_400_warn_and_three_halt_and_the_rest_stays_planned(session: Session) -> None:
    launched = sent(session, 400)

    reported(session, launched, "complained", range(2))
    assert brakes.read(session, launched.mailing) == Reading(letters=400, complaints=2, bounces=0)
    assert brakes.read(session, launched.mailing).of_complaints is Level.WARNING
    with use("sv"):
        assert len(brakes.read(session, launched.mailing).sentences(Level.WARNING)) == 1
    assert brakes.apply(session) == []

    reported(session, launched, "complained", range(2, 3))
    assert brakes.read(session, launched.mailing).of_complaints is Level.STOP
    assert brakes.apply(session) == [launched.mailing]

    mailing = world.mailing(session, launched)
    assert (mailing.state, mailing.reason) == ("halted", "3 of 400 people called it spam.")
    assert world.states(session, launched) == {"accepted": 397, "complained": 3, "planned": 100}
    assert ledger.claim(session) is None


@pytest.mark.parametrize(
    ("number", "letters", "level"),
    [
        (0, 400, Level.CALM),
        (0, 0, Level.CALM),
        (1, 200, Level.WARNING),
        (1, 1001, Level.CALM),
        (1, 1000, Level.WARNING),
        (2, 2, Level.WARNING),
        (3, 1000, Level.STOP),
        (3, 1001, Level.WARNING),
    ],
)
def test_complaints_are_judged_by_share_and_number(number: int, letters: int, level: Level) -> None:
    assert COMPLAINTS.level(number, letters) is level


def test_dead_addresses_halt_a_mailing(session: Session) -> None:
    launched = sent(session, 200)

    reported(session, launched, "bounced_hard", range(9))
    assert brakes.apply(session) == []
    assert brakes.read(session, launched.mailing).of_bounces is Level.WARNING
    reported(session, launched, "bounced_hard", range(9, 10))

    assert brakes.apply(session) == [launched.mailing]
    assert world.mailing(session, launched).reason == "10 of 200 addresses do not work."


def test_full_mailboxes_halt_nothing(session: Session) -> None:
    launched = sent(session, 20)

    reported(session, launched, "bounced_soft", range(20))

    assert brakes.apply(session) == []
    assert BOUNCES.fewest <= 20


def test_a_mailing_that_a_person_lets_go_on_is_judged_anew(session: Session) -> None:
    launched = world.launch(session, 400, size=100)
    world.settle(session, *[world.ACCEPTED] * 100)
    reported(session, launched, "complained", range(5))
    assert brakes.apply(session) == [launched.mailing]

    ledger.resume(session, launched.mailing)
    assert brakes.apply(session) == []
    world.settle(session, *[world.ACCEPTED] * 100)
    reported(session, launched, "complained", range(5, 7))
    assert brakes.apply(session) == []
    reported(session, launched, "complained", range(7, 8))

    assert brakes.apply(session) == [launched.mailing]
    assert brakes.read(session, launched.mailing).complaints == 8


def test_a_mailing_that_has_left_altogether_is_not_halted(session: Session) -> None:
    launched = sent(session, 100, left=0)

    reported(session, launched, "complained", range(50))

    assert brakes.apply(session) == []
    assert world.mailing(session, launched).state == "running"


def test_complaints_of_a_week_and_a_month_are_counted_per_sender(session: Session) -> None:
    early, late = sent(session, 300, left=0), sent(session, 200, left=0)
    sent(session, 50, left=0, stream=Stream.PRESS)
    session.execute(
        text("UPDATE departure SET at = at - interval '20 days' WHERE mailing_id = :id"), {"id": early.mailing}
    )
    reported(session, early, "complained", range(4), days_ago=20)
    reported(session, late, "complained", range(1), days_ago=2)

    figures = {(one.sender_id, one.days): (one.letters, one.complaints, one.level) for one in brakes.rolling(session)}

    newsletter = world.sender_of(session)
    assert figures == {
        (newsletter, 7): (200, 1, Level.WARNING),
        (newsletter, 30): (500, 5, Level.WARNING),
        (world.sender_of(session, Stream.PRESS), 7): (50, 0, Level.CALM),
        (world.sender_of(session, Stream.PRESS), 30): (50, 0, Level.CALM),
    }
