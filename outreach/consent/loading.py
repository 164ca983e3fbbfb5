"""Many permissions at once, set-based: an import, a demo, a list taken over. Evidence and states as in `ledger`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlmodel import Session

from outreach.consent import topics, wordings
from outreach.consent.models import Basis, ConsentAction
from outreach.foundation import clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to write; `topic` is a topic's key, None means tracking. See `ledger.record` for the rest."""

    contact_id: UUID
    action: ConsentAction
    topic: str | None
    source: str
    actor: str
    basis: Basis = Basis.CONSENT
    wording: str = ""
    language: str = ""
    at: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def write(session: Session, entries: Iterable[Entry]) -> int:
    """Record entries in their order, by COPY; returns how many. Raises Refused for an unknown topic.

    Costs five statements whatever their number.
    """
    _stage(session)
    number = 0
    driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for entry in entries:
            copy.write_row(_cells(entry))
            number += 1
    _apply(session)
    return number


def write_for(
    session: Session,
    who: sa.Select[UUID],
    *,
    topics: Sequence[str],
    tracking: bool = False,
    action: ConsentAction = ConsentAction.GIVEN,
    source: str,
    actor: str,
    basis: Basis = Basis.CONSENT,
    wording: str = "",
    language: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Record one decision for every contact that `who` selects: about each topic, and about tracking where asked."""
    _stage(session)
    people = who.subquery("who")
    subjects: list[str | None] = [*topics, *([None] if tracking else [])]
    about = sa.func.unnest(sa.cast(subjects, sa.ARRAY(sa.Text))).table_valued("topic", name="about").render_derived()
    line = sa.select(
        people.c[0],
        about.c.topic,
        *(
            sa.literal(value, type_)
            for value, type_ in (
                (action.value, sa.Text()),
                (basis.value, sa.Text()),
                (wording, sa.Text()),
                (language, sa.Text()),
                (source, sa.Text()),
                (actor, sa.Text()),
                (clock.now(), sa.DateTime(timezone=True)),
                (json.dumps(dict(evidence or {})), sa.Text()),
            )
        ),
    ).select_from(people.join(about, sa.true()))
    session.execute(sa.insert(_STAGED).from_select([column.name for column in _STAGED.c], line))
    _apply(session)


_COLUMNS = ("contact_id", "topic", "action", "basis", "wording", "language", "source", "actor", "at", "evidence")
_STAGED = sa.table("consent_entry", *(sa.column(name) for name in _COLUMNS))
_COPY = f"COPY consent_entry ({', '.join(_COLUMNS)}) FROM STDIN"


def _stage(session: Session) -> None:
    session.flush()
    session.execute(
        sa.text(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS consent_entry (
                place bigint GENERATED ALWAYS AS IDENTITY, contact_id uuid, topic text, action text, basis text,
                wording text, language text, source text, actor text, at timestamptz, evidence text
            ) ON COMMIT DROP
            """
        )
    )
    session.execute(sa.text("TRUNCATE consent_entry"))


def _cells(entry: Entry) -> tuple[object, ...]:
    return (
        entry.contact_id,
        entry.topic,
        entry.action.value,
        entry.basis.value,
        entry.wording,
        entry.language,
        entry.source,
        entry.actor,
        entry.at or clock.now(),
        json.dumps(dict(entry.evidence)),
    )


def _apply(session: Session) -> None:
    session.execute(sa.text("ANALYZE consent_entry"))
    named = session.scalars(sa.text("SELECT DISTINCT topic FROM consent_entry WHERE topic IS NOT NULL"))
    topics.by_keys(session, set(named))
    for statement in (_SUBSCRIPTIONS, _TRACKING, wordings.INTERN_STAGED, _EVIDENCE):
        session.execute(statement)


_EVIDENCE = sa.text(
    """
    INSERT INTO consent_record
        (contact_id, purpose, topic_id, action, basis, wording_id, language, source, actor, at, evidence)
    SELECT entry.contact_id,
        CASE WHEN entry.topic IS NULL THEN 'tracking' WHEN entry.topic = 'press' THEN 'press' ELSE 'topic' END,
        topic.id, entry.action, entry.basis, seen.id, entry.language, entry.source, entry.actor, entry.at,
        CAST(entry.evidence AS jsonb)
    FROM consent_entry AS entry
    LEFT JOIN topic ON topic.key = entry.topic
    LEFT JOIN consent_wording AS seen ON seen.text = entry.wording AND seen.language = entry.language
        AND entry.wording <> ''
    ORDER BY entry.place
    """
)

# The last decision counts; asking changes nothing for somebody who is subscribed by then.
_SUBSCRIPTIONS = sa.text(
    """
    INSERT INTO subscription (contact_id, topic_id, state, since)
    SELECT contact_id, topic_id,
        CASE
            WHEN decided = 'given' OR decided IS NULL AND present = 'subscribed' THEN 'subscribed'
            WHEN last = 'asked' THEN 'pending'
            ELSE 'unsubscribed'
        END,
        since
    FROM (
        SELECT entry.contact_id, topic.id AS topic_id, present.state AS present,
            (array_agg(entry.action ORDER BY entry.place DESC) FILTER (WHERE entry.action <> 'asked'))[1] AS decided,
            (array_agg(entry.action ORDER BY entry.place DESC))[1] AS last,
            (array_agg(entry.at ORDER BY entry.place DESC))[1] AS since
        FROM consent_entry AS entry
        JOIN topic ON topic.key = entry.topic
        LEFT JOIN subscription AS present ON present.contact_id = entry.contact_id AND present.topic_id = topic.id
        GROUP BY entry.contact_id, topic.id, present.state
    ) AS history
    ON CONFLICT (contact_id, topic_id) DO UPDATE SET state = excluded.state, since = excluded.since
        WHERE subscription.state <> excluded.state
    """
)

_TRACKING = sa.text(
    """
    INSERT INTO tracking_choice (contact_id, given, since)
    SELECT DISTINCT ON (contact_id) contact_id, action = 'given', at
    FROM consent_entry WHERE topic IS NULL AND action <> 'asked'
    ORDER BY contact_id, place DESC
    ON CONFLICT (contact_id) DO UPDATE SET given = excluded.given, since = excluded.since
        WHERE tracking_choice.given <> excluded.given
    """
)
