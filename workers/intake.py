"""Files of contacts: a few steps at a time, so that everything else gets its turn."""

import time
from typing import Final
from uuid import UUID

from outreach.foundation import jobs
from outreach.foundation.database import transaction
from outreach.intake import domains, working
from outreach.intake.asking import WORK
from outreach.intake.working import TICK

TURN: Final = 5.0  # seconds


def work(import_id: str) -> None:
    """Go on with one import; what is left after a turn is rung for again."""
    began = time.monotonic()
    more = True
    while more and time.monotonic() - began < TURN:
        with transaction() as session:
            more = working.step(session, UUID(import_id))
    if more:
        jobs.ring(WORK, import_id)


def look(import_id: str) -> None:
    """Ask whether some domains of an import take mail; what is left is rung for again."""
    if domains.look(UUID(import_id)):
        jobs.ring(domains.LOOK, import_id)


def tick() -> None:
    """Find imports whose doorbell was lost, and forget what is over."""
    with transaction() as session:
        working.ring_for_stalled(session)
        working.tidy(session)


TASKS = ((WORK, work), (domains.LOOK, look), (TICK, tick))
