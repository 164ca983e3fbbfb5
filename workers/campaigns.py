"""Launching what is due and noticing what is done."""

from outreach.campaigns import steering, telling
from outreach.campaigns.steering import TICK
from outreach.delivery import heartbeats
from outreach.foundation import jobs
from outreach.foundation.database import transaction


def tick() -> None:
    """Launch due campaigns and follow the ledger, and note who was told where we have their address from."""
    with transaction() as session:
        steering.launch_due(session)
        steering.follow_ledger(session)
        telling.settle(session)
        heartbeats.beat(session, TICK.queue, jobs.worker())


TASKS = ((TICK, tick),)
