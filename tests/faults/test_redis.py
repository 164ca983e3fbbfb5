"""Redis that is emptied, stopped, cut off and full: the doorbell is gone, the work is not."""

import threading
import time
from collections.abc import Callable

import pytest

from outreach.accounts.models import Role
from outreach.foundation import urls
from outreach.foundation.database import transaction
from tests import mailings
from tests.faults.world import Account, Claim, World, eventually, path, rounds, site
from tests.web import office
from tests.whole import crowd

CROWD = rounds(400, 2000)
DOWN = rounds(4, 600)  # seconds
CUTS = rounds(6, 20)


@pytest.mark.slow
def test_emptying_redis_in_the_middle_costs_a_moment_and_nobody(
    world: World, claim: Claim, record_property: Callable[[str, object], None]
) -> None:
    """R-03: FLUSHALL."""
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.1)
    world.work()
    eventually(lambda: world.accepted() >= CROWD / 10, world)

    world.redis.flushall()
    emptied, before = time.monotonic(), world.accepted()
    eventually(lambda: world.accepted() > before + 20, world)
    record_property("Redis emptied; twenty more letters after", f"{time.monotonic() - emptied:.1f} s")
    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_without_redis_the_pages_work_and_with_it_sending_goes_on_by_itself(world: World, claim: Claim) -> None:
    """R-04: Redis away for a while; somebody even launches a campaign meanwhile."""
    campaign = crowd.approved(20, name="Launched without Redis")
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.2)
    group = world.work()
    eventually(lambda: world.accepted() >= 20, world)
    before = group.pids

    with site(world) as web:
        world.pair.stop(world.pair.valkey)
        secret = office.session_of(Role.ADMINISTRATOR)
        web.visitor.cookies.set("session", secret)
        for page in ("/", "/contacts", "/campaigns", "/newsroom/sv/", path(urls.preferences(sent["anna"]))):
            assert web.visitor.get(page).status_code == 200, page
        for public in (urls.open_pixel(sent["anna"]), urls.unsubscribe(sent["anna"])):
            assert web.visitor.get(path(public)).status_code == 200
        left = web.visitor.post(path(urls.unsubscribe(sent["anna"])), data={"List-Unsubscribe": "One-Click"})
        launch = web.visitor.post(f"/campaigns/{campaign}/launch", data={"letters": "20"})
        assert (left.status_code, launch.status_code) == (200, 303)
        assert sum(world.states_in(campaign).values()) == 20  # a worker that is at work goes on to the next batch
        threading.Event().wait(DOWN)
        world.pair.bring_back()
        eventually(lambda: world.is_settled(launched), world)
        eventually(lambda: world.states_in(campaign) == {"accepted": 20}, world)

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)
    assert claim(campaign) == Account(20, 0, 0, 0)
    assert group.pids == before


@pytest.mark.slow
def test_workers_whose_connections_are_cut_again_and_again_go_on(world: World, claim: Claim) -> None:
    """R-05: rounds of CLIENT KILL."""
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.2)
    group = world.work()
    eventually(lambda: world.accepted() >= 20, world)
    before = group.pids

    for _round in range(CUTS):
        world.redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        threading.Event().wait(0.5)
    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)
    assert group.pids == before


@pytest.mark.slow
def test_a_full_redis_refuses_doorbells_and_nothing_else_and_the_sweep_finds_the_work(
    world: World, claim: Claim
) -> None:
    """R-06: noeviction, and no room."""
    campaign = crowd.approved(50, name="To all")
    world.work(workers=1)
    eventually(lambda: world.redis.dbsize() > 0 and "ready" in world.log(), world)
    assert world.redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    world.redis.config_set("maxmemory", "1")

    with site(world) as web:
        web.visitor.cookies.set("session", office.session_of(Role.ADMINISTRATOR))
        launched = web.visitor.post(f"/campaigns/{campaign}/launch", data={"letters": "50"})
        assert launched.status_code == 303
        assert world.states_in(campaign) == {"planned": 50}
        assert "job_not_rung" in (world.folder / "web.log").read_text()
        assert world.command("campaign", "pause", campaign).returncode == 0
        resumed = world.command("campaign", "resume", campaign)
        assert (resumed.returncode, "job_not_rung" in resumed.stdout + resumed.stderr) == (0, True)
    world.redis.config_set("maxmemory", "0")

    eventually(lambda: world.states_in(campaign) == {"accepted": 50}, world)
    assert claim(campaign) == Account(50, 0, 0, 0)
