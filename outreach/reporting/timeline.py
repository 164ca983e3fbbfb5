"""What happened with one person, from the rooms below, the newest first: one list, paged by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.campaigns import overview
from outreach.campaigns.overview import Received
from outreach.consent import queries as consents
from outreach.consent.queries import Evidence
from outreach.contacts import corrections
from outreach.contacts import queries as contacts
from outreach.contacts.models import Contact, ContactAlias, ContactChange, ContactNote
from outreach.delivery.models import Suppression
from outreach.foundation.paging import Page, page
from outreach.tracking import queries as events
from outreach.tracking.queries import Event

SIZE: Final = 20


class Happening(StrEnum):
    """What can happen."""

    ADDED = "added"  # we came to know them
    NOTE = "note"  # a member of staff wrote something down
    CHANGE = "change"  # a correction, by hand or by a file
    MERGER = "merger"  # somebody else turned out to be them
    CONSENT = "consent"  # they agreed to something, or agree no more
    STOPPED = "stopped"  # nothing is sent to their address since
    LETTER = "letter"  # a letter was made for them


@dataclass(frozen=True)
class Moment:
    """One thing that happened; of what follows exactly one is set, and nothing where they were added."""

    at: datetime
    kind: Happening
    key: str
    note: ContactNote | None = None
    change: ContactChange | None = None
    lines: tuple[tuple[str, str, str], ...] = ()
    merger: ContactAlias | None = None
    evidence: Evidence | None = None
    stopped: Suppression | None = None
    letter: Received | None = None
    events: tuple[Event, ...] = ()


def of(
    session: Session,
    contact: Contact,
    *,
    only: Happening | None = None,
    cursor: str | None = None,
    size: int = SIZE,
) -> Page[Moment]:
    """List what happened with a contact, or only what is of one kind. Costs a statement and one per kind shown."""
    ids = (contact.id, *contacts.earlier_ids(session, contact.id))
    happened = sa.text(_UNION).columns(at=sa.DateTime(timezone=True), kind=sa.Text(), key=sa.Text())
    happened = happened.bindparams(contact=contact.id, ids=list(ids), address=contact.address)
    moments = happened.subquery("happened")
    wanted: sa.Select[*tuple[Any, ...]] = sa.select(moments)
    if only is not None:
        wanted = wanted.where(moments.c.kind == only.value)
    found = page(
        session,
        wanted,
        [moments.c.at, moments.c.kind, moments.c.key],
        read=lambda row: (row.at, Happening(row.kind), str(row.key)),
        cursor=cursor,
        size=size,
        descending=True,
    )
    told = _told(session, contact, ids, found.items)
    items = tuple(Moment(at, kind, key, **told.get((kind, key), {})) for at, kind, key in found.items)
    return Page(items, found.next, found.previous, found.total)


def _told(
    session: Session, contact: Contact, ids: tuple[UUID, ...], found: tuple[tuple[datetime, Happening, str], ...]
) -> Mapping[tuple[Happening, str], dict[str, Any]]:
    keys = {kind: [key for _at, one, key in found if one is kind] for kind in Happening}
    told: dict[tuple[Happening, str], dict[str, Any]] = {}
    for note in _rows(session, ContactNote, keys[Happening.NOTE]):
        told[Happening.NOTE, str(note.id)] = {"note": note}
    for change in _rows(session, ContactChange, keys[Happening.CHANGE]):
        told[Happening.CHANGE, str(change.id)] = {
            "change": change,
            "lines": tuple(corrections.lines(session, change)),
        }
    for merger in _rows(session, ContactAlias, keys[Happening.MERGER]):
        told[Happening.MERGER, str(merger.id)] = {"merger": merger}
    for stopped in _rows(session, Suppression, keys[Happening.STOPPED]):
        told[Happening.STOPPED, str(stopped.id)] = {"stopped": stopped}
    entries = [int(key) for key in keys[Happening.CONSENT]]
    for number, entry in (consents.evidence(session, contact.id, entries) if entries else {}).items():
        told[Happening.CONSENT, str(number)] = {"evidence": entry}
    letters = overview.letters(session, ids, [UUID(key) for key in keys[Happening.LETTER]])
    opened = events.of_letters(session, list(letters))
    for delivery, letter in letters.items():
        told[Happening.LETTER, str(delivery)] = {"letter": letter, "events": tuple(opened.get(delivery, ()))}
    return told


def _rows(session: Session, table: Any, keys: list[str]) -> list[Any]:
    if not keys:
        return []
    return list(session.exec(select(table).where(col(table.id).in_([UUID(key) for key in keys]))))


_UNION: Final = """
    SELECT created_at AS at, 'added' AS kind, CAST(id AS text) AS key FROM contact WHERE id = :contact
    UNION ALL SELECT at, 'note', CAST(id AS text) FROM contact_note WHERE contact_id = :contact
    UNION ALL SELECT at, 'change', CAST(id AS text) FROM contact_change WHERE contact_id = :contact
    UNION ALL SELECT at, 'merger', CAST(id AS text) FROM contact_alias WHERE contact_id = :contact
    UNION ALL SELECT at, 'consent', CAST(id AS text) FROM consent_record WHERE contact_id = :contact
    UNION ALL SELECT created_at, 'stopped', CAST(id AS text) FROM suppression WHERE address = :address
    UNION ALL SELECT mailing.created_at, 'letter', CAST(delivery.id AS text)
        FROM delivery JOIN mailing ON mailing.id = delivery.mailing_id
        WHERE delivery.contact_id = ANY(CAST(:ids AS uuid[]))
"""
