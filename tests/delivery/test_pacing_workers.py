"""Two real workers and a scheduler: caps hold through a kill and an emptied Redis, and what is urgent overtakes."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from sqlalchemy import text

from outreach.cli.running import scheduler_command, worker_command
from outreach.delivery import ledger
from outreach.delivery.models import HoldKind, Scope, Stream
from outreach.delivery.pacing import caps, holds
from outreach.delivery.pacing.caps import Window
from outreach.delivery.pacing.defaults import Limits
from outreach.foundation import embedded, jobs, redis
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until
from tests.delivery import world
from tests.delivery.clockwork import most_within, pass_time
from tests.sandbox.peer import API_KEY, Peer

pytestmark = pytest.mark.slow  # each story starts three processes


@pytest.fixture
def workers(mailbox: Peer, database: embedded.Addresses) -> Iterator[Group]:
    """Two workers and a scheduler; started again when they end."""
    environment = database.environment() | {
        "OUTREACH_SANDBOX_BASE_URL": mailbox.url,
        "OUTREACH_SANDBOX_API_KEY": API_KEY,
        "OUTREACH_HOME": os.environ["OUTREACH_HOME"],
    }
    group = Group(environment=environment, output=StringIO())
    group.add("worker", worker_command(), copies=2)
    group.add("scheduler", scheduler_command())
    with group:
        yield group
    jobs.celery().close()


def launch(*addresses: str, **how: object) -> world.Launched:
    with transaction() as session:
        launched = world.launch(session, addresses=addresses, in_turn=True, **how)  # type: ignore[arg-type] # passed on
        jobs.nudge(session, ledger.SEND)
    return launched


def readers(number: int, domain: str) -> list[str]:
    return [f"reader{one}@{domain}" for one in range(1, number + 1)]


def eventually(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, seconds=180)


def accepted(mailbox: Peer) -> Counter[str]:
    """Count what the provider took, by domain."""
    return Counter(one["email"].partition("@")[2] for one in mailbox.http.get("/v1/messages").json())


def number(query: str, **values: object) -> int:
    with transaction() as session:
        return int(session.execute(text(query), values).scalar_one())


def test_a_capped_domain_gets_no_letter_too_many_and_the_others_all(mailbox: Peer, workers: Group) -> None:
    with transaction() as session:
        caps.set_limits(session, Scope.LANE, "qq.com", Limits(per_hour=50))
    launch(*readers(120, "qq.com"), *readers(300, "company.example"), size=25)

    # The others finish; a newsletter may fill 40 of the 50.
    eventually(lambda: accepted(mailbox) == {"qq.com": 40, "company.example": 300})

    redis.client().flushdb()
    for name, pid in list(workers.pids.items()):
        if name.startswith("worker"):
            os.killpg(pid, signal.SIGKILL)
    with transaction() as session:
        session.execute(text("DELETE FROM hold"))  # so that they have to ask again
    eventually(lambda: number("SELECT count(*) FROM hold WHERE kind = 'full'") == 1)
    assert accepted(mailbox)["qq.com"] == 40

    # A release to the same domain has room of its own.
    launch(*readers(5, "qq.com"), stream=Stream.PRESS)
    eventually(lambda: accepted(mailbox)["qq.com"] == 45)

    with transaction() as session:
        pass_time(session, Window.HOUR.value + 5)
        jobs.nudge(session, ledger.SEND)
    eventually(lambda: accepted(mailbox)["qq.com"] == 85)
    with transaction() as session:
        assert most_within(session, 3600, lane="qq.com") == 45
    assert mailbox.count()["duplicates"] == 0


def test_a_provider_that_says_when_is_asked_by_nobody_until_then(mailbox: Peer, workers: Group) -> None:
    mailbox.http.put("/v1/behaviour", json={"delivered_after": 0, "latency": 0.05}).raise_for_status()
    launched = launch(*readers(400, "company.example"), size=5)
    eventually(lambda: mailbox.count()["accepted"] >= 20)
    mailbox.http.put("/v1/faults", json=[{"kind": "429", "count": 1, "retry_after": 4}]).raise_for_status()

    eventually(lambda: number("SELECT count(*) FROM hold WHERE kind = 'told'") == 1)
    with transaction() as session:
        (told,) = [one for one in holds.current(session) if one.kind is HoldKind.TOLD]
    eventually(lambda: number("SELECT count(*) FROM delivery WHERE state = 'accepted'") == 400)

    began = "SELECT count(*) FROM batch WHERE request_started_at > :since AND request_started_at < :until"
    assert number(began, since=told.since, until=told.until) == 0
    assert mailbox.count()["accepted"] == 400 == len(launched.deliveries)
    assert mailbox.count()["duplicates"] == 0


def test_a_release_overtakes_a_large_newsletter(mailbox: Peer, workers: Group) -> None:
    mailbox.http.put("/v1/behaviour", json={"delivered_after": 0, "latency": 0.2}).raise_for_status()
    newsletter = launch(*readers(2000, "company.example"), size=25)
    eventually(lambda: mailbox.count()["accepted"] >= 50)

    release = launch(*readers(100, "paper.example"), size=25, stream=Stream.PRESS)
    eventually(lambda: accepted(mailbox)["paper.example"] == 100)

    # Only what workers had claimed before they saw it went before its last batch.
    overtaken = """
        SELECT count(*) FROM batch
        WHERE mailing_id = :newsletter
            AND request_started_at > (SELECT created_at FROM mailing WHERE id = :release)
            AND request_started_at < (SELECT max(request_started_at) FROM batch WHERE mailing_id = :release)
    """
    assert number(overtaken, newsletter=newsletter.mailing, release=release.mailing) <= 2
    assert accepted(mailbox)["company.example"] < 2000
