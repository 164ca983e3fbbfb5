"""How many recipients a second leave, from launch to the last settled row, against the same bodies posted bare."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import psutil
from sqlalchemy import text
from sqlmodel import Session

from benchmarks import bare
from benchmarks.figures import RUNS, Figure, against
from benchmarks.world import campaign, launch, senders, world
from outreach.campaigns.models import Campaign
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until

WORKERS = 2


@dataclass(frozen=True)
class Sent:
    """What a campaign took."""

    rate: float  # recipients a second, launch and all
    pace: float  # the same without the launch
    wal: float  # bytes a recipient
    memory: float  # MB of the largest worker process


def hundred_thousand() -> list[Figure]:
    """Measure 100,000 recipients through the batch API, their workers' memory and their WAL."""
    runs = [_beside_bare(100_000) for _number in range(RUNS)]
    return [
        against("send.batch.100k", "recipients/s", [(sent.rate, beside) for sent, beside in runs]),
        Figure("send.rss", max(sent.memory for sent, _beside in runs), "MB"),
        Figure("send.wal", median(sent.wal for sent, _beside in runs), "bytes a recipient"),
    ]


def million() -> list[Figure]:
    """Measure 1,000,000 recipients through the batch API."""
    runs = [_beside_bare(1_000_000) for _number in range(RUNS)]
    return [against("send.batch.1m", "recipients/s", [(sent.rate, beside) for sent, beside in runs])]


def send(
    one: Campaign, recipients: int, group: Group, *, change: Callable[[Session], None] = lambda _session: None
) -> Sent:
    """Launch a campaign, `change` it before anybody sees it, and wait for its last row."""
    peak = 0

    def is_settled() -> bool:
        nonlocal peak
        peak = max(peak, _largest(group))
        with transaction() as session:
            waits = text("SELECT EXISTS (SELECT 1 FROM batch WHERE mailing_id = :one AND state <> 'settled')")
            return not session.execute(waits, {"one": one.id}).scalar_one()

    before, started = _wal(), time.perf_counter()
    with transaction() as session:
        launch(session, one)
        change(session)
    launched = time.perf_counter()
    wait_until(is_settled, seconds=1800)
    over = time.perf_counter()
    group.check()
    return Sent(
        recipients / (over - started), recipients / (over - launched), (_wal() - before) / recipients, peak / 1e6
    )


def _beside_bare(recipients: int) -> tuple[Sent, float]:
    with world(recipients), senders(WORKERS) as group:
        beside = bare.batches(recipients, processes=WORKERS)
        return send(campaign(), recipients, group), beside


def _largest(group: Group) -> int:
    workers = [psutil.Process(pid) for name, pid in group.pids.items() if name.startswith("worker")]
    return max((one.memory_info().rss for worker in workers for one in worker.children()), default=0)


def _wal() -> float:
    with transaction() as session:
        return float(session.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one())


FIGURES: dict[str, Callable[[], list[Figure]]] = {
    "send.batch.100k": hundred_thousand,
    "send.rss": hundred_thousand,
    "send.wal": hundred_thousand,
    "send.batch.1m": million,
}
