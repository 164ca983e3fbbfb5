"""Sending, and mending what was interrupted."""

from outreach.consent import gate
from outreach.delivery import checking, health, heartbeats, ledger, mending, partitions, sending
from outreach.delivery.pacing import granting
from outreach.foundation import jobs
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job

TICK = Job("delivery.tick", queue="delivery")


def send() -> None:
    """Send batches for a while, to those who may be written to at that moment."""
    sending.send_batches(gate=gate.leave_out)


def tick() -> None:
    """Find the work whose doorbell was lost."""
    mending.reconcile()
    mending.sweep()
    with transaction() as session:
        granting.forget(session)
        heartbeats.beat(session, TICK.queue, jobs.worker())
    with transaction() as session:
        partitions.make_room(session)


def check_senders() -> None:
    """Ask the DNS about the senders that are due."""
    checking.check_due()


TASKS = ((ledger.SEND, send), (TICK, tick), (checking.CHECK, check_senders), (health.ASK, health.ask))
