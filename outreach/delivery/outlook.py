"""What waits and what leaves, for somebody who watches the whole house; always from the rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import MailingState, Stream

HOURS: Final = 24


@dataclass(frozen=True)
class Waiting:
    """The letters of one mailing that have not left; `next_at` is when the first of them may be tried."""

    mailing_id: UUID
    stream: Stream
    state: MailingState
    reason: str | None
    letters: int
    since: datetime
    next_at: datetime | None
    is_leaving: bool
    said: str | None  # what the last try was told

    @property
    def is_held(self) -> bool:
        """Tell whether a person must let it go on."""
        return self.state is not MailingState.RUNNING


@dataclass(frozen=True)
class Hour:
    """The letters that were handed to a provider within one hour."""

    begins: datetime
    letters: int


def waiting(session: Session) -> list[Waiting]:
    """List what waits per mailing, the most urgent first.

    A batch that was never tried counts as it was planned, so that a million letters cost no more than their batches:
    who left since then is taken out when its turn comes. Of one that was tried, the letters are counted.
    """
    return [
        Waiting(
            row.mailing_id,
            Stream(row.stream),
            MailingState(row.state),
            row.reason,
            row.letters,
            row.since,
            row.next_at,
            row.is_leaving,
            row.said,
        )
        for row in session.execute(_WAITING)
        if row.letters
    ]


def per_hour(session: Session) -> list[Hour]:
    """Count what left in each of the last 24 hours, the present one last."""
    return [Hour(row.begins, row.letters) for row in session.execute(_PER_HOUR, {"hours": HOURS - 1})]


def now(session: Session) -> datetime:
    """Return what the database clock says, by which everything here is dated."""
    moment: datetime = session.execute(text("SELECT now()")).scalar_one()
    return moment


_WAITING = text(
    """
    SELECT mailing.id AS mailing_id, mailing.stream, mailing.state, mailing.reason, mailing.created_at AS since,
        CAST(sum(CASE WHEN batch.attempts = 0 THEN batch.size ELSE (
            SELECT count(*) FROM delivery
            WHERE delivery.batch_id = batch.id AND delivery.state IN ('planned', 'claimed')
        ) END) AS bigint) AS letters,
        min(batch.not_before) FILTER (WHERE batch.state = 'planned') AS next_at,
        bool_or(batch.state = 'claimed') AS is_leaving,
        max(CASE WHEN batch.attempts > 0 THEN (
            SELECT max(delivery.reason) FROM delivery
            WHERE delivery.batch_id = batch.id AND delivery.state = 'planned'
        ) END) AS said
    FROM batch
    JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state IN ('planned', 'claimed')
    GROUP BY mailing.id ORDER BY mailing.priority, mailing.created_at, mailing.id
    """
)

_PER_HOUR = text(
    """
    SELECT hour AS begins, CAST(coalesce(sum(departure.letters), 0) AS bigint) AS letters
    FROM generate_series(
        date_trunc('hour', now()) - make_interval(hours => :hours), date_trunc('hour', now()), interval '1 hour'
    ) AS hour
    LEFT JOIN departure ON departure.at >= hour AND departure.at < hour + interval '1 hour'
    GROUP BY hour ORDER BY hour
    """
)
