"""Fixtures: a sandbox provider in a process of its own, a worker, and an SMTP server with a script."""

import os
from collections.abc import Iterator
from io import StringIO

import pytest

from outreach.cli.running import worker_command
from outreach.delivery import providers
from outreach.foundation import embedded, http, jobs, settings
from outreach.foundation.processes import Group
from tests.delivery.post_office import PostOffice
from tests.sandbox.peer import API_KEY, WEBHOOK_KEY, Peer


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    peer = Peer(tmp_path_factory.mktemp("mailbox"))
    yield peer
    assert peer.stop() == 0


@pytest.fixture
def mailbox(_running: Peer, database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """An empty sandbox that the product is set to use, and an empty database."""
    _running.reset()
    monkeypatch.setenv("OUTREACH_SANDBOX_BASE_URL", _running.url)
    monkeypatch.setenv("OUTREACH_SANDBOX_API_KEY", API_KEY)
    monkeypatch.setenv("OUTREACH_SANDBOX_WEBHOOK_KEY", WEBHOOK_KEY)
    _read_settings_again()
    yield _running
    http.close()
    monkeypatch.undo()
    _read_settings_again()


@pytest.fixture
def worker(mailbox: Peer, database: embedded.Addresses) -> Iterator[Group]:
    """A worker process; started again when it ends."""
    environment = database.environment() | {
        "OUTREACH_SANDBOX_BASE_URL": mailbox.url,
        "OUTREACH_SANDBOX_API_KEY": API_KEY,
        "OUTREACH_HOME": os.environ["OUTREACH_HOME"],
    }
    group = Group(environment=environment, output=StringIO())
    group.add("worker", worker_command())
    with group:
        yield group
    jobs.celery().close()


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """An SMTP server that answers as it is told."""
    with PostOffice.open() as office:
        yield office
    http.close()


def _read_settings_again() -> None:
    settings.settings.cache_clear()
    providers.load.cache_clear()
