"""What waits and what leaves, seen from above."""

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger, outlook
from outreach.delivery.models import MailingState, Stream
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, TRANSIENT


def test_what_waits_is_listed_per_mailing_the_most_urgent_first(session: Session) -> None:
    letter = world.launch(session, 3)
    release = world.launch(session, 2, stream=Stream.PRESS)

    found = outlook.waiting(session)

    assert [(one.mailing_id, one.letters) for one in found] == [(release.mailing, 2), (letter.mailing, 3)]
    assert not any(one.is_held or one.is_leaving for one in found)


def test_only_letters_that_have_not_left_count(session: Session) -> None:
    launched = world.launch(session, 3)
    world.settle(session, ACCEPTED, TRANSIENT, AMBIGUOUS)

    one = outlook.waiting(session)[0]

    assert (one.mailing_id, one.letters) == (launched.mailing, 1)
    assert one.said == "ConnectError"
    assert one.next_at is not None
    assert one.next_at > outlook.now(session)


def test_nothing_waits_once_everything_has_left(session: Session) -> None:
    world.launch(session, 1)
    world.settle(session, ACCEPTED)

    assert outlook.waiting(session) == []


def test_a_mailing_that_a_person_must_let_go_on_is_held(session: Session) -> None:
    launched = world.launch(session, 1)
    ledger.halt(session, launched.mailing, "The provider refuses our key")

    one = outlook.waiting(session)[0]

    assert one.is_held
    assert (one.state, one.reason) == (MailingState.HALTED, "The provider refuses our key")


def test_a_worker_that_holds_letters_is_seen(session: Session) -> None:
    world.launch(session, 1)
    world.claim(session)

    assert outlook.waiting(session)[0].is_leaving


def test_every_hour_of_a_day_is_there_the_present_one_last(session: Session) -> None:
    for minutes, letters in ((0, 5), (0, 2), (180, 7), (60 * 30, 100)):
        session.execute(
            text(
                """
                INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters, at)
                VALUES (uuidv7(), uuidv7(), uuidv7(), 'sandbox', '', :letters, now() - make_interval(mins => :minutes))
                """
            ),
            {"letters": letters, "minutes": minutes},
        )

    hours = outlook.per_hour(session)

    assert len(hours) == outlook.HOURS
    assert (hours[-1].letters, hours[-4].letters) == (7, 7)
    assert sum(one.letters for one in hours) == 14
