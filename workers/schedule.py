"""The timetable. Every tick looks into PostgreSQL for work whose doorbell was lost; running twice does no harm."""

from typing import Any, Final

from celery import beat

from outreach.bulk.working import TICK as BULK
from outreach.campaigns.steering import TICK as CAMPAIGNS
from outreach.delivery.checking import CHECK
from outreach.delivery.health import ASK
from outreach.foundation import redis
from outreach.foundation.jobs import Job
from outreach.intake.working import TICK as INTAKE
from outreach.signup.asking import WRITE
from outreach.tracking.reports import APPLY
from outreach.tracking.storing import STORE
from workers.delivery import TICK as DELIVERY
from workers.upkeep import TICK as UPKEEP

ENOUGH: Final = 50  # messages that wait in a queue: nobody listens, and one more tick would change nothing


def _every(seconds: float, job: Job) -> dict[str, Any]:
    return {"task": job.name, "schedule": seconds, "options": {"queue": job.queue}}


TIMETABLE = {
    "launch what is due, notice what is done": _every(2, CAMPAIGNS),
    "mend lost batches, ask about unclear ones": _every(5, DELIVERY),
    "ask the providers whether they are well": _every(60, ASK),
    "find imports that stand still": _every(10, INTAKE),
    "find changes to many people that stand still": _every(10, BULK),
    "apply providers' reports": _every(2, APPLY),
    "check the senders that are due": _every(30, CHECK),
    "write to who signed up, forget who did not confirm": _every(15, WRITE),
    "store opens and clicks": _every(1, STORE),
    "keep the house in order": _every(10, UPKEEP),
}


class Scheduler(beat.Scheduler):
    """Rings by the timetable and keeps no state, so that any number may run.

    A tick has no time of expiry: a worker would judge it by its own clock, and one that goes wrong would never work.
    While nobody listens the ticks must not fill Redis, so those beyond `ENOUGH` are not rung.
    """

    def apply_entry(self, entry: beat.ScheduleEntry, producer: Any = None) -> None:
        """Ring, unless enough wait already."""
        if _waiting((entry.options or {})["queue"]) < ENOUGH:
            super().apply_entry(entry, producer)


def _waiting(queue: str) -> int:
    try:
        return int(redis.client().llen(redis.PREFIX + queue))
    except redis.FAULTS:
        return 0
