"""Whether the providers in use are well: asked by a worker now and then, so that no page waits for a network.

Like sending, asking opens its own transactions: none is open during the call.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.interface import Health
from outreach.delivery.providers import load
from outreach.foundation import http
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError
from outreach.foundation.jobs import Job
from outreach.foundation.settings import settings

ASK: Final = Job("delivery.ask_providers", queue="delivery")


@dataclass(frozen=True)
class Known:
    """What was last heard of a provider; `since` is when it became so."""

    provider: str
    is_well: bool
    said: str
    at: datetime
    since: datetime


def ask() -> None:
    """Ask the provider of the settings, and those that have letters waiting, and write down what they say."""
    with transaction() as session:
        names = {settings().provider, *session.execute(_IN_USE).scalars()}
    found = {name: _asked(name) for name in sorted(names)}
    with transaction() as session:
        for name, one in found.items():
            session.execute(_KEEP, {"provider": name, "is_well": one.is_well, "said": one.said})


def known(session: Session) -> list[Known]:
    """Return what is known, those that are not well first."""
    rows = session.execute(
        text("SELECT provider, is_well, said, at, since FROM provider_health ORDER BY is_well, provider")
    )
    return [Known(row.provider, row.is_well, row.said, row.at, row.since) for row in rows]


def _asked(name: str) -> Health:
    try:
        return http.run(load(name).health())
    except OutreachError as unusable:
        return Health(is_well=False, said=unusable.message)


_IN_USE = text(
    """
    SELECT DISTINCT mailing.provider FROM batch JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state IN ('planned', 'claimed')
    """
)

_KEEP = text(
    """
    INSERT INTO provider_health (provider, is_well, said) VALUES (:provider, :is_well, :said)
    ON CONFLICT (provider) DO UPDATE SET
        said = excluded.said, at = now(), is_well = excluded.is_well,
        since = CASE WHEN provider_health.is_well = excluded.is_well THEN provider_health.since ELSE now() END
    """
)
