"""Workers that are killed at random, and workers that are stopped by a deploy."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple
from itertools import count

import pytest

from tests.conftest import CLAIM
from tests.delivery.post_office import PostOffice
from tests.faults.world import Account, Claim, World, dice, eventually, kill, rounds, states_of

KILLS = rounds(4, 200)
DEPLOYS = rounds(2, 50)
SIZE = 25


@pytest.mark.slow
def test_workers_killed_at_random_skip_and_double_nobody(world: World, claim: Claim) -> None:
    """R-01: kill -9 at random points."""
    launched = world.launch(max(1000, KILLS * 8 * SIZE), size=SIZE)  # for letters to be on their way at each
    world.behave(latency=0.15)
    chance = dice(1)
    world.work(workers=2)
    eventually(lambda: world.accepted() >= SIZE, world)

    for number in count(1):
        threading.Event().wait(chance.uniform(0.1, 1.5))
        running = world.workers()
        kill(*chance.sample(running, k=min(len(running), chance.choice([1, 1, 2]))))
        world.let_leases_end()
        if number >= KILLS:
            break
        if number % 4 == 0:  # a group gives up a child that ends too often
            world.rest()
            world.work(workers=2)
        before = world.accepted()
        eventually(lambda before=before: world.accepted() > before or world.is_settled(launched), world)
    eventually(lambda: world.is_settled(launched), world, seconds=600)

    found = claim(launched.mailing)
    assert (found.skipped, found.doubled, found.ambiguous) == (0, 0, 0)
    assert world.states(launched) == {"accepted": len(launched.deliveries)}


@pytest.mark.slow
def test_what_a_killed_worker_may_have_sent_over_smtp_is_listed_and_never_sent_again(
    world: World, post_office: PostOffice, record_property: Callable[[str, object], None]
) -> None:
    """R-01 with a provider that knows no keys: each letter in doubt is one that was on its way at a kill."""
    kills = rounds(2, 20)
    post_office.slowness = 0.1
    launched = world.launch(max(200, kills * 100), size=10, provider="smtp")
    addresses = world.addresses_of(launched)
    in_flight = 0
    world.work(workers=2)

    for number in range(kills):
        before = len(post_office.letters)
        eventually(lambda before=before: len(post_office.letters) > before + 5, world)
        kill(*world.workers())
        in_flight += world.states(launched).get("claimed", 0)
        world.let_leases_end()
        if number % 2:
            world.rest()
            world.work(workers=2)
    eventually(lambda: world.is_settled(launched), world, seconds=600)

    got = Counter(address for address, _letter in post_office.letters)
    states = states_of(launched.mailing)
    sent = {addresses[one] for one, state in states.items() if state == "accepted"}
    doubtful = {addresses[one] for one, state in states.items() if state == "ambiguous"}
    found = Account(len(states), len(sent - got.keys()), sum(n > 1 for n in got.values()), len(doubtful))
    record_property(CLAIM, astuple(found))
    assert (found.skipped, found.doubled) == (0, 0)
    assert sent | doubtful == set(addresses.values())
    assert 0 < len(doubtful) <= in_flight


def test_a_batch_whose_worker_is_killed_before_the_request_is_planned_again_and_sent_once(
    world: World, claim: Claim
) -> None:
    """R-02: kill -9 between the commit of the claim and the request."""
    launched = world.launch(10, size=5)
    claimer = subprocess.Popen(
        [sys.executable, "-c", CLAIMS_AND_WAITS],
        env=os.environ | world.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert claimer.stdout is not None
    assert claimer.stdout.readline() == "claimed\n"
    claimer.kill()
    claimer.communicate()
    assert world.states(launched) == {"claimed": 5, "planned": 5}

    world.let_leases_end()
    world.work(workers=1)
    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(10, 0, 0, 0)
    assert world.states(launched) == {"accepted": 10}


@pytest.mark.slow
def test_a_deploy_in_the_middle_finishes_what_is_on_its_way_and_leaves_nothing_in_doubt(
    world: World, claim: Claim, record_property: Callable[[str, object], None]
) -> None:
    """R-24: SIGTERM while sending; the rest stays planned."""
    launched = world.launch(DEPLOYS * 32 * 10, size=10)
    world.behave(latency=1)
    longest = 0.0

    for _deploy in range(DEPLOYS):
        before = world.accepted()
        world.work(workers=2)
        eventually(lambda before=before: world.accepted() > before, world)
        began = time.monotonic()
        world.rest()
        longest = max(longest, time.monotonic() - began)
        assert world.states(launched).keys() <= {"accepted", "planned"}
    record_property("slowest stop of a deploy", f"{longest:.1f} s")

    assert world.states(launched).get("planned", 0) > 0
    world.behave()
    world.work(workers=2)
    eventually(lambda: world.is_settled(launched), world)
    assert claim(launched.mailing) == Account(len(launched.deliveries), 0, 0, 0)


CLAIMS_AND_WAITS = """
import time
from outreach.delivery import ledger
from outreach.foundation.database import transaction
with transaction() as session:
    assert ledger.claim(session)
print("claimed", flush=True)
time.sleep(60)
"""
