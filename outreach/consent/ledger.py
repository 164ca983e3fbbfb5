"""The ledger of permissions: every entry is evidence, and the present state follows in the same transaction.

    asked      → pending, unless subscribed already
    given      → subscribed
    withdrawn  → unsubscribed

Tracking knows only given and withdrawn. Large numbers go through `loading`; `replaying` proves that the states follow.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.consent import replaying, topics, wordings
from outreach.consent.models import (
    Basis,
    ConsentAction,
    ConsentRecord,
    Subscription,
    SubscriptionState,
    Topic,
    TrackingChoice,
)
from outreach.contacts.models import Contact
from outreach.foundation import clock

SELF: Final = "subscriber"  # the actor where the person acted

_STATE: Final = {
    ConsentAction.ASKED: SubscriptionState.PENDING,
    ConsentAction.GIVEN: SubscriptionState.SUBSCRIBED,
    ConsentAction.WITHDRAWN: SubscriptionState.UNSUBSCRIBED,
}


def record(
    session: Session,
    contact: Contact,
    *,
    action: ConsentAction,
    topic: Topic | None,
    source: str,
    actor: str = SELF,
    basis: Basis | None = None,
    wording: str = "",
    language: str = "",
    evidence: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> ConsentRecord:
    """Write down what a person decided about a topic, or about tracking where `topic` is None (GDPR Art. 7(1)).

    `wording` is the sentence that the person saw, in `language`; `source` says where, such as "preference page". What
    ends without a `basis` ends on the ground on which it stood; everything else is consent then.
    """
    moment = at or clock.now()
    # The state first: its row lock makes the order of the ledger that of the states.
    if topic is not None:
        _move(session, contact, topic, _STATE[action], moment)
    elif action is not ConsentAction.ASKED:
        _choose(session, contact, action is ConsentAction.GIVEN, moment)
    entry = ConsentRecord(
        contact_id=contact.id,
        purpose=topics.purpose(topic),
        topic_id=topic.id if topic else None,
        action=action,
        basis=basis or _ground(session, contact, topic, action),
        wording_id=wordings.intern(session, wording, language),
        language=language,
        source=source,
        actor=actor,
        at=moment,
        evidence=dict(evidence or {}),
    )
    session.add(entry)
    session.flush()
    return entry


def withdraw_all(
    session: Session,
    contact: Contact,
    *,
    source: str,
    actor: str = SELF,
    wording: str = "",
    language: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> int:
    """End every subscription of a contact and the consent to tracking; returns how many topics were left.

    Each entry names the ground on which the permission stood (GDPR Art. 7(3), Art. 21).
    """
    session.flush()
    common = {
        "contact": contact.id,
        "moment": clock.now(),
        "source": source,
        "actor": actor,
        "wording": wordings.intern(session, wording, language),
        "language": language,
        "evidence": dict(evidence or {}),
    }
    left = session.execute(_LEAVE_TOPICS, common).all()
    session.execute(_STOP_TRACKING, common)
    return len(left)


def forget(session: Session, contact_id: UUID) -> int:
    """Remove a person's lines and states, for an erasure (GDPR Art. 17); returns how many lines.

    That lines were removed stays written down, and whose they were only as an id that leads nowhere any more.
    """
    session.flush()
    number: int = session.execute(sa.text("SELECT consent_forget(:contact)"), {"contact": contact_id}).scalar_one()
    _drop_states(session, contact_id)
    return number


def move(session: Session, source_id: UUID, target_id: UUID, *, actor: str = "merge") -> int:
    """Give the lines of one contact to another, of the same person; returns how many. The states follow.

    Whoever has left a topic under either record has left it, unless they chose it again themselves since.
    """
    session.flush()
    both = {"source": source_id, "target": target_id}
    left = set(session.scalars(_LEFT, both))
    number: int = session.execute(sa.text("SELECT consent_move(:source, :target)"), both).scalar_one()
    _drop_states(session, source_id)
    replaying.restate(session, target_id)
    target = session.get_one(Contact, target_id, populate_existing=True)
    last = replaying.latest(session, target_id)
    for topic_id in left & set(session.scalars(_PERMITTED, both)):
        if last[topic_id].actor != SELF:
            record(
                session,
                target,
                action=ConsentAction.WITHDRAWN,
                topic=session.get_one(Topic, topic_id) if topic_id else None,
                source="merge",
                actor=actor,
                basis=last[topic_id].basis,
                evidence={"merged": str(source_id)},
            )
    return number


def _drop_states(session: Session, contact_id: UUID) -> None:
    for table in (Subscription, TrackingChoice):
        session.execute(
            sa.delete(table).where(col(table.contact_id) == contact_id),
            execution_options={"synchronize_session": False},
        )


def _ground(session: Session, contact: Contact, topic: Topic | None, action: ConsentAction) -> Basis:
    if action is not ConsentAction.WITHDRAWN or topic is None:
        return Basis.CONSENT
    stood = replaying.latest(session, contact.id).get(topic.id)
    return stood.basis if stood else Basis.CONSENT


def _move(session: Session, contact: Contact, topic: Topic, state: SubscriptionState, moment: datetime) -> None:
    session.flush()
    statement = insert(Subscription).values(contact_id=contact.id, topic_id=topic.id, state=state, since=moment)
    held = [state, SubscriptionState.SUBSCRIBED] if state is SubscriptionState.PENDING else [state]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["contact_id", "topic_id"],
            set_={"state": statement.excluded.state, "since": statement.excluded.since},
            where=col(Subscription.state).not_in(held),
        )
    )


def _choose(session: Session, contact: Contact, given: bool, moment: datetime) -> None:
    session.flush()
    statement = insert(TrackingChoice).values(contact_id=contact.id, given=given, since=moment)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["contact_id"],
            set_={"given": statement.excluded.given, "since": statement.excluded.since},
            where=col(TrackingChoice.given) != given,
        )
    )


_LEAVE_TOPICS = sa.text(
    """
    WITH ended AS (
        UPDATE subscription SET state = 'unsubscribed', since = :moment
        WHERE contact_id = :contact AND state <> 'unsubscribed'
        RETURNING contact_id, topic_id
    )
    INSERT INTO consent_record
        (contact_id, purpose, topic_id, action, basis, wording_id, language, source, actor, at, evidence)
    SELECT ended.contact_id, CASE topic.key WHEN 'press' THEN 'press' ELSE 'topic' END, ended.topic_id, 'withdrawn',
        coalesce(stood.basis, 'consent'), CAST(:wording AS bigint), :language, :source, :actor, :moment, :evidence
    FROM ended JOIN topic ON topic.id = ended.topic_id
    LEFT JOIN LATERAL (
        SELECT basis FROM consent_record
        WHERE contact_id = ended.contact_id AND topic_id = ended.topic_id AND action = 'given'
        ORDER BY id DESC LIMIT 1
    ) AS stood ON true
    RETURNING id
    """
).bindparams(sa.bindparam("evidence", type_=sa.JSON))

_STOP_TRACKING = sa.text(
    """
    WITH ended AS (
        UPDATE tracking_choice SET given = false, since = :moment WHERE contact_id = :contact AND given
        RETURNING contact_id
    )
    INSERT INTO consent_record (contact_id, purpose, action, basis, wording_id, language, source, actor, at, evidence)
    SELECT contact_id, 'tracking', 'withdrawn', 'consent', CAST(:wording AS bigint), :language, :source, :actor,
        :moment, :evidence
    FROM ended
    """
).bindparams(sa.bindparam("evidence", type_=sa.JSON))

# What somebody has left under either of two records, NULL for tracking; locked, so that no decision comes between.
_LEFT = sa.text(
    """
    SELECT topic_id FROM (
        SELECT topic_id, state FROM subscription WHERE contact_id IN (:source, :target)
        ORDER BY contact_id, topic_id FOR UPDATE
    ) AS held WHERE state = 'unsubscribed'
    UNION ALL
    SELECT NULL FROM (
        SELECT given FROM tracking_choice WHERE contact_id IN (:source, :target) ORDER BY contact_id FOR UPDATE
    ) AS held WHERE NOT given
    """
)

_PERMITTED = sa.text(
    """
    SELECT topic_id FROM subscription WHERE contact_id = :target AND state = 'subscribed'
    UNION ALL SELECT NULL FROM tracking_choice WHERE contact_id = :target AND given
    """
)
