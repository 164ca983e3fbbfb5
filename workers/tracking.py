"""Opens, clicks and providers' reports: from the streams to the tables, and what follows from them."""

from collections.abc import Callable

from sqlmodel import Session

from outreach.delivery import brakes, heartbeats
from outreach.foundation import jobs
from outreach.foundation.database import transaction
from outreach.tracking import reports, storing
from outreach.tracking.reports import APPLY
from outreach.tracking.storing import STORE


def store() -> None:
    """Store what came in at the tracking addresses, each entry once."""
    _until_empty(storing.store)
    with transaction() as session:
        storing.trim(session)
        heartbeats.beat(session, STORE.queue, jobs.worker())


def apply_reports() -> None:
    """Keep what providers reported, then apply it."""
    _until_empty(reports.keep)
    with transaction() as session:
        reports.trim(session)
    with transaction() as session:
        reports.apply(session)
    with transaction() as session:
        brakes.apply(session)


def _until_empty(take: Callable[[Session], int]) -> None:
    while True:
        with transaction() as session:
            if not take(session):
                return


TASKS = ((STORE, store), (APPLY, apply_reports))
