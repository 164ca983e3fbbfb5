"""A database that is older than what was sent, or that nobody can vouch for, does not send."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import guard, sending
from outreach.delivery.guard import Doubt
from outreach.foundation import embedded, redis
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests.delivery import world
from tests.sandbox.peer import Peer

MARK = "requests"


@pytest.fixture
def sent(database: embedded.Addresses) -> int:
    """A database that has sent three requests, and the number of the last."""
    (settings().home / MARK).unlink(missing_ok=True)
    with transaction() as session:
        assert guard.admits(session)
    for _request in range(3):
        with transaction() as session:
            mark = guard.count(session)
        guard.note(mark)
    return mark.requests


def doubt() -> Doubt | None:
    with transaction() as session:
        guard.admits(session)
    with transaction() as session:
        return guard.standing(session).doubt


def change(what: str) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE sending_guard SET {what}"))  # noqa: S608 - written below


def lose_marks(*, in_redis: bool = True, in_file: bool = True) -> None:
    if in_redis:
        redis.client().flushdb()
    if in_file:
        (settings().home / MARK).unlink()


def test_a_database_that_knows_of_every_request_sends(sent: int) -> None:
    assert (sent, doubt()) == (3, None)


@pytest.mark.parametrize(("in_redis", "in_file"), [(True, False), (False, True)])
def test_one_place_outside_is_enough_to_see_that_a_database_is_older(sent: int, in_redis: bool, in_file: bool) -> None:
    lose_marks(in_redis=in_redis, in_file=in_file)
    change("requests = requests - 1")

    assert doubt() is Doubt.OLDER


def test_a_lock_stays_when_the_marks_are_lost_until_a_person_opens_it(sent: int) -> None:
    change("requests = requests - 1")
    assert doubt() is Doubt.OLDER

    lose_marks()
    assert doubt() is Doubt.OLDER
    with transaction() as session:
        mark = guard.confirm(session)
    guard.note(mark)

    assert doubt() is None


def test_a_database_that_moved_sends_when_the_marks_say_that_it_is_whole(sent: int) -> None:
    change("place = 'elsewhere'")

    assert doubt() is None
    lose_marks()
    assert doubt() is None  # it lives here now


def test_a_copy_that_nobody_vouches_for_does_not_send(sent: int) -> None:
    lose_marks()
    change("place = 'elsewhere'")

    assert doubt() is Doubt.MOVED


def test_emptying_redis_and_losing_the_home_folder_stops_nobody_where_the_database_stayed(sent: int) -> None:
    lose_marks()

    assert doubt() is None


def test_a_locked_database_claims_nothing(mailbox: Peer, sent: int) -> None:
    with transaction() as session:
        launched = world.launch(session, 3)
    change("requests = requests - 1")

    assert not sending.send_next()

    with transaction() as session:
        assert world.states(session, launched) == {"planned": 3}
    assert mailbox.count()["accepted"] == 0


def test_looking_changes_nothing(session: Session) -> None:
    assert guard.standing(session).doubt is None
    assert session.execute(text("SELECT count(*) FROM sending_guard")).scalar_one() == 0
