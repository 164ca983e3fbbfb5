"""The Celery application that `celery -A workers.app` runs."""

import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_process_shutdown

from outreach.foundation import database, http, jobs, logs
from outreach.foundation.settings import settings
from workers import bulk, campaigns, delivery, intake, signup, tracking, upkeep
from workers.schedule import TIMETABLE

# Celery warns of root because of pickle; ours takes nothing but JSON.
warnings.simplefilter("ignore", SecurityWarning)

app = jobs.celery()
app.conf.beat_schedule = TIMETABLE

ROOMS = (delivery, campaigns, intake, bulk, signup, tracking, upkeep)
for job, function in (task for room in ROOMS for task in room.TASKS):
    app.task(name=job.name, ignore_result=True)(function)


@setup_logging.connect
def _log(**_given: Any) -> None:
    logs.configure(settings().log_format)


@worker_process_shutdown.connect
def _close(**_given: Any) -> None:
    http.close()
    database.dispose()
