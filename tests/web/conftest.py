"""The web application: in this process for pages, in a process of its own where servers fail around it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from outreach.app import create
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from tests.cable import Cable
from tests.web import office, sign_ups


@pytest.fixture
def client(database: embedded.Addresses) -> Iterator[TestClient]:
    """A visitor without a cookie who follows no redirect."""
    with TestClient(create(), base_url=settings().public_url, follow_redirects=False) as visitor:
        yield visitor


@pytest.fixture
def visitor(client: TestClient) -> TestClient:
    """A stranger, at an installation that can confirm what they sign up for."""
    with transaction() as session:
        sign_ups.add_sender(session)
    return client


@pytest.fixture
def centre(client: TestClient, tmp_path: Path) -> office.Office:
    """The centre on an ordinary day: an issue in two languages, and a few people."""
    return office.open_office(tmp_path)


@dataclass
class Served:
    """A running web process, the cables to its servers, and a visitor."""

    process: subprocess.Popen[bytes]
    visitor: httpx2.Client
    postgresql: Cable
    redis: Cable
    log: Path

    def wait_until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Wait for something that happens in another process."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)


@contextmanager
def serving(servers: embedded.Addresses) -> Iterator[Served]:
    """Run uvicorn with a cable to each server."""
    postgresql, database_url = Cable.to_postgresql(servers.database_url)
    redis, redis_url = Cable.to_redis(servers.redis_url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tempfile.TemporaryDirectory()
    log = Path(folder.name) / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--factory", "outreach.app:serve", "--port", str(port)),
                *("--no-access-log", "--no-proxy-headers", "--log-level", "warning"),
            ],
            env=os.environ | {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_REDIS_URL": redis_url},
            stderr=written,
        )
    visitor = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
    running = Served(process, visitor, postgresql, redis, log)
    try:
        running.wait_until(lambda: _answers(visitor), seconds=90)
        yield running
    finally:
        visitor.close()
        process.terminate()
        process.wait(timeout=20)
        postgresql.close()
        redis.close()
        folder.cleanup()


@pytest.fixture(scope="module")
def _running(servers: embedded.Addresses) -> Iterator[Served]:
    with serving(servers) as running:
        yield running


@pytest.fixture
def served(database: embedded.Addresses, _running: Served) -> Iterator[Served]:
    """A web process with its cables in place."""
    yield _running
    _running.postgresql.mend()
    _running.redis.mend()


def _answers(visitor: httpx2.Client) -> bool:
    try:
        return visitor.get("/healthz").status_code == 200
    except httpx2.HTTPError:
        return False
