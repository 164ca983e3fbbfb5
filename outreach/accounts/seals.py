"""Seals of the audit log: a chain of keyed hashes, each over a line and the seal before, so that a change is seen.

A line is sealed some seconds after it is written, not with it: whoever writes one would wait for everybody else. The
key is the product's secret, which the database does not hold, so that not even its owner can make a new chain. What
cannot be seen from within is that the newest seals are gone together with their lines: whoever needs to know that notes
`Verdict.head` elsewhere. Lines that a decision on disposal let go leave their seals behind.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts.models import AuditEntry, AuditSeal
from outreach.foundation import blinding, clock

PURPOSE: Final = "audit"
PORTION: Final = 1000  # lines sealed at a time
LATE: Final = 10_000  # ids: how far behind the last sealed line one may still be committed
YOUNGEST_GONE: Final = timedelta(days=365)  # nothing younger is ever disposed of (see `privacy.retaining`)
_LOCK: Final = 0x5EA1
_HAS_NO_SEAL: Final = ~sa.exists().where(col(AuditSeal.entry_id) == col(AuditEntry.id))


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole chain found; `broken` are the numbers of seals that do not fit, in order."""

    sealed: int
    disposed: int
    unsealed: int
    broken: tuple[int, ...]
    head: str


def seal(session: Session) -> int:
    """Seal the lines that have none, in order; returns how many. Another process that is sealing is not waited for."""
    if not session.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
        return 0
    last = session.exec(select(AuditSeal).order_by(col(AuditSeal.id).desc()).limit(1)).first()
    number, previous = (last.id, last.hash) if last else (0, "")
    lines = session.exec(_unsealed().order_by(col(AuditEntry.id)).limit(PORTION)).all()
    for line in lines:
        number, previous = number + 1, blinding.blinded(PURPOSE, _text(previous, line))
        session.add(AuditSeal(id=number, entry_id=line.id, at=line.at, hash=previous))
    session.flush()
    return len(lines)


def verify(session: Session) -> Verdict:
    """Go through the whole chain; seconds for a million lines."""
    number = disposed = 0
    broken: list[int] = []
    previous = ""
    for mark, line in _chain(session):
        number += 1
        if mark.id != number:
            broken.append(number)
            number = mark.id
        if line is None:
            is_old = mark.at < clock.now() - YOUNGEST_GONE
            disposed += is_old
            if not is_old:
                broken.append(mark.id)
        elif not blinding.is_blinded(PURPOSE, _text(previous, line), mark.hash):
            broken.append(mark.id)
        previous = mark.hash
    unsealed = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(_HAS_NO_SEAL))
    return Verdict(number - disposed, disposed, unsealed or 0, tuple(broken), previous[:16])


def _unsealed() -> Any:
    newest = sa.select(sa.func.coalesce(sa.func.max(AuditSeal.entry_id), 0)).scalar_subquery()
    return select(AuditEntry).where(col(AuditEntry.id) > newest - LATE, _HAS_NO_SEAL)


def _chain(session: Session) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    after = 0
    while True:
        found = session.execute(
            sa.select(AuditSeal, AuditEntry)
            .outerjoin(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id))
            .where(col(AuditSeal.id) > after)
            .order_by(col(AuditSeal.id))
            .limit(PORTION)
        ).all()
        for mark, line in found:
            yield mark, line
            after = mark.id
        session.expunge_all()
        if len(found) < PORTION:
            return


def _text(previous: str, line: AuditEntry) -> str:
    at: datetime = line.at.astimezone(UTC)
    whole = [previous, line.id, at.isoformat(), line.actor, line.action, line.subject, line.detail]
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
