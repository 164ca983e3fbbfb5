"""Changes to many people: a few steps at a time, so that everything else gets its turn."""

import time
from typing import Final
from uuid import UUID

from outreach.bulk import working
from outreach.bulk.working import TICK, WORK
from outreach.foundation import jobs
from outreach.foundation.database import transaction

TURN: Final = 5.0  # seconds


def work(change_id: str) -> None:
    """Go on with one change; what is left after a turn is rung for again."""
    began = time.monotonic()
    more = True
    while more and time.monotonic() - began < TURN:
        with transaction() as session:
            more = working.step(session, UUID(change_id))
    if more:
        jobs.ring(WORK, change_id)


def tick() -> None:
    """Find changes whose doorbell was lost."""
    with transaction() as session:
        working.ring_for_stalled(session)


TASKS = ((WORK, work), (TICK, tick))
