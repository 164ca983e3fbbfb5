"""A backup from before an erasure: nothing is sent until the person is erased again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from outreach.contacts.models import Contact
from outreach.delivery import erasures, guard
from outreach.delivery.guard import Doubt
from outreach.foundation import embedded, redis
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.privacy import erasing, replaying
from tests.contacts import cast as people
from tests.privacy.cast import OFFICER

ADDRESS = "anna@norrstrand.example"


@pytest.fixture
def restored(database: embedded.Addresses) -> Iterator[None]:
    """Erase Anna, then put the database back to how it was before: she is a contact, and nobody was erased."""
    file = settings().home / "erasures"
    file.unlink(missing_ok=True)
    with transaction() as session:
        anna = people.anna(session)
        erasing.erase(session, anna, by=OFFICER, why="letter 2026/114")
    with transaction() as session:
        erasures.leave_outside(session)
    with transaction(owner=True) as session:
        session.execute(text("TRUNCATE erasure, suppression"))
        anna = people.anna(session)
        session.execute(text("UPDATE contact SET created_at = now() - interval '1 year'"))
    yield
    file.unlink(missing_ok=True)


def known(session: Session) -> bool:
    return session.exec(select(Contact.id).where(Contact.address == ADDRESS)).first() is not None


def forget_outside(place: str) -> None:
    if place == "redis":
        redis.client().flushdb()
    else:
        (settings().home / "erasures").unlink()


@pytest.mark.parametrize("lost", ["redis", "file"])
def test_nothing_is_sent_until_the_person_is_erased_again(restored: None, lost: str) -> None:
    forget_outside(lost)
    with transaction() as session:
        assert not guard.admits(session)
        assert guard.standing(session).doubt is Doubt.FORGETFUL
        assert known(session)

    with transaction() as session:
        assert replaying.replay(session) == 1

    with transaction() as session:
        assert guard.admits(session)
        assert not known(session)
        assert erasures.stands_for(session, ADDRESS)
        assert replaying.replay(session) == 0


def test_who_signed_up_again_after_the_erasure_stays(restored: None) -> None:
    with transaction() as session:
        session.execute(text("UPDATE contact SET created_at = now() + interval '1 minute'"))

    with transaction() as session:
        replaying.replay(session)

    with transaction() as session:
        assert known(session)
        assert guard.admits(session)


def test_what_is_left_outside_is_no_address(restored: None) -> None:
    written = (settings().home / "erasures").read_text()
    noted = str(redis.client().hgetall(erasures.NOTES))

    assert "@" not in written + noted
    assert len(written.splitlines()) == 1


def test_a_line_that_a_full_disk_cut_off_does_no_harm(restored: None) -> None:
    file = settings().home / "erasures"
    with file.open("a") as opened:
        opened.write("0195")

    with transaction() as session:
        assert len(erasures.forgotten(session)) == 1


def test_the_ledger_of_erasures_takes_nothing_back(restored: None) -> None:
    with transaction() as session:
        replaying.replay(session)

    for change in ("DELETE FROM erasure", "UPDATE erasure SET at = now()"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction() as session:
            session.execute(text(change))
