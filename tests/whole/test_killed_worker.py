"""A worker that is killed in the middle of sending loses nobody and doubles nobody."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from sqlalchemy import text

from outreach.cli import running
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group
from tests.sandbox.peer import API_KEY, Peer
from tests.whole import crowd
from tests.whole.commands import until

CROWD = 3000
PATIENCE = 180  # seconds


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Peer]:
    """A provider that takes a moment for each call."""
    peer = Peer(tmp_path / "sandbox")
    peer.http.put("/v1/behaviour", json={"latency": 0.1, "events": False}).raise_for_status()
    yield peer
    peer.stop()


@pytest.fixture
def workers(database: embedded.Addresses, sandbox: Peer, tmp_path: Path) -> Iterator[Group]:
    """Two workers and a scheduler, as `outreach up` runs them; not started yet."""
    with (tmp_path / "log").open("w") as log:
        environment = {"OUTREACH_SANDBOX_BASE_URL": sandbox.url.rstrip("/"), "OUTREACH_SANDBOX_API_KEY": API_KEY}
        group = Group(environment=environment, output=log)
        group.add("worker", running.worker_command(), copies=2)
        group.add("scheduler", running.scheduler_command())
        yield group
        group.stop()


def test_nobody_is_lost_or_doubled_when_workers_are_killed_in_the_middle(workers: Group, sandbox: Peer) -> None:
    campaign = crowd.launch_to(CROWD)

    workers.start()
    until(lambda: sandbox.count()["accepted"] > CROWD / 10, seconds=PATIENCE)
    sandbox.http.put("/v1/faults", json=[{"kind": "timeout_after", "count": 2, "seconds": 60}]).raise_for_status()
    until(lambda: sandbox.http.get("/v1/faults").json() == [] and _unsettled(campaign, sandbox), seconds=PATIENCE)
    _kill(workers)  # while the provider has letters that the ledger does not know of
    taken_before = sandbox.count()["accepted"]
    until(lambda: sandbox.count()["accepted"] > taken_before + CROWD / 10, seconds=PATIENCE)
    sandbox.http.put("/v1/behaviour", json={"latency": 1, "events": False}).raise_for_status()
    until(lambda: _claimed(campaign) == 2, seconds=PATIENCE)
    _kill(workers)  # while letters are on their way to the provider
    sandbox.http.put("/v1/behaviour", json={"events": False}).raise_for_status()
    until(lambda: _states(campaign).keys() <= {"accepted"}, seconds=PATIENCE, what=lambda: str(_states(campaign)))

    count = sandbox.count()
    assert _states(campaign) == {"accepted": CROWD}
    assert (count["accepted"], count["recipients"], count["duplicates"]) == (CROWD, CROWD, 0)
    assert _message_ids(campaign) == {one["id"]: one["message_id"] for one in _everything(sandbox)}


def _kill(workers: Group) -> None:
    """Kill every process of both workers at once, and let the leases of what they held be over."""
    pids = [pid for name, pid in workers.pids.items() if name.startswith("worker")]
    family = [one for pid in pids for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
    for one in family:
        one.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    with transaction() as session:
        aged = session.execute(_AGE_LEASES)
    assert aged.rowcount > 0  # type: ignore[attr-defined] # an UPDATE's result counts its rows


def _unsettled(campaign: UUID, sandbox: Peer) -> bool:
    """Tell whether the provider has letters that nobody has written down as accepted."""
    return bool(sandbox.count()["accepted"] > _states(campaign)["accepted"] and _claimed(campaign) == 2)


def _claimed(campaign: UUID) -> int:
    with transaction() as session:
        return int(session.execute(_CLAIMED, {"id": campaign}).scalar_one())


def _states(campaign: UUID) -> Counter[str]:
    states = text("SELECT state, count(*) FROM delivery WHERE mailing_id = :id GROUP BY state")
    with transaction() as session:
        return Counter({row[0]: row[1] for row in session.execute(states, {"id": campaign})})


def _message_ids(campaign: UUID) -> dict[str, str]:
    ids = text("SELECT id, provider_message_id FROM delivery WHERE mailing_id = :id")
    with transaction() as session:
        return {str(row[0]): row[1] for row in session.execute(ids, {"id": campaign})}


def _everything(sandbox: Peer) -> Iterator[dict[str, str]]:
    after = 0
    while page := sandbox.http.get("/v1/messages", params={"after": after, "limit": 1000}).json():
        yield from page
        after = page[-1]["n"]


_AGE_LEASES = text("UPDATE batch SET lease_until = now() - interval '1 second' WHERE state = 'claimed'")
_CLAIMED = text(
    """
    SELECT count(*) FROM batch
    WHERE mailing_id = :id AND state = 'claimed' AND request_started_at IS NOT NULL
    """
)
