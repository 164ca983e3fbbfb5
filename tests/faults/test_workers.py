"""Celery as it is set up: its settings, its timetable, a worker that falls silent, workers on several hosts."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from outreach.cli import running
from outreach.foundation import jobs
from outreach.foundation.processes import Group, Pulse
from tests.faults.world import Account, Claim, World, eventually, kill, rounds
from tests.whole.commands import OUTREACH
from workers.schedule import ENOUGH, TIMETABLE, Scheduler

CROWD = rounds(400, 4000)
SILENT = 25  # seconds; the product waits 120


def test_celery_forgets_no_message_on_time_out_and_works_on_none_twice() -> None:
    held = jobs.celery().conf

    expected = {
        "task_acks_late": False,
        "task_ignore_result": True,
        "result_backend": None,
        "worker_disable_prefetch": True,
        "worker_prefetch_multiplier": 1,
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        "timezone": "UTC",
        "task_time_limit": 120,
        "task_soft_time_limit": 90,
        "worker_max_tasks_per_child": 500,
        "worker_soft_shutdown_timeout": 30,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
    }
    assert {name: held[name] for name in expected} == expected
    assert held.broker_transport_options == {
        "visibility_timeout": 600,
        "health_check_interval": 25,
        "socket_keepalive": True,
        "socket_connect_timeout": 5,
        "retry_on_timeout": True,
        "global_keyprefix": "outreach:",
    }


def test_every_queue_has_a_tick_of_seconds_and_no_tick_has_a_time_of_day() -> None:
    beats: dict[str, list[float]] = {}
    for entry in TIMETABLE.values():
        beats.setdefault(entry["options"]["queue"], []).append(entry["schedule"])

    assert beats.keys() == set(running.QUEUES.split(","))
    assert all(0 < min(seconds) <= 10 and max(seconds) <= 60 for seconds in beats.values())


def test_ticks_do_not_fill_redis_while_nobody_listens(world: World) -> None:
    scheduler = Scheduler(app=world.celery, lazy=True)
    entry = scheduler.Entry(**dict(TIMETABLE["store opens and clicks"]), app=scheduler.app)

    for _second in range(ENOUGH + 20):
        scheduler.apply_entry(entry, producer=scheduler.producer)

    assert world.redis.llen("outreach:tracking") == ENOUGH
    scheduler.close()


@pytest.mark.slow
def test_a_worker_that_lives_but_does_nothing_is_started_again(world: World, claim: Claim) -> None:
    """R-05, the rest of it: its place is taken while the others go on."""
    with (world.folder / "log").open("a") as log:
        group = Group(environment=world.environment, output=log, grace=2)
        group.add("worker", running.worker_command(), copies=2, pulse=Pulse(running.silence_of_worker, SILENT, pause=1))
        group.add("scheduler", running.scheduler_command())
        with group:
            eventually(lambda: all(silence_of(name) < SILENT for name in ("worker-1", "worker-2")), world)
            deaf = group.pids["worker-1"]
            for one in (psutil.Process(deaf), *psutil.Process(deaf).children(recursive=True)):
                os.kill(one.pid, signal.SIGSTOP)
            launched = world.launch(100, size=10)

            eventually(lambda: group.pids.get("worker-1", deaf) != deaf, world)
            eventually(lambda: silence_of("worker-1") < SILENT, world)
            world.let_leases_end()
            eventually(lambda: world.is_settled(launched), world)

    assert f"worker-1  | was not heard for {SILENT} seconds: it is ended" in world.log()
    assert claim(launched.mailing) == Account(100, 0, 0, 0)


@pytest.mark.slow
def test_the_worker_command_keeps_its_worker_alive_and_ends_with_it(world: World, tmp_path: Path) -> None:
    """`outreach worker` is the supervisor of one host; its lines are the worker's own, for a collector of logs."""
    with (tmp_path / "log").open("wb") as log:
        command = subprocess.Popen(
            [str(OUTREACH), "worker", "--concurrency", "1"],
            env=os.environ | world.environment | {"OUTREACH_LOG_FORMAT": "json"},
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: "ready" in (tmp_path / "log").read_text(), world)
        first = celery_below(command.pid)
        kill(first.pid)
        eventually(lambda: (tmp_path / "log").read_text().count("ready") == 2, world)
        family = psutil.Process(command.pid).children(recursive=True)

        command.terminate()

        assert command.wait(timeout=60) == 0
        assert not psutil.wait_procs(family, timeout=10)[1]
    finally:
        kill(command.pid)
    lines = (tmp_path / "log").read_text().splitlines()
    assert any(line.startswith("{") and "ready" in line for line in lines)
    assert any("was ended by SIGKILL; starting it again" in line for line in lines)


@pytest.mark.slow
def test_two_groups_of_workers_share_nothing_but_postgresql_and_redis(
    world: World, claim: Claim, tmp_path: Path
) -> None:
    """Workers on two hosts: homes and names of their own; when one host is gone the other ends the work."""
    launched = world.launch(CROWD, size=10)
    world.behave(latency=0.2)
    groups = {}
    with (world.folder / "log").open("a") as log:
        for host in ("north", "south"):
            own = world.environment | {"OUTREACH_HOME": str(tmp_path / host)}
            groups[host] = Group(environment=own, output=log, grace=running.GRACE)
            groups[host].add(host, running.worker_command())
            groups[host].add(f"{host}-scheduler", running.scheduler_command())
            groups[host].start()
        try:
            eventually(lambda: max(map(silence_of, groups)) < 60, world)
            eventually(lambda: all(f"{host} " in sent(world) for host in groups), world)
            kill(*groups["south"].pids.values())
            groups["south"].stop()
            world.let_leases_end()
            eventually(lambda: world.is_settled(launched), world)
        finally:
            for group in groups.values():
                group.stop()

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)
    written = {host: {one.name for one in (tmp_path / host).iterdir()} for host in groups}
    assert written == {"north": {"requests"}, "south": {"requests"}}


def silence_of(name: str) -> float:
    """Return the seconds since a worker of a group was heard."""
    silence = running.silence_of_worker(name)
    return float("inf") if silence is None else silence


def sent(world: World) -> str:
    """Return the lines of the log in which a batch was sent."""
    return "\n".join(line for line in world.log().splitlines() if "batch_sent" in line)


def celery_below(pid: int) -> psutil.Process:
    """Return the worker that a supervisor runs."""
    (found,) = [one for one in psutil.Process(pid).children() if "celery" in one.cmdline()]
    return found
