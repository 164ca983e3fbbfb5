"""Workers that store are killed without warning, again and again; the count comes out exact."""

import os
import random
import signal
import subprocess
import sys
import time

from sqlalchemy import text

from outreach.foundation import embedded, redis, streams
from outreach.foundation.database import transaction
from outreach.tracking.ingest import STREAM
from tests import mailings

ENTRIES = 4_000
WORKER = """
from outreach.foundation.database import transaction
from outreach.tracking import storing
storing.PORTION = 37
print("ready", flush=True)
while True:
    with transaction() as session:
        storing.store(session)
    with transaction() as session:
        storing.trim(session)
"""


def test_every_entry_is_stored_once_however_often_a_worker_is_killed(database: embedded.Addresses) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    fields = {"delivery": sent["anna"].hex, "kind": "open", "actor": "human", "link": "", "ruleset": "1"}
    pipeline = redis.client().pipeline(transaction=False)
    for number in range(ENTRIES):  # the hour tells the entries apart
        pipeline.xadd(redis.PREFIX + STREAM, {**fields, "hour": str(400_000 + number)})
    pipeline.execute()

    killed = 0
    while streams.length(STREAM):
        workers = [_worker(), _worker()]
        time.sleep(random.uniform(0.02, 0.25))  # noqa: S311 - no secret
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)
            worker.communicate()
            killed += 1
        assert killed < 200

    with transaction() as session:
        stored = session.execute(
            text("SELECT count(*) AS events, count(DISTINCT hour) AS entries FROM tracking_event")
        ).one()
    assert (stored.events, stored.entries) == (ENTRIES, ENTRIES)
    assert killed >= 2


def _worker() -> subprocess.Popen[str]:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker
