"""What each change means, in SQL, for the people in the table `bulk_person`. Each returns how many changed."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.bulk.models import BulkAction, BulkChange
from outreach.consent import loading, topics
from outreach.consent.models import Basis, ConsentAction, Subscription, SubscriptionState, Topic
from outreach.delivery import ledger, suppression
from outreach.delivery.models import Stream, SuppressionReason

PERSON: Final = sa.table("bulk_person", sa.column("id", sa.Uuid()))


def make(session: Session, change: BulkChange) -> int:
    """Make a change to everybody in `bulk_person`; returns to how many it made a difference."""
    return _VERBS[change.action](session, change)


def _tag(session: Session, change: BulkChange) -> int:
    return _rows(session, _TAG, {"tag": change.detail["tag"], "by": change.by})


def _untag(session: Session, change: BulkChange) -> int:
    return _rows(session, _UNTAG, {"tag": change.detail["tag"], "by": change.by})


def _employ(session: Session, change: BulkChange) -> int:
    employer = change.detail["organisation"]
    return _rows(session, _EMPLOY, {"employer": UUID(employer) if employer else None, "by": change.by})


def _subscribe(session: Session, change: BulkChange) -> int:
    """Write a permission for those with whom the topic never came up: who has left stays away."""
    said = change.detail
    who = sa.select(PERSON.c.id).where(~_asked(said["topic"]))
    number = _count(session, who)
    loading.write_for(
        session,
        who,
        topics=[said["topic"]],
        source=said["source"],
        actor=change.by,
        basis=Basis(said["basis"]),
        wording=said["wording"],
        language=said["language"] if said["wording"] else "",
        evidence=_evidence(change),
    )
    return number


def _leave(session: Session, change: BulkChange) -> int:
    topic = change.detail["topic"]
    who = sa.select(PERSON.c.id).where(_asked(topic, but=SubscriptionState.UNSUBSCRIBED))
    number = _count(session, who)
    loading.write_for(
        session,
        who,
        topics=[topic],
        action=ConsentAction.WITHDRAWN,
        source=change.detail["source"],
        actor=change.by,
        evidence=_evidence(change),
    )
    stream, of_stream = (
        (Stream.PRESS, [topics.PRESS]) if topic == topics.PRESS else (Stream.NEWSLETTER, topics.NEWSLETTER)
    )
    gone = session.scalars(_WITHOUT, {"topics": list(of_stream), "topic": topic}).all()
    ledger.withdraw_planned_of(session, gone, stream=stream)
    return number


def _suppress(session: Session, change: BulkChange) -> int:
    people = session.execute(_ADDRESSES).all()
    new = suppression.add(
        session,
        [one.address for one in people],
        SuppressionReason.MANUAL,
        change.detail["why"],
        by=change.by,
    )
    ledger.withdraw_planned_of(session, [one.id for one in people])
    return new


_VERBS: Final[Mapping[BulkAction, Callable[[Session, BulkChange], int]]] = {
    BulkAction.TAG: _tag,
    BulkAction.UNTAG: _untag,
    BulkAction.EMPLOY: _employ,
    BulkAction.SUBSCRIBE: _subscribe,
    BulkAction.LEAVE: _leave,
    BulkAction.SUPPRESS: _suppress,
}


def _asked(topic: str, *, but: SubscriptionState | None = None) -> sa.ColumnElement[bool]:
    about = sa.select(col(Topic.id)).where(col(Topic.key) == topic).scalar_subquery()
    asked = sa.exists().where(col(Subscription.contact_id) == PERSON.c.id, col(Subscription.topic_id) == about)
    return asked.where(col(Subscription.state) != but) if but else asked


def _evidence(change: BulkChange) -> dict[str, str]:
    given_on = change.detail.get("given_on", "")
    return {"bulk": str(change.id), **({"given_on": given_on} if given_on else {})}


def _count(session: Session, who: sa.Select[Any]) -> int:
    number: int = session.execute(sa.select(sa.func.count()).select_from(who.subquery())).scalar_one()
    return number


def _rows(session: Session, statement: sa.TextClause, values: Mapping[str, Any]) -> int:
    return cast("sa.CursorResult[Any]", session.execute(statement, values)).rowcount


# Whoever is tagged already is left as they are; what the others said before is kept.
_TAG: Final = sa.text(
    """
    WITH tagged AS (
        UPDATE contact SET updated_at = now(),
            tags = ARRAY(SELECT DISTINCT one FROM unnest(tags || CAST(:tag AS text)) AS one ORDER BY one)
        FROM bulk_person AS person
        WHERE contact.id = person.id AND NOT contact.tags @> ARRAY[CAST(:tag AS text)]
        RETURNING contact.id, contact.tags
    )
    INSERT INTO contact_change (contact_id, by, before, after)
    SELECT id, :by, jsonb_build_object('tags', array_remove(tags, :tag)), jsonb_build_object('tags', tags) FROM tagged
    """
)

_UNTAG: Final = sa.text(
    """
    WITH untagged AS (
        UPDATE contact SET updated_at = now(), tags = array_remove(tags, CAST(:tag AS text))
        FROM bulk_person AS person
        WHERE contact.id = person.id AND contact.tags @> ARRAY[CAST(:tag AS text)]
        RETURNING contact.id, contact.tags
    )
    INSERT INTO contact_change (contact_id, by, before, after)
    SELECT id, :by,
        jsonb_build_object('tags', ARRAY(SELECT one FROM unnest(tags || CAST(:tag AS text)) AS one ORDER BY one)),
        jsonb_build_object('tags', tags)
    FROM untagged
    """
)

_EMPLOY: Final = sa.text(
    """
    WITH employed AS (
        UPDATE contact SET updated_at = now(), organisation_id = CAST(:employer AS uuid)
        FROM bulk_person AS person
        JOIN contact AS before ON before.id = person.id
        WHERE contact.id = person.id AND contact.organisation_id IS DISTINCT FROM CAST(:employer AS uuid)
        RETURNING contact.id, before.organisation_id AS was
    )
    INSERT INTO contact_change (contact_id, by, before, after)
    SELECT id, :by, jsonb_build_object('organisation_id', was),
        jsonb_build_object('organisation_id', CAST(:employer AS uuid))
    FROM employed
    """
)

# Those who have left the topic and subscribe to nothing of its kind any more: what is planned for them stops.
_WITHOUT: Final = sa.text(
    """
    SELECT person.id FROM bulk_person AS person
    JOIN subscription AS own ON own.contact_id = person.id
    JOIN topic ON topic.id = own.topic_id AND topic.key = :topic AND own.state = 'unsubscribed'
    WHERE NOT EXISTS (
        SELECT FROM subscription JOIN topic ON topic.id = topic_id
        WHERE contact_id = person.id AND state = 'subscribed' AND topic.key = ANY(CAST(:topics AS text[]))
    )
    """
)

_ADDRESSES: Final = sa.text("SELECT contact.id, contact.address FROM contact JOIN bulk_person USING (id)")
