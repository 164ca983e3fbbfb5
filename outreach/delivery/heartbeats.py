"""When each queue, and each worker, was last alive, so that a silent one is noticed. All by the database clock."""

import math
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

LONGEST_SILENCE: Final = 120.0  # seconds: several ticks of every queue


def beat(session: Session, queue: str, worker: str = "") -> None:
    """Write down that a worker has just done a queue's tick."""
    session.execute(
        text(
            """
            INSERT INTO heartbeat (queue, worker, at) VALUES (:queue, :worker, now())
            ON CONFLICT (queue, worker) DO UPDATE SET at = now()
            """
        ),
        {"queue": queue, "worker": worker},
    )


def last(session: Session) -> dict[str, datetime]:
    """Return each queue's last sign of life."""
    found = session.execute(text("SELECT queue, max(at) AS at FROM heartbeat GROUP BY queue ORDER BY queue"))
    return {row.queue: row.at for row in found}


def silences(session: Session) -> dict[str, float]:
    """Return the seconds since each queue was last heard."""
    found = session.execute(
        text("SELECT queue, extract(epoch FROM now() - max(at)) AS age FROM heartbeat GROUP BY queue ORDER BY queue")
    )
    return {row.queue: float(row.age) for row in found}


def silent(session: Session) -> list[str]:
    """Name the queues that were not heard for too long."""
    return [queue for queue, age in silences(session).items() if age > LONGEST_SILENCE]


def silence_of(session: Session, worker: str) -> float:
    """Return the seconds since a worker was last heard; infinity when it never was."""
    age = session.execute(
        text("SELECT extract(epoch FROM now() - max(at)) FROM heartbeat WHERE worker = :worker"), {"worker": worker}
    ).scalar()
    return math.inf if age is None else float(age)


def forget(session: Session) -> None:
    """Forget workers that have been gone for a day, but never the last sign of a queue."""
    session.execute(
        text(
            """
            DELETE FROM heartbeat AS old USING heartbeat AS newer
            WHERE old.at < now() - interval '1 day' AND newer.queue = old.queue AND newer.at > old.at
            """
        )
    )
