"""A person's rows in files that were taken in: gone, and with them a file that would bring the person back."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.contacts.importing.faults import Fault
from outreach.intake import files


def forget(session: Session, contact: UUID, addresses: Collection[str]) -> int:
    """Remove every row about a contact or naming one of these addresses; returns how many.

    A file with such a row that is not written yet is given up as a whole, since it holds the person still: whoever
    takes it in again finds that row refused.
    """
    whose = {"contact": contact, "addresses": sorted(addresses), "fault": Fault.ERASED.value}
    for import_id in session.scalars(_GIVE_UP, whose):
        files.drop(import_id)
    return len(session.execute(_REMOVE, whose).all())


def drop_abandoned(session: Session, *, days: int) -> int:
    """Remove the files, with their rows, that nobody has gone on with for some days; returns how many."""
    abandoned = session.scalars(_ABANDONED, {"days": days}).all()
    for import_id in abandoned:
        files.drop(import_id)
    return len(abandoned)


_THEIRS: Final = """(
    row.contact_id = :contact OR row.address = ANY(CAST(:addresses AS text[])) OR EXISTS (
        SELECT 1 FROM unnest(row.raw) AS cell, unnest(CAST(:addresses AS text[])) AS own (address)
        WHERE strpos(lower(cell), own.address) > 0
    )
)"""

_GIVE_UP: Final = sa.text(
    f"""
    UPDATE contact_import SET state = 'refused', fault = :fault, detail = '', counts = '{{}}', rows = 0, reached = 0
    WHERE state IN ('examining', 'asking', 'checking', 'checked')
        AND EXISTS (SELECT 1 FROM contact_import_row AS row WHERE row.import_id = contact_import.id AND {_THEIRS})
    RETURNING id
    """  # noqa: S608 - the condition stands above
)

_REMOVE: Final = sa.text(
    f"""
    DELETE FROM contact_import_row AS row
    WHERE {_THEIRS} OR row.import_id IN (SELECT id FROM contact_import WHERE state = 'refused' AND fault = :fault)
    RETURNING 1
    """  # noqa: S608 - as above
)

_ABANDONED: Final = sa.text(
    """
    WITH abandoned AS (
        DELETE FROM contact_import
        WHERE state IN ('examining', 'asking', 'checking', 'checked', 'refused')
            AND touched_at < now() - make_interval(days => :days)
        RETURNING id
    ), rows AS (
        DELETE FROM contact_import_row USING abandoned WHERE import_id = abandoned.id
    )
    SELECT id FROM abandoned
    """
)
