"""PostgreSQL that is restarted, stopped, and out of room: nothing leaves without a committed claim."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from outreach.foundation import urls
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError
from tests import mailings
from tests.faults.world import Account, Claim, World, eventually, path, rounds, site

CROWD = rounds(300, 2000)
RESTARTS = rounds(2, 20)
DOWN = rounds(5, 300)  # seconds


@pytest.mark.slow
def test_what_was_on_its_way_when_postgresql_was_restarted_is_written_down_afterwards(
    world: World, claim: Claim
) -> None:
    """R-07: PostgreSQL restarts in mid-batch."""
    launched = world.launch(CROWD * RESTARTS, size=10)
    world.behave(latency=0.5)
    world.work()

    for _restart in range(RESTARTS):
        before = world.accepted()
        eventually(lambda before=before: world.accepted() > before, world)
        world.pair.stop(world.pair.postgresql)
        threading.Event().wait(1.5)  # what was on its way has arrived
        arrived = world.accepted()
        threading.Event().wait(1.5)
        assert world.accepted() == arrived  # no letter without a claim
        world.pair.bring_back()
    world.behave()
    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(CROWD * RESTARTS, 0, 0, 0)


@pytest.mark.slow
def test_without_postgresql_no_mail_leaves_and_every_public_address_says_what_it_can(
    world: World, claim: Claim
) -> None:
    """R-08: PostgreSQL away for a while; a mailbox provider that unsubscribes somebody must come again."""
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.2)
    world.work()

    with site(world) as web:
        known = web.visitor.get(path(urls.click(sent["anna"], sent.link_key)))
        eventually(lambda: world.accepted() >= 20, world)
        world.pair.stop(world.pair.postgresql)
        threading.Event().wait(1)
        arrived = world.accepted()

        pixel = web.visitor.get(path(urls.open_pixel(sent["anna"])))
        again = web.visitor.get(path(urls.click(sent["anna"], sent.link_key)))
        unknown = web.visitor.get(path(urls.click(sent["anna"], "nobodyKnows")))
        leaving = web.visitor.post(path(urls.unsubscribe(sent["anna"])), data={"List-Unsubscribe": "One-Click"})
        threading.Event().wait(DOWN)

        assert world.accepted() == arrived
        assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")
        assert (known.status_code, again.status_code) == (302, 302)  # from memory
        assert (unknown.status_code, leaving.status_code) == (503, 503)
        assert all(f'lang="{language}"' in unknown.text for language in ("sv", "en", "zh-Hans"))
        world.pair.bring_back()
        eventually(lambda: world.is_settled(launched), world)
        left = web.visitor.post(path(urls.unsubscribe(sent["anna"])), data={"List-Unsubscribe": "One-Click"})

    assert left.status_code == 200
    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_a_full_disk_below_postgresql_stops_everything_and_needs_no_repair(world: World, claim: Claim) -> None:
    """R-19: the write-ahead log cannot grow. A limit on the size of files stands in for a full disk: as on one,
    PostgreSQL cannot write its log, ends, and ends again for as long as there is no room.
    """
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.2)
    while not 0 < log_position() < 1 << 20:
        database_works()
    world.pair.stop(world.pair.postgresql)
    with files_of_at_most(4 << 20):
        world.pair.bring_back()
    world.work()
    eventually(lambda: world.accepted() >= 20, world)

    eventually(lambda: not database_works(), world)
    threading.Event().wait(2)  # what was on its way has arrived
    arrived = world.accepted()
    threading.Event().wait(3)
    assert world.accepted() == arrived
    if world.pair.postgresql.is_alive():
        world.pair.stop(world.pair.postgresql)
    world.pair.bring_back()
    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let what is started within the block write no file beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def log_position() -> int:
    """Return how far PostgreSQL has written into its present log file, of 16 MB."""
    with transaction() as session:
        return int(
            session.execute(text("SELECT (pg_current_wal_insert_lsn() - '0/0') % (16 * 1024 * 1024)")).scalar_one()
        )


def database_works() -> bool:
    """Tell whether something can be written down."""
    try:
        with transaction() as session:
            session.execute(text("SELECT pg_logical_emit_message(true, 'full', repeat('x', 1000000))"))
    except (OutreachError, DBAPIError):
        return False
    return True
