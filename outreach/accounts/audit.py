"""The audit log: who did what to which thing, when. Lines are added and read, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts.models import AuditEntry
from outreach.foundation.paging import SIZE, Page, page

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


def listed(
    session: Session,
    *,
    subject: str | None = None,
    actor: str | None = None,
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[Entry]:
    """List the log, the newest line first, of one thing or one person where given."""
    statement = sa.select(AuditEntry)
    if subject:
        statement = statement.where(col(AuditEntry.subject) == subject)
    if actor:
        statement = statement.where(col(AuditEntry.actor) == actor)
    return page(session, statement, [col(AuditEntry.id)], read=_entry, cursor=cursor, size=size, descending=True)


def _entry(row: Any) -> Entry:
    line: AuditEntry = row.AuditEntry
    return Entry(line.at, line.actor, line.action, line.subject, line.detail)
