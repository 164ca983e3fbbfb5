"""Real workers: one that is killed in mid-send loses and doubles nobody, one that is told to stop finishes first."""

import os
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import text

from outreach.delivery import ledger, mending, sending
from outreach.foundation import jobs
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until
from tests.delivery import world
from tests.sandbox.peer import Peer

PEOPLE, SIZE = 60, 5


def launch() -> world.Launched:
    with transaction() as session:
        launched = world.launch(session, PEOPLE, size=SIZE)
        jobs.nudge(session, ledger.SEND)
    return launched


def eventually(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, seconds=60)


def states(launched: world.Launched) -> dict[str, int]:
    with transaction() as session:
        return world.states(session, launched)


def started() -> int:
    with transaction() as session:
        return int(
            session.execute(
                text("SELECT count(*) FROM batch WHERE state = 'claimed' AND request_started_at IS NOT NULL")
            ).scalar_one()
        )


def kill(group: Group) -> None:
    """Kill the worker with all its processes and wait for its successor."""
    before = group.pids["worker"]
    os.killpg(before, signal.SIGKILL)
    eventually(lambda: group.pids.get("worker", before) != before)


# One story, because a worker takes seconds to start.
@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nobody_and_one_that_is_told_to_stop_finishes_first(
    mailbox: Peer, worker: Group
) -> None:
    mailbox.http.put("/v1/faults", json=[{"kind": "timeout_after", "count": 1, "seconds": 60}]).raise_for_status()
    launched = launch()

    # The provider has taken the letters, and its answer is still to come.
    eventually(lambda: mailbox.count()["accepted"] == SIZE and started() == 1)
    kill(worker)
    assert states(launched) == {"claimed": SIZE, "planned": PEOPLE - SIZE}
    with transaction() as session:
        world.let_leases_end(session)
    mailbox.http.put("/v1/behaviour", json={"delivered_after": 0, "latency": 0.5}).raise_for_status()
    assert mending.sweep() == 1
    eventually(lambda: states(launched).get("accepted", 0) >= 2 * SIZE)
    worker.stop()

    stopped = states(launched)
    assert set(stopped) == {"accepted", "planned"}
    assert started() == 0
    mailbox.http.put("/v1/behaviour", json={"delivered_after": 0}).raise_for_status()
    while sending.send_next():
        pass
    assert states(launched) == {"accepted": PEOPLE}
    count = mailbox.count()
    assert (count["accepted"], count["recipients"], count["duplicates"]) == (PEOPLE, PEOPLE, 0)
