"""A quarter's mailings lie together; room is made in time and nobody waits for it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from outreach.delivery import ledger, partitions
from outreach.delivery.models import Delivery
from outreach.foundation import embedded, rights
from outreach.foundation.database import engine, transaction
from tests.delivery import world
from tests.whole.commands import until

QUARTERS = "SELECT relname FROM pg_class WHERE relname ~ '^delivery_[0-9]{4}q[1-4]$' ORDER BY relname"


def test_this_quarter_and_the_next_have_room_and_making_it_twice_does_nothing(session: Session) -> None:
    partitions.make_room(session)

    assert partitions.make_room(session) == []
    assert len(_quarters(session)) >= 2


def test_a_quarter_that_is_missing_is_made_as_the_others_are(session: Session) -> None:
    last = _quarters(session)[-1]
    _drop_all(session)

    made = partitions.make_room(session)

    assert len(made) == 2
    assert made[0] <= last
    assert _storage(session, made[0]) == _storage(session, "delivery_other")
    launched = world.launch(session, 3)
    world.settle(session, *[world.ACCEPTED] * 3)
    assert world.states(session, launched) == {"accepted": 3}
    assert _lies_in(session, launched) == {made[0]}


def test_a_mailing_for_which_nobody_made_room_is_sent_all_the_same_and_its_quarter_is_left_alone(
    session: Session,
) -> None:
    _drop_all(session)
    launched = world.launch(session, 2)

    made = partitions.make_room(session)

    world.settle(session, world.ACCEPTED, world.REJECTED)
    assert len(made) == 1
    assert world.states(session, launched) == {"accepted": 1, "rejected": 1}
    assert _lies_in(session, launched) == {"delivery_other"}


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (datetime(2026, 10, 1, tzinfo=UTC), "01a0f4c2-c400-0000-0000-000000000000"),
        (datetime(2027, 1, 1, tzinfo=UTC), "01a2ce8b-d400-0000-0000-000000000000"),
        (datetime(2027, 4, 1, tzinfo=UTC), "01a49e08-2c00-0000-0000-000000000000"),
    ],
)
def test_the_bounds_are_those_that_the_migration_wrote(moment: datetime, first: str) -> None:
    assert partitions.first_id(moment) == UUID(first)


@pytest.mark.parametrize("name", ["delivery_2026q4", "delivery_other"])
def test_a_partition_is_told_by_its_name(name: str) -> None:
    assert partitions.is_one(name)
    assert not partitions.is_one(f"{name}_2")
    assert not partitions.is_one("delivery")


@pytest.mark.parametrize("same", ["contact_id", "address"])
def test_a_mailing_holds_each_contact_and_each_address_once(session: Session, same: str) -> None:
    launched = world.launch(session, 1)
    first = world.row(session, launched.deliveries[0])
    second = {"contact_id": uuid4(), "address": "another@company.example"} | {same: getattr(first, same)}

    with pytest.raises(IntegrityError, match=same):
        _insert(session, first.mailing_id, first.batch_id, first.message_id, **second)


def test_a_delivery_belongs_to_the_mailing_and_the_letter_of_its_batch(session: Session) -> None:
    one, other = world.launch(session, 1), world.launch(session, 1)
    mine, theirs = (world.row(session, each.deliveries[0]) for each in (one, other))

    for wrong in (
        (theirs.mailing_id, mine.batch_id, mine.message_id),
        (mine.mailing_id, mine.batch_id, theirs.message_id),
    ):
        with pytest.raises(IntegrityError, match="fk_delivery_batch_id"):
            _insert(session, *wrong, contact_id=uuid4(), address="another@company.example")


def test_who_is_sending_is_not_kept_waiting_for_long_and_room_is_made_another_time(
    database: embedded.Addresses,
) -> None:
    with transaction() as session:
        world.launch(session, 2)
    with Session(engine()) as worker, Session(engine()) as keeper:
        ledger.claim(worker)
        _drop_last(keeper)

        with pytest.raises(OperationalError, match="lock timeout"):
            partitions.make_room(keeper)

        keeper.rollback()
        worker.rollback()


def test_updates_stay_on_their_page(database: embedded.Addresses) -> None:
    # An analyze that PostgreSQL starts meanwhile holds old row versions, and with them their room; so once is enough.
    assert any(_share_that_stays_on_its_page() > 0.9 for _mailing in range(4))


def _share_that_stays_on_its_page() -> float:
    before = _updates()
    with transaction() as session:
        launched = world.launch(session, 400)
    for _attempt in range(2):
        with transaction() as session:
            taken = world.claim(session)
            world.due_now(session)
        with transaction() as session:
            ledger.settle(session, taken, [world.TRANSIENT] * 400)
            world.due_now(session)
    until(lambda: _updates()[0] > before[0], seconds=60)  # a connection that is idle tells its numbers after a while

    updated, in_place = (now - then for now, then in zip(_updates(), before, strict=True))
    assert len(launched.deliveries) == 400
    return in_place / updated


def _updates() -> tuple[int, int]:
    """Count the rows of deliveries that were ever updated, and those of them that stayed on their page."""
    with engine().connect() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        connection.rollback()  # which is when it flushes
        found = connection.execute(
            text(
                "SELECT coalesce(sum(n_tup_upd), 0), coalesce(sum(n_tup_hot_upd), 0) FROM pg_stat_user_tables "
                "WHERE relname ~ '^delivery_'"
            )
        ).one()
    return int(found[0]), int(found[1])


def _insert(session: Session, mailing: UUID, batch: UUID, message: UUID, **person: Any) -> None:
    with session.begin_nested():
        session.add(Delivery(mailing_id=mailing, batch_id=batch, message_id=message, language="sv", **person))
        session.flush()


def _quarters(session: Session) -> Sequence[str]:
    return session.execute(text(QUARTERS)).scalars().all()


def _drop_all(session: Session) -> None:
    _as_owner(session)
    for name in _quarters(session):
        session.execute(text(f"ALTER TABLE delivery DETACH PARTITION {name}"))
        session.execute(text(f"DROP TABLE {name}"))
    session.execute(text(f"SET LOCAL ROLE {rights.ROLE}"))


def _drop_last(session: Session) -> None:
    _as_owner(session)
    session.execute(text(f"ALTER TABLE {_quarters(session)[-1]} RENAME TO somewhere_else"))
    session.execute(text(f"SET LOCAL ROLE {rights.ROLE}"))


def _as_owner(session: Session) -> None:
    session.execute(text("SET LOCAL ROLE NONE"))


def _storage(session: Session, name: str) -> list[str]:
    found = session.execute(text("SELECT reloptions FROM pg_class WHERE relname = :name"), {"name": name})
    return sorted(found.scalar_one())


def _lies_in(session: Session, launched: world.Launched) -> set[str]:
    found = session.execute(
        text("SELECT DISTINCT tableoid::regclass::text FROM delivery WHERE mailing_id = :mailing"),
        {"mailing": launched.mailing},
    )
    return set(found.scalars())
