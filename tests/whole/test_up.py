"""`outreach up` runs everything, keeps it running, and takes everything with it when it stops."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.whole.commands import HOST, Command, free_port, until

pytestmark = pytest.mark.xdist_group("up")

PATIENCE = 240  # seconds; a quiet machine needs ten
ROLES = {"web": "uvicorn", "worker": "worker", "scheduler": "beat", "sandbox": "outreach.sandbox"}


@dataclass(frozen=True)
class Up:
    """A running `outreach up` on ports of its own."""

    command: Command
    port: int
    sandbox_port: int

    def get(self, path: str) -> httpx.Response:
        """Ask the web app."""
        return httpx.get(f"http://{HOST}:{self.port}{path}", timeout=20, trust_env=False)

    def answers(self, path: str) -> bool:
        """Tell whether an address is answered with 200."""
        try:
            return self.get(path).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that runs, with two workers, for all of these stories; asked to stop at the end."""
    folder, port, sandbox_port = tmp_path_factory.mktemp("up"), free_port(), free_port()
    words = ("up", "--port", port, "--sandbox-port", sandbox_port, "--workers", 2)
    command = Command(*words, folder=folder, home=folder / "home")
    try:
        command.wait_for("Outreach is running", seconds=PATIENCE)
        yield Up(command, port, sandbox_port)
    finally:
        command.stop()


def test_it_serves_pages_and_runs_workers_a_scheduler_and_the_sandbox(up: Up) -> None:
    until(lambda: up.answers("/readyz"), seconds=PATIENCE, what=up.command.everything)

    assert up.get("/healthz").text == "ok"
    assert set(up.get("/readyz").json().values()) == {"ok"}
    assert up.get("/sign-in").status_code == 200
    assert httpx.get(f"http://{HOST}:{up.sandbox_port}/healthz", trust_env=False).status_code == 200
    assert all(up.command.child(word).is_running() for word in ROLES.values())
    assert {"worker-1", "worker-2", "web", "scheduler", "sandbox"} >= _prefixes(up.command.said)


def test_a_web_server_that_was_killed_comes_back(up: Up) -> None:
    until(lambda: up.answers("/readyz"), seconds=PATIENCE)
    killed = up.command.child("uvicorn")

    killed.kill()
    until(lambda: up.answers("/healthz"), seconds=PATIENCE, what=up.command.everything)

    assert up.command.child("uvicorn").pid != killed.pid
    assert "ended by SIGKILL; starting it again" in up.command.said


def test_sigterm_stops_every_process_that_it_started(up: Up) -> None:  # the last here: nothing runs after it
    family = [psutil.Process(up.command.process.pid), *up.command.children]
    family += [one for one in psutil.process_iter() if _belongs_to(one, up.command.folder / "home")]

    status = up.command.stop(signal.SIGTERM)

    _gone, alive = psutil.wait_procs(family, timeout=30)
    assert (status, alive, up.command.complained) == (0, [], "")


def _prefixes(said: str) -> set[str]:
    return {line.partition("|")[0].strip() for line in said.splitlines() if "|" in line}


def _belongs_to(process: psutil.Process, home: Path) -> bool:
    """Tell whether a process, such as an embedded server, works in a home folder."""
    try:
        return any(str(home) in word for word in process.cmdline()) and process.pid != os.getpid()
    except psutil.Error:
        return False
