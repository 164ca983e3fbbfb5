"""Who is behind a number of the preview: the people who would receive a piece, or are left out for a reason."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.models import Contact
from outreach.foundation import masking
from outreach.foundation.paging import Page, page
from outreach.segments.models import ExclusionReason
from outreach.segments.selecting import AudienceSpec, audience


@dataclass(frozen=True)
class Found:
    """One contact whom a rule finds, and what becomes of them; `reason` is None for who receives."""

    contact_id: UUID
    name: str
    email: str
    language: str
    sector: str
    reason: ExclusionReason | None


def listed(
    session: Session, spec: AudienceSpec, *, reason: ExclusionReason | None, cursor: str | None = None
) -> Page[Found]:
    """List who receives it, or whom a reason leaves out, by the time they were added."""
    found = audience(spec).subquery("found")
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(found, col(Contact.email))
        .join(Contact, col(Contact.id) == found.c.contact_id)
        .where(found.c.reason.is_(None) if reason is None else found.c.reason == reason.value)
    )
    return page(session, statement, [found.c.contact_id], read=_found, cursor=cursor)


def _found(row: Any) -> Found:
    return Found(
        contact_id=row.contact_id,
        name=masking.name(row.name),
        email=masking.address(row.email),
        language=row.contact_language,
        sector=row.sector or "",
        reason=ExclusionReason(row.reason) if row.reason else None,
    )
