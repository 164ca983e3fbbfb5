"""A world to measure in: embedded servers of its own, the demo's newsletter, and as many contacts as are asked for."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from outreach.campaigns import launching, planning
from outreach.campaigns.models import Campaign
from outreach.cli import running
from outreach.cli.demo import loading
from outreach.content import approval, queries
from outreach.foundation import database, embedded, redis, schema
from outreach.foundation import settings as given
from outreach.foundation.database import transaction
from outreach.foundation.embedded import databases
from outreach.foundation.processes import Group
from outreach.foundation.settings import settings
from outreach.segments import rules

HOME = Path(__file__).parent / "out" / "home"
SINK_PORT = 8726
SINK = f"http://127.0.0.1:{SINK_PORT}"
PIECE = "ansvar-2026-04"

_number = count(1)


@contextmanager
def world(contacts: int) -> Iterator[None]:
    """Make an empty database with `contacts` subscribers in three languages, 60 % of whom are measured."""
    lease = _servers()
    name = f"world_{next(_number)}"
    own = embedded.Addresses(databases.create(lease.database_url, name), lease.redis_url)
    os.environ.update(
        own.environment(),
        OUTREACH_HOME=str(HOME),
        OUTREACH_TRACKING="consented",
        OUTREACH_SANDBOX_BASE_URL=SINK,
    )
    settings.cache_clear()
    given.secret_keys.cache_clear()
    redis.client().flushall()
    schema.upgrade()
    with transaction(owner=True) as session:
        for step in loading.steps(session, "not a secret, nobody signs in"):
            step()
        session.execute(text("TRUNCATE contact CASCADE"))
        session.execute(
            text(
                """
                INSERT INTO contact (id, email, address, given_name, family_name, native_name, latin_name, title,
                    language, organisation_id, country, time_zone, source)
                SELECT uuidv7(), 'reader' || n || '@example.com', 'reader' || n || '@example.com', 'Reader', 'No ' || n,
                    '', '', '', (ARRAY['sv', 'zh-Hans', 'en'])[1 + n % 3],
                    (SELECT id FROM organisation OFFSET n % 18 LIMIT 1), '', 'Europe/Stockholm', 'benchmark'
                FROM generate_series(1, :contacts) AS n
                """
            ),
            {"contacts": contacts},
        )
        session.execute(
            text(
                """
                INSERT INTO subscription (contact_id, topic_id, state)
                SELECT contact.id, topic.id, 'subscribed' FROM contact, topic WHERE topic.key = 'labour'
                """
            )
        )
        session.execute(
            text(
                "INSERT INTO tracking_choice (contact_id, given) "
                "SELECT id, true FROM contact WHERE hashtext(address) % 10 < 6"
            )
        )
    with transaction() as session:
        session.execute(text("ANALYZE"))
    try:
        yield
    finally:
        database.dispose()
        databases.drop(lease.database_url, name)


@contextmanager
def empty_database() -> Iterator[str]:
    """Make an empty database; gives its address as psycopg takes it."""
    lease = _servers()
    name = f"world_{next(_number)}"
    url = databases.create(lease.database_url, name)
    try:
        yield url.replace("+psycopg", "")
    finally:
        databases.drop(lease.database_url, name)


@cache
def _servers() -> embedded.Lease:
    """Start the servers once per run, in an empty home."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    return embedded.lease(HOME)


def campaign() -> Campaign:
    """Plan an approved campaign to everybody."""
    with transaction() as session:
        piece = queries.by_key(session, PIECE)
        approval.approve(session, piece, by="benchmark")
        everyone = rules.parse_text("everyone")
        return planning.create(session, piece, name="benchmark", include=everyone, by="benchmark")


def launch(session: Session, one: Campaign) -> int:
    """Launch a campaign; returns how many letters will leave."""
    return launching.launch(session, planning.get(session, str(one.id)), by="benchmark")


def senders(workers: int, *, seconds: float = 0, include: str = "") -> Group:
    """Set up so many worker processes and the sink, which takes some seconds for each call."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("OUTREACH_")}
    group = Group(environment=environment | {"SINK_SECONDS": str(seconds)}, output=(HOME / "senders.log").open("a"))
    group.add("sink", _SINK_COMMAND, ready=f"{SINK}/")
    group.add("worker", [*running.worker_command(), *(["--include", include] if include else [])], copies=workers)
    return group


_SINK_COMMAND = [
    *(sys.executable, "-m", "uvicorn", "benchmarks.sink:app", "--no-access-log", "--log-level", "warning"),
    *("--port", str(SINK_PORT)),
]
