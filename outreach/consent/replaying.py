"""The ledger read from its beginning: what it says about everybody, and where a state says something else.

The last decision counts; asking changes nothing for somebody who is subscribed by then. Entries count in the order in
which they were written down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.consent.models import Basis, ConsentAction

MOST: Final = 1_000  # differences that are named


@dataclass(frozen=True)
class Difference:
    """A state that does not follow from the ledger; `topic_id` is None for tracking, a state None where there is none.

    Tracking is `given` or `withdrawn`, a topic as `SubscriptionState`.
    """

    contact_id: UUID
    topic_id: UUID | None
    proved: str | None
    held: str | None


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, on which ground, and when; asking decides nothing."""

    action: ConsentAction
    actor: str
    basis: Basis
    at: datetime


def differences(session: Session) -> list[Difference]:
    """Read the whole ledger and return where states differ from it, the first thousand; none in a sound installation.

    Costs one pass over the ledger: some seconds for a million entries.
    """
    return [Difference(*row) for row in session.execute(_DIFFERENCES, {"most": MOST})]


def entries(session: Session) -> int:
    """Count the lines of the ledger."""
    return int(session.execute(sa.text("SELECT count(*) FROM consent_record")).scalar_one())


def restate(session: Session, contact_id: UUID) -> None:
    """Put one contact's states where the ledger says they are."""
    session.execute(_RESTATE_TOPICS, {"contact": contact_id})
    session.execute(_RESTATE_TRACKING, {"contact": contact_id})


def latest(session: Session, contact_id: UUID) -> dict[UUID | None, Decision]:
    """Return by topic, None for tracking, what was decided last about it."""
    rows: Any = session.execute(_LATEST, {"contact": contact_id})
    return {row.topic_id: Decision(ConsentAction(row.action), row.actor, Basis(row.basis), row.at) for row in rows}


def _topics(whose: str = "") -> str:
    return f"""
        SELECT contact_id, topic_id,
            CASE
                WHEN last = 'asked' AND decided = 'given' THEN 'subscribed'
                WHEN last = 'asked' THEN 'pending'
                WHEN last = 'given' THEN 'subscribed'
                ELSE 'unsubscribed'
            END AS state,
            since
        FROM (
            SELECT contact_id, topic_id, (array_agg(action ORDER BY id DESC))[1] AS last,
                (array_agg(action ORDER BY id DESC) FILTER (WHERE action <> 'asked'))[1] AS decided,
                (array_agg(at ORDER BY id DESC))[1] AS since
            FROM consent_record WHERE topic_id IS NOT NULL {whose} GROUP BY contact_id, topic_id
        ) AS history
    """  # noqa: S608 - from the constants below


def _tracking(whose: str = "") -> str:
    return f"""
        SELECT DISTINCT ON (contact_id) contact_id, action = 'given' AS given, at AS since
        FROM consent_record WHERE topic_id IS NULL AND action <> 'asked' {whose}
        ORDER BY contact_id, id DESC
    """  # noqa: S608 - as above


_MINE: Final = "AND contact_id = :contact"

_DIFFERENCES: Final = sa.text(
    f"""
    SELECT contact_id, topic_id, proved.state AS proved, held.state AS held
    FROM ({_topics()}) AS proved FULL JOIN subscription AS held USING (contact_id, topic_id)
    WHERE proved.state IS DISTINCT FROM held.state
    UNION ALL
    SELECT contact_id, NULL, CASE WHEN proved.given THEN 'given' WHEN NOT proved.given THEN 'withdrawn' END,
        CASE WHEN held.given THEN 'given' WHEN NOT held.given THEN 'withdrawn' END
    FROM ({_tracking()}) AS proved FULL JOIN tracking_choice AS held USING (contact_id)
    WHERE coalesce(proved.given, false) <> coalesce(held.given, false)
    LIMIT :most
    """  # noqa: S608 - as above
)

_RESTATE_TOPICS: Final = sa.text(
    f"""
    INSERT INTO subscription (contact_id, topic_id, state, since) {_topics(_MINE)}
    ON CONFLICT (contact_id, topic_id) DO UPDATE SET state = excluded.state, since = excluded.since
        WHERE subscription.state <> excluded.state
    """
)

_RESTATE_TRACKING: Final = sa.text(
    f"""
    INSERT INTO tracking_choice (contact_id, given, since) {_tracking(_MINE)}
    ON CONFLICT (contact_id) DO UPDATE SET given = excluded.given, since = excluded.since
        WHERE tracking_choice.given <> excluded.given
    """
)

_LATEST: Final = sa.text(
    """
    SELECT DISTINCT ON (topic_id) topic_id, action, actor, basis, at
    FROM consent_record WHERE contact_id = :contact AND action <> 'asked' ORDER BY topic_id, id DESC
    """
)
