"""How much waits and for how long: the ledger's figures for monitoring."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import heartbeats, partitions
from outreach.delivery.models import BatchState, DeliveryState
from outreach.delivery.pacing.holds import HELD
from outreach.foundation import clock

LATELY: Final = timedelta(days=90)  # older deliveries change no more, and there are too many to count each time


@dataclass(frozen=True)
class Gauges:
    """The figures of one moment, by the database clock; ages in seconds."""

    deliveries: dict[str, float]
    batches: dict[str, float]
    oldest_waiting: float
    reports_waiting: float
    silences: dict[str, float]


def read(session: Session) -> Gauges:
    """Count. Reads the deliveries of the mailings of the last 90 days once through, about 0.1 s a million."""
    lately = partitions.first_id(clock.now() - LATELY)
    return Gauges(
        deliveries=dict.fromkeys((one.value for one in DeliveryState), 0.0)
        | _pairs(
            session,
            "SELECT state, count(*) FROM delivery WHERE mailing_id >= CAST(:lately AS uuid) GROUP BY state",
            lately=str(lately),
        ),
        batches=dict.fromkeys((one.value for one in BatchState), 0.0)
        | _pairs(session, "SELECT state, count(*) FROM batch GROUP BY state"),
        oldest_waiting=_number(
            session,
            f"""
            SELECT extract(epoch FROM now() - min(batch.not_before)) FROM batch
            JOIN mailing ON mailing.id = batch.mailing_id
            WHERE batch.state = 'planned' AND batch.not_before <= now() AND mailing.state = 'running' AND NOT {HELD}
            """,  # noqa: S608 - a condition of our own
        ),
        reports_waiting=_number(session, "SELECT count(*) FROM provider_event WHERE applied_at IS NULL"),
        silences=heartbeats.silences(session),
    )


def _pairs(session: Session, query: str, **values: str) -> dict[str, float]:
    return {str(key): float(value) for key, value in session.execute(text(query), values)}


def _number(session: Session, query: str) -> float:
    return float(session.execute(text(query)).scalar() or 0)
