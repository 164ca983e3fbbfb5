"""The daily work of letting go: in small steps, each of which finds what is due by itself; twice is as good as once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.delivery import ledger
from outreach.delivery.partitions import first_id
from outreach.foundation.jobs import Job
from outreach.intake import forgetting as intake
from outreach.privacy import holding, retaining
from outreach.privacy.models import Disposal, Matter
from outreach.privacy.retaining import REVIEWED, Rule
from outreach.reporting import folding

DISPOSE: Final = Job("privacy.dispose")
PORTION: Final = 20_000  # rows of a step

Counts = Mapping[str, int]


def dispose_some(session: Session, matter: Matter) -> bool:
    """Do one step for a class; False when nothing is due, or a hold stands on it. What went is reported, as numbers."""
    rule = retaining.rule(session, matter)
    if rule.is_held or matter in REVIEWED:
        return False
    gone = _WAYS[matter](session, rule, holding.everybody(session))
    if not any(gone.values()):
        return False
    _report(session, rule, gone)
    return True


def _events(session: Session, rule: Rule, held: list[UUID]) -> Counts:
    mailing = folding.foldable(session, days=rule.days, but=held)
    if mailing is None:
        return {}
    return {"mailings": 1, "events": folding.fold_mailing(session, mailing, but=held)}


def _letters(session: Session, rule: Rule, held: list[UUID]) -> Counts:
    mailing = session.execute(_PARABLE, {"days": rule.days}).scalar_one_or_none()
    if mailing is None:
        return {}
    pared = ledger.pare(session, mailing, but=held, limit=PORTION)
    return {"mailings": int(pared < PORTION), "letters": pared}


def _reports(session: Session, rule: Rule, held: list[UUID]) -> Counts:
    now = session.execute(sa.select(sa.func.now())).scalar_one()
    told = {"before": first_id(now - timedelta(days=rule.days)), "held": held, "limit": PORTION}
    return {"reports": len(session.execute(_REPORTS, told).all())}


def _imports(session: Session, rule: Rule, _held: list[UUID]) -> Counts:
    return {"files": intake.drop_abandoned(session, days=rule.days)}


def _audit(session: Session, rule: Rule, held: list[UUID]) -> Counts:
    told = {"days": rule.days, "kept": [f"contact:{one}" for one in held]}
    return {"lines": session.execute(_AUDIT, told).scalar_one()}


def _report(session: Session, rule: Rule, gone: Counts) -> None:
    """Add up what went to the day's report of the class."""
    now = session.execute(sa.select(sa.func.now())).scalar_one()
    today = select(Disposal).where(Disposal.matter == rule.matter, sa.func.date(col(Disposal.at)) == sa.func.date(now))
    row = session.exec(today.with_for_update()).first()
    if row is None:
        row = Disposal(matter=rule.matter, before=now - timedelta(days=rule.days), decision=rule.decision, at=now)
    row.counts = {name: row.counts.get(name, 0) + number for name, number in gone.items()}
    session.add(row)
    session.flush()


_WAYS: Final[Mapping[Matter, Callable[[Session, Rule, list[UUID]], Counts]]] = {
    Matter.EVENTS: _events,
    Matter.LETTERS: _letters,
    Matter.REPORTS: _reports,
    Matter.IMPORTS: _imports,
    Matter.AUDIT: _audit,
}

# Its opens first: they are counted by the letters' sectors.
_PARABLE: Final[Any] = sa.text(
    """
    SELECT id FROM mailing
    WHERE created_at < now() - make_interval(days => :days) AND closed_at IS NOT NULL AND pared_at IS NULL
    ORDER BY id LIMIT 1
    """
)

_REPORTS: Final[Any] = sa.text(
    """
    DELETE FROM provider_event WHERE id IN (
        SELECT id FROM provider_event
        WHERE id < CAST(:before AS uuid) AND applied_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM delivery
            WHERE delivery.id = provider_event.delivery_id AND delivery.contact_id = ANY(CAST(:held AS uuid[]))
        )
        ORDER BY id LIMIT :limit
    ) RETURNING id
    """
)

_AUDIT: Final[Any] = sa.text("SELECT dispose_of_audit(now() - make_interval(days => :days), CAST(:kept AS text[]))")
