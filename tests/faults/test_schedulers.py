"""Any number of schedulers, workers and web processes; clocks that are wrong; clocks that are put forward and back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from outreach.accounts.models import Role
from outreach.campaigns import planning
from outreach.cli import running
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group
from tests.faults.world import Account, Claim, World, eventually, rounds, site
from tests.web import office
from tests.whole import crowd

CROWD = rounds(200, 2000)


@pytest.mark.slow
def test_a_campaign_that_is_launched_twice_at_once_among_many_processes_leaves_once(world: World, claim: Claim) -> None:
    """R-16: two schedulers, four workers, two web processes; a second campaign becomes due meanwhile."""
    by_hand, by_clock = crowd.approved(CROWD, name="By hand"), crowd.approved(0, name="By the clock")
    secret = office.session_of(Role.ADMINISTRATOR)
    world.work(workers=4, schedulers=2)

    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        webs = [stack.enter_context(site(world)) for _number in range(2)]
        for web in webs:
            web.visitor.cookies.set("session", secret)
        with transaction() as session:
            session.execute(_DUE_NOW, {"id": by_clock})
        pressed = [
            pool.submit(web.visitor.post, f"/campaigns/{by_hand}/launch", data={"letters": str(CROWD)})
            for web in [*webs, *webs]
        ]
        assert [one.result().status_code for one in pressed] == [303] * 4
        for campaign in (by_hand, by_clock):
            eventually(lambda campaign=campaign: world.states_in(campaign) == {"accepted": CROWD}, world)

    assert claim(by_hand) == claim(by_clock) == Account(CROWD, 0, 0, 0)
    assert world.accepted() == 2 * CROWD
    with transaction() as session:
        assert session.execute(_LAUNCHES).scalar_one() == 2


@pytest.mark.slow
@pytest.mark.parametrize("hours", [2, -2])
def test_a_worker_whose_clock_is_wrong_sends_when_the_database_says_so(world: World, claim: Claim, hours: int) -> None:
    """R-18: the worker's own clock is moved, as Python sees it; due dates and leases go by the database's."""
    later, now = crowd.approved(20, name="Later"), crowd.approved(0, name="Now")
    with transaction() as session:
        session.execute(_DUE_NOW, {"id": now})
        session.execute(_DUE_LATER, {"id": later})
    command = running.worker_command()
    celery = command.index("celery")
    with (world.folder / "log").open("a") as log:
        group = Group(environment=world.environment, output=log, grace=running.GRACE)
        group.add("worker", [command[0], "-c", WRONG_CLOCK, str(hours * 3600), *command[celery + 1 :]])
        group.add("scheduler", running.scheduler_command())
        with group:
            eventually(lambda: world.states_in(now) == {"accepted": 20}, world)

    assert f"{(clock.now() + timedelta(hours=hours)):%Y-%m-%dT%H}" in world.log()
    assert world.states_in(later) == {}
    assert claim(now) == Account(20, 0, 0, 0)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2027-03-28 02:30 Europe/Stockholm", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),  # does not exist: 03:00
        ("2027-03-28 03:00 Europe/Stockholm", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("2027-10-31 02:30 Europe/Stockholm", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # twice: the first
        ("2027-03-28 02:30 Asia/Shanghai", datetime(2027, 3, 27, 18, 30, tzinfo=UTC)),  # no such days there
        ("2027-10-31 02:30 Asia/Shanghai", datetime(2027, 10, 30, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_time_that_a_clock_skips_is_the_next_and_one_that_it_shows_twice_is_the_first(
    said: str, meant: datetime
) -> None:
    """R-18: the days on which the clocks change."""
    assert planning.moment(said).astimezone(UTC) == meant


_DUE_NOW = text("UPDATE campaign SET state = 'scheduled', scheduled_at = now() WHERE id = :id")
_LAUNCHES = text("SELECT count(*) FROM audit_entry WHERE action = 'campaign.launch'")
_DUE_LATER = text("UPDATE campaign SET state = 'scheduled', scheduled_at = now() + interval '1 hour' WHERE id = :id")

# The clock of a host that is wrong: whatever Python code asks for the time is told another.
WRONG_CLOCK = """
import datetime, sys, time
shift = float(sys.argv.pop(1))
told = time.time
time.time = lambda: told() + shift
class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=shift)
    @classmethod
    def utcnow(cls):
        return super().utcnow() + datetime.timedelta(seconds=shift)
datetime.datetime = Wrong
from celery.__main__ import main
sys.exit(main())
"""
