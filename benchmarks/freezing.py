"""How long a launch to a million contacts takes, against one INSERT … SELECT of the rows that it makes."""

import time
from collections.abc import Callable

from sqlalchemy import text

from benchmarks.figures import RUNS, Figure, against
from benchmarks.world import campaign, launch, world
from outreach.foundation.database import transaction

CONTACTS = 1_000_000


def million() -> list[Figure]:
    """Measure the launch of a campaign to a million contacts."""
    pairs = []
    with world(CONTACTS):
        for _number in range(RUNS):
            started = time.perf_counter()
            with transaction() as session:
                launch(session, campaign())
                session.info.clear()  # nobody is there to be woken
            ours = time.perf_counter() - started
            pairs.append((CONTACTS / ours, CONTACTS / _bare()))
    return [against("freeze.1m", "contacts/s", pairs)]


def _bare() -> float:
    """Put the same rows into the emptied table again with one statement; then empty everything."""
    with transaction(owner=True) as session:
        session.execute(text("CREATE UNLOGGED TABLE same AS SELECT * FROM delivery"))
        session.execute(text("TRUNCATE delivery CASCADE"))
    started = time.perf_counter()
    with transaction() as session:
        session.execute(text("INSERT INTO delivery SELECT * FROM same"))
    took = time.perf_counter() - started
    with transaction(owner=True) as session:
        session.execute(text("DROP TABLE same"))
        session.execute(text("TRUNCATE delivery, batch, message, link, exclusion, mailing CASCADE"))
        session.execute(text("DELETE FROM campaign"))
    return took


FIGURES: dict[str, Callable[[], list[Figure]]] = {"freeze.1m": million}
