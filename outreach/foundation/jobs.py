"""Doorbells: a job is named beside the verb that it runs, and rung only after commit.

PostgreSQL holds the work; the Celery message only wakes a worker. It carries ids, may be lost or doubled, and its
loss is mended by the ticks in `workers/schedule.py`. No ETA, no result backend, early acknowledgement, nothing
prefetched: a killed worker keeps no message from the others.
"""

import os
from dataclasses import dataclass
from typing import Any

import structlog
from celery import Celery, current_task
from kombu.exceptions import OperationalError
from sqlmodel import Session

from outreach.foundation import embedded
from outreach.foundation.settings import settings

log = structlog.get_logger()

_apps: dict[int, Celery] = {}
_NUDGES = "nudges"


@dataclass(frozen=True)
class Job:
    """A piece of work that a worker does when rung: `Job("delivery.send", queue="delivery")`."""

    name: str
    queue: str = "upkeep"


def nudge(session: Session, job: Job, *ids: str) -> None:
    """Ring for `job` once this session's transaction is committed; dropped when it is rolled back."""
    session.info.setdefault(_NUDGES, {})[job, ids] = None


def send_nudges(session: Session) -> None:
    """Ring for everything that was nudged; `transaction()` calls it after commit."""
    for job, ids in session.info.pop(_NUDGES, {}):
        ring(job, *ids)


def ring(job: Job, *ids: str) -> bool:
    """Put the message on the queue now; False when Redis does not take it, and then the tick finds the work."""
    try:
        celery().send_task(job.name, args=list(ids), queue=job.queue, retry=False, ignore_result=True)
    except (OperationalError, OSError) as fault:
        log.warning("job_not_rung", job=job.name, fault=type(fault).__name__)
        return False
    return True


def worker() -> str:
    """Name the worker that does the present task; "" outside of one."""
    return str(current_task.request.hostname or "") if current_task else ""


def celery() -> Celery:
    """Return this process's Celery application, configured."""
    pid = os.getpid()
    if pid not in _apps:
        _apps.clear()
        _apps[pid] = configured(embedded.addresses(settings()).redis_url)
    return _apps[pid]


def close() -> None:
    """Forget this process's application; the next ring makes one for the settings that hold then."""
    while _apps:
        _apps.popitem()[1].close()


def configured(broker_url: str) -> Celery:
    """Build a Celery application for a broker; workers bind their tasks to it."""
    app = Celery("outreach", broker=broker_url, set_as_current=False)
    app.conf.update(CONFIGURATION)
    return app


CONFIGURATION: dict[str, Any] = {
    "task_acks_late": False,
    "task_ignore_result": True,
    "worker_disable_prefetch": True,
    "worker_prefetch_multiplier": 1,
    "task_serializer": "json",
    "accept_content": ["json"],
    "enable_utc": True,
    "timezone": "UTC",
    "task_time_limit": 120,
    "task_soft_time_limit": 90,
    "task_default_queue": "upkeep",
    "worker_max_tasks_per_child": 500,
    "worker_soft_shutdown_timeout": 30,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_transport_options": {
        "visibility_timeout": 600,
        "health_check_interval": 25,
        "socket_keepalive": True,
        "socket_connect_timeout": 5,
        "retry_on_timeout": True,
        "global_keyprefix": "outreach:",
    },
}
