"""Letters of which nobody knows whether they left: how many, since when, and what is tried to find out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import Stream
from outreach.delivery.providers import PROVIDERS


class Attempt(StrEnum):
    """What is done to find out whether a provider has a letter."""

    ASKED = "asked"  # the provider is asked again and again
    REPORT = "report"  # it cannot be asked, but may still report
    NOTHING = "nothing"  # it can neither be asked nor does it report


@dataclass(frozen=True)
class Uncertain:
    """The uncertain letters of one mailing; `since` is when the first of them became so."""

    mailing_id: UUID
    stream: Stream
    provider: str
    number: int
    since: datetime

    @property
    def attempt(self) -> Attempt:
        """Tell what is done to find out."""
        return attempt(self.provider)


@dataclass(frozen=True)
class Chosen:
    """The letters that a person is about to decide about, as they stand at `looked_at`, by the database clock."""

    number: int
    names: tuple[str, ...]
    looked_at: datetime


def listed(session: Session) -> list[Uncertain]:
    """List the mailings with uncertain letters, the longest waiting first; reads only batches that are not settled."""
    return [
        Uncertain(row.mailing_id, Stream(row.stream), row.provider, row.number, row.since)
        for row in session.execute(_LISTED)
    ]


def chosen(session: Session, mailing: UUID, *, only: Collection[UUID] | None = None, names: int = 10) -> Chosen:
    """Look at a mailing's uncertain letters, all or `only` some, with the first few names."""
    row = session.execute(
        _CHOSEN, {"mailing": mailing, "only": None if only is None else list(only), "names": names}
    ).one()
    return Chosen(row.number, tuple(row.names or ()), row.looked_at)


def attempt(provider: str) -> Attempt:
    """Tell what is done to find out about a letter that was given to a provider."""
    known = PROVIDERS.get(provider)
    if known is None or not known.capabilities.metadata:
        return Attempt.NOTHING
    return Attempt.ASKED if known.capabilities.searchable else Attempt.REPORT


# A batch that is tried again may hold some of an earlier try; what was never tried holds none.
_LISTED = text(
    """
    SELECT mailing.id AS mailing_id, mailing.stream, mailing.provider,
        count(*) AS number, min(delivery.changed_at) AS since
    FROM batch
    JOIN delivery ON delivery.batch_id = batch.id AND delivery.state = 'ambiguous'
    JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state = 'unclear' OR (batch.state IN ('planned', 'claimed') AND batch.attempts > 0)
    GROUP BY mailing.id ORDER BY since, mailing.id
    """
)

_CHOSEN = text(
    """
    SELECT count(*) AS number, now() AS looked_at,
        (array_agg(coalesce(nullif(name, ''), address) ORDER BY id))[1:CAST(:names AS int)] AS names
    FROM delivery
    WHERE mailing_id = :mailing AND state = 'ambiguous'
        AND (CAST(:only AS uuid[]) IS NULL OR id = ANY(CAST(:only AS uuid[])))
    """
)
