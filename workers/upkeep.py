"""Keeping the house in order."""

import time
from typing import Final

from outreach.accounts import seals, signin
from outreach.campaigns import test_sends
from outreach.contacts import duplicates
from outreach.content import link_health
from outreach.delivery import erasures, heartbeats
from outreach.foundation import jobs, redis
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job
from outreach.privacy import disposing, replaying
from outreach.privacy.disposing import DISPOSE
from outreach.privacy.models import Matter
from outreach.readers import forgetting
from outreach.segments import tallies

TICK = Job("upkeep.tick")
TURN: Final = 300.0  # seconds
HOUR: Final = 3600  # seconds
HOURLY: Final = (DISPOSE, duplicates.FIND, link_health.LOOK)


def tick() -> None:
    """Forget what is over: sessions, workers, readers' pages, tests; seal; erase again; tally; ring hourly jobs."""
    with transaction() as session:
        forgetting.tidy(session)
        test_sends.tidy(session)
        signin.forget_expired(session)
    with transaction() as session:
        seals.seal(session)
    with transaction() as session:
        heartbeats.forget(session)
        heartbeats.beat(session, TICK.queue, jobs.worker())
    with transaction() as session:
        replaying.replay(session)
    with transaction() as session:
        erasures.leave_outside(session)
    with transaction() as session:
        tallies.tend(session)
    for job in HOURLY:  # noted in Redis: a scheduler that starts anew would count the hour from its start
        if redis.client().set(f"{redis.PREFIX}rung:{job.name}", "", nx=True, ex=HOUR):
            jobs.ring(job)


def dispose() -> None:
    """Let go of what is due, class by class, for a while; what is left then is due at the next ring, too."""
    began = time.monotonic()
    for matter in Matter:
        more = True
        while more and time.monotonic() - began < TURN:
            with transaction() as session:
                more = disposing.dispose_some(session, matter)


def find_duplicates() -> None:
    """Look who may stand there twice."""
    with transaction() as session:
        duplicates.find(session)


TASKS = ((TICK, tick), (link_health.LOOK, link_health.look), (DISPOSE, dispose), (duplicates.FIND, find_duplicates))
