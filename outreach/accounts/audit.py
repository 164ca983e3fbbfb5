"""The audit log: who did what to which thing, when. Lines are added and read, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts.models import AuditEntry
from outreach.foundation.paging import SIZE, Page, page

PORTION: Final = 1000  # lines of an export at a time
COMMAND_LINE: Final = "command line"  # the actor of whoever may log in to the machine


@dataclass(frozen=True)
class Entry:
    """One line of the log."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def append(session: Session, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add a line, such as `actor="eva@…", action="campaign.launch", subject="campaign:<id>"`.

    `detail` holds names, numbers and ids, never what a person wrote or an address: the line outlives both.
    """
    session.add(AuditEntry(actor=actor, action=action, subject=subject, detail=dict(detail or {})))


@dataclass(frozen=True)
class Wanted:
    """Which lines are looked for; what is empty does not matter. `area` is what an action begins with: `campaign`."""

    subject: str = ""
    actor: str = ""
    area: str = ""
    since: datetime | None = None
    until: datetime | None = None


def listed(
    session: Session, wanted: Wanted | None = None, *, cursor: str | None = None, size: int = SIZE
) -> Page[Entry]:
    """List the log, the newest line first."""
    statement = sa.select(AuditEntry).where(*_conditions(wanted or Wanted()))
    return page(session, statement, [col(AuditEntry.id)], read=_entry, cursor=cursor, size=size, descending=True)


def portion(session: Session, wanted: Wanted, *, after: int = 0, size: int = PORTION) -> tuple[list[Entry], int | None]:
    """Return the lines after an id, the oldest first, and the id to go on from; None where nothing comes after."""
    found = session.scalars(
        sa.select(AuditEntry)
        .where(col(AuditEntry.id) > after, *_conditions(wanted))
        .order_by(col(AuditEntry.id))
        .limit(size)
    ).all()
    return [_read(line) for line in found], found[-1].id if len(found) == size else None


def actors(session: Session) -> list[str]:
    """Return everybody who has a line."""
    return list(session.scalars(sa.select(col(AuditEntry.actor)).distinct().order_by(col(AuditEntry.actor))))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = []
    if wanted.subject:
        found.append(col(AuditEntry.subject) == wanted.subject)
    if wanted.actor:
        found.append(col(AuditEntry.actor) == wanted.actor)
    if wanted.area:
        found.append(sa.func.split_part(AuditEntry.action, ".", 1) == wanted.area)
    if wanted.since:
        found.append(col(AuditEntry.at) >= wanted.since)
    if wanted.until:
        found.append(col(AuditEntry.at) < wanted.until)
    return found


def _entry(row: Any) -> Entry:
    return _read(row.AuditEntry)


def _read(line: AuditEntry) -> Entry:
    return Entry(line.at, line.actor, line.action, line.subject, line.detail)
