"""A real worker takes a file in; one that is killed in the middle leaves nothing half-done and nobody doubled."""

import os
import signal
from collections.abc import Iterator
from io import StringIO

import pytest
from sqlalchemy import text

from outreach.cli.running import worker_command
from outreach.foundation import embedded, jobs
from outreach.foundation.database import transaction
from outreach.foundation.processes import Group, wait_until
from outreach.intake import asking, working
from outreach.intake.models import ImportState
from tests.intake import lists

PEOPLE = 100_000


@pytest.fixture
def worker(database: embedded.Addresses) -> Iterator[Group]:
    """A worker process; started again when it ends."""
    environment = database.environment() | {"OUTREACH_HOME": os.environ["OUTREACH_HOME"]}
    group = Group(environment=environment, output=StringIO())
    group.add("worker", worker_command())
    with group:
        yield group
    jobs.celery().close()


@pytest.mark.slow
def test_a_worker_that_is_killed_in_the_middle_is_succeeded_by_another(worker: Group) -> None:
    number = lists.examined(lists.written(["email"], *[[f"p{n}@x.example"] for n in range(PEOPLE)]))
    with transaction() as session:
        asking.check(session, asking.get(session, number, lock=True), lists.FAIR)
    assert wait_until(lambda: lists.standing(number).state is ImportState.CHECKED, seconds=300)
    with transaction() as session:
        asking.apply(session, asking.get(session, number, lock=True), by=lists.OFFICER)

    assert wait_until(lambda: lists.standing(number).done > 0, seconds=120)
    before = worker.pids["worker"]
    os.killpg(before, signal.SIGKILL)
    assert wait_until(lambda: worker.pids.get("worker", before) != before, seconds=120)
    with transaction() as session:  # its message died with it; the tick finds the work once nobody has touched it
        session.execute(text("UPDATE contact_import SET touched_at = touched_at - interval '1 minute'"))
        working.ring_for_stalled(session)
    assert wait_until(lambda: lists.standing(number).state is ImportState.APPLIED, seconds=300)

    assert lists.verdicts(number) == {"new": PEOPLE}
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact")).scalar_one() == PEOPLE
