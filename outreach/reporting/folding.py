"""Opens and clicks become numbers: what a report counts stays the same, and whose they were is gone.

Numbers are added up in `event_total` and `link_total`, and with a goal where it has a population of its own. Folding
twice is as good as once, for the rows that were counted go in the same transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.contacts.models import Contact
from outreach.delivery.models import Delivery, Mailing
from outreach.foundation import clock
from outreach.reporting import goals, metrics
from outreach.reporting.models import Goal


def fold_person(session: Session, contact: Contact, known_as: Collection[UUID]) -> int:
    """Turn what one person's letters told into numbers; returns how many opens and clicks are gone.

    Call it while the letters still name the person: a goal may be about them. `known_as` are the ids that their letters
    may name: their own, and those of contacts who were merged into them.
    """
    letters = select(Delivery.mailing_id).where(Delivery.contact_id == contact.id)
    for goal in session.exec(select(Goal).where(col(Goal.campaign_id).in_(letters), ~col(Goal.is_closed))).all():
        theirs = sa.select(col(Contact.id)).where(
            col(Contact.id) == contact.id, col(Contact.id).in_(goals.population(session, goal))
        )
        told = metrics.total(session, goal.campaign_id, population=theirs, days=goal.within_days)
        goal.kept = asdict(metrics.kept(goal.kept) + told)
    session.flush()
    return sum(_fold(session, "delivery.contact_id = :it", one) for one in known_as)


def fold_mailing(session: Session, mailing_id: UUID, *, but: Collection[UUID] = ()) -> int:
    """Turn everything that a mailing's letters told into numbers, for good; returns how many opens and clicks are gone.

    Its goals are judged by what is known now, and by nothing that happens to their population later. `but` are
    contacts whose opens and clicks are left as they are.
    """
    for goal in session.exec(select(Goal).where(Goal.campaign_id == mailing_id, ~col(Goal.is_closed))).all():
        goal.kept, goal.is_closed = asdict(goals.measured(session, goal)), True
    session.execute(sa.update(Mailing).where(col(Mailing.id) == mailing_id).values(closed_at=clock.now()))
    session.flush()
    return _fold(
        session, "delivery.mailing_id = :it AND delivery.contact_id <> ALL(CAST(:but AS uuid[]))", mailing_id, list(but)
    )


def foldable(session: Session, *, days: int, but: Collection[UUID] = ()) -> UUID | None:
    """Return a mailing older than some days that is not folded, or holds opens and clicks still; None for no more."""
    found: UUID | None = session.execute(_FOLDABLE, {"days": days, "but": list(but)}).scalar_one_or_none()
    return found


def _fold(session: Session, which: str, it: UUID, but: Sequence[UUID] = ()) -> int:
    told = {"it": it, "but": list(but)} if ":but" in which else {"it": it}
    for statement in (_PEOPLE, _LINKS):
        session.execute(sa.text(statement.replace("those_meant", which)), told)
    return len(session.execute(sa.text(_GONE.replace("those_meant", which)), told).all())


_PEOPLE: Final = f"""
    INSERT INTO event_total (mailing_id, language, sector, unknown, openers, clickers, machine)
    SELECT mailing_id, language, sector,
        count(*) FILTER (WHERE unknown), count(*) FILTER (WHERE human), count(*) FILTER (WHERE clicked),
        count(*) FILTER (WHERE machine)
    FROM (
        SELECT delivery.mailing_id, delivery.language, {metrics.SECTOR} AS sector,
            {metrics.HUMAN} AS human, {metrics.CLICKED} AS clicked,
            {metrics.UNKNOWN} AND NOT {metrics.HUMAN} AS unknown,
            {metrics.MACHINE} AND NOT {metrics.HUMAN} AS machine
        FROM delivery
        JOIN tracking_event
            ON tracking_event.delivery_id = delivery.id AND tracking_event.mailing_id = delivery.mailing_id
        JOIN message ON message.id = delivery.message_id AND message.tracked
        LEFT JOIN contact ON contact.id = delivery.contact_id
        LEFT JOIN organisation ON organisation.id = contact.organisation_id
        WHERE those_meant AND delivery.state IN ('delivered', 'complained')
        GROUP BY delivery.id, delivery.mailing_id, delivery.language, organisation.sector, delivery.values
    ) AS letter
    GROUP BY mailing_id, language, sector
    ON CONFLICT (mailing_id, language, sector) DO UPDATE SET
        unknown = event_total.unknown + excluded.unknown, openers = event_total.openers + excluded.openers,
        clickers = event_total.clickers + excluded.clickers, machine = event_total.machine + excluded.machine
    """  # noqa: S608 # constants of our own

_LINKS: Final = """
    INSERT INTO link_total (link_key, people, clicks, machine)
    SELECT event.link_key, count(DISTINCT event.delivery_id) FILTER (WHERE event.actor = 'human'),
        count(*) FILTER (WHERE event.actor = 'human'), count(*) FILTER (WHERE event.actor = 'machine')
    FROM tracking_event AS event
    JOIN delivery ON delivery.id = event.delivery_id AND delivery.mailing_id = event.mailing_id
    WHERE those_meant AND event.kind = 'click' AND event.link_key IS NOT NULL
    GROUP BY event.link_key
    ON CONFLICT (link_key) DO UPDATE SET people = link_total.people + excluded.people,
        clicks = link_total.clicks + excluded.clicks, machine = link_total.machine + excluded.machine
    """

_GONE: Final = """
    DELETE FROM tracking_event USING delivery
    WHERE delivery.id = tracking_event.delivery_id AND delivery.mailing_id = tracking_event.mailing_id AND those_meant
    RETURNING tracking_event.id
    """

_FOLDABLE: Final = sa.text(
    """
    SELECT id FROM mailing
    WHERE created_at < now() - make_interval(days => :days) AND (closed_at IS NULL OR EXISTS (
        SELECT 1 FROM tracking_event AS event
        JOIN delivery ON delivery.id = event.delivery_id AND delivery.mailing_id = event.mailing_id
        WHERE event.mailing_id = mailing.id AND delivery.contact_id <> ALL(CAST(:but AS uuid[]))
    ))
    ORDER BY id LIMIT 1
    """
)
