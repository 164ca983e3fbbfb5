"""What every story stands on: one embedded server pair per run, a database of its own per test process.

`session` is a session whose work is rolled back; `database` is for stories that commit, and is emptied around them.
Where OUTREACH_DATABASE_URL and OUTREACH_REDIS_URL are set, those servers are used instead. `demo` is one demo for the
whole run, in a home of its own; whoever uses it stands in the xdist group "demo".
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlmodel import Session

from outreach.foundation import database as own
from outreach.foundation import embedded, redis, schema
from outreach.foundation import settings as given
from outreach.foundation.embedded import databases
from outreach.foundation.settings import settings
from tests import emptying
from tests.delivery import zones
from tests.delivery.name_server import NameServer
from tests.whole import demo as demos
from tests.whole.demo import Demo

HOME = "HOME_OF_TEST_SERVERS"
CLAIM = "claim"  # a story's account of a mailing: recipients, skipped, doubled, ambiguous


def pytest_configure(config: pytest.Config) -> None:
    """Make the servers' home once per run, for all of its processes."""
    if not hasattr(config, "workerinput"):
        # Not below pytest's own folder: every pytest that starts closes that one to the account that servers run under.
        os.environ[HOME] = tempfile.mkdtemp(prefix="outreach-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the servers' home; the last process to leave has stopped them."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(HOME), ignore_errors=True)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Addresses]:
    """Hold the servers, with a migrated database and a Redis database of this test process."""
    configured = given.settings()
    if configured.database_url and configured.redis_url:
        addresses = embedded.Addresses(configured.database_url, configured.redis_url)
        lease = None
    else:
        lease = embedded.lease(Path(os.environ[HOME]))
        addresses = embedded.Addresses(lease.database_url, lease.redis_url)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    name = f"outreach_test_{worker}_{os.getpid()}"
    database_url = databases.create(addresses.database_url, name)
    redis_url = make_url(addresses.redis_url).set(database=str(1 + int(worker.removeprefix("gw")) % 15))
    mine = embedded.Addresses(database_url, redis_url.render_as_string(hide_password=False))
    os.environ.update(
        mine.environment(),
        OUTREACH_HOME=str(tmp_path_factory.mktemp("home")),
        OUTREACH_SECRET_KEY="a key for tests only, long enough to be taken",
        OUTREACH_TRACKING="consented",
    )
    settings.cache_clear()
    given.secret_keys.cache_clear()
    schema.upgrade()
    yield mine
    own.dispose()
    databases.drop(addresses.database_url, name)
    if lease:
        lease.release()


@pytest.fixture
def session(servers: embedded.Addresses) -> Iterator[Session]:
    """Give a session; whatever the story does is rolled back."""
    with own.engine().connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as one:
            yield one
        outer.rollback()


@pytest.fixture
def database(servers: embedded.Addresses) -> Iterator[embedded.Addresses]:
    """Give servers that other processes may use too; emptied before and after, the six topics in place."""
    _empty()
    yield servers
    _empty()


@pytest.fixture
def inbound(servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let letters be left by mail, and give the address."""
    monkeypatch.setenv("OUTREACH_INBOUND_ADDRESS", "unsubscribe@brev.csr-centre.example")
    settings.cache_clear()
    yield "unsubscribe@brev.csr-centre.example"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="session")
def _names() -> Iterator[NameServer]:
    with NameServer.open() as server:
        yield server


@pytest.fixture
def names(_names: NameServer) -> NameServer:
    """Give a name server that knows nothing yet."""
    _names.reset()
    return _names


@pytest.fixture
def zone(names: NameServer, database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Give a name server that the product is set to ask, with a sender's domain in order."""
    zones.in_order(names)
    monkeypatch.setenv("OUTREACH_DNS_SERVERS", names.address)
    settings.cache_clear()
    yield names
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo and leave it running to the end of the test run."""
    with demos.running(tmp_path_factory.mktemp("demo")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what stories measured with `record_property`, figures to look at and not to judge; and the claim."""
    reports = [one for found in terminalreporter.stats.values() for one in found if getattr(one, "when", "") == "call"]
    figures = [figure for one in reports for figure in one.user_properties]
    accounts = [account for name, account in figures if name == CLAIM]
    shown = [f"{name}: {value}" for name, value in figures if name != CLAIM]
    if accounts:
        together = [sum(numbers) for numbers in zip(*accounts, strict=True)]
        shown.append(
            "In {} mailings with faults: {:,} recipients, skipped {}, doubled {}, ambiguous {}, each listed".format(
                len(accounts), *together
            )
        )
    if shown:
        terminalreporter.section("figures")
        for line in shown:
            terminalreporter.write_line(line)


def _empty() -> None:
    redis.client().flushdb()
    (settings().home / "erasures").unlink(missing_ok=True)
    emptying.empty()
