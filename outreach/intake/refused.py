"""The rows that were not taken, as a file to correct and take in again: the same columns, and the reason at the end."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.importing import cells, columns, faults, mail
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.faults import Fault
from outreach.foundation.locale import gettext as _
from outreach.intake.models import Import, ImportRow, Verdict

PORTION: Final = 5_000


def header(taken: Import) -> list[str]:
    """Return the file's own columns, one to mark an address as right, and the reason, which an import passes over."""
    return _line(taken, list(taken.header), columns.label(Field.CONFIRMED), _reason())


def portion(session: Session, taken: Import, *, after: int) -> tuple[list[list[str]], int | None]:
    """Return the next rows, and where to go on; None when there are no more."""
    rows = session.scalars(
        sa.select(ImportRow)
        .where(
            col(ImportRow.import_id) == taken.id,
            col(ImportRow.position) > after,
            col(ImportRow.verdict).in_([Verdict.REFUSED, Verdict.QUARANTINED]),
        )
        .order_by(col(ImportRow.position))
        .limit(PORTION)
    ).all()
    lines = [_line(taken, _cells(taken, row), "", faults.sentence(Fault(row.fault), row.detail)) for row in rows]
    return lines, rows[-1].position if len(rows) == PORTION else None


def _line(taken: Import, cells_: list[str], mark: str, reason: str) -> list[str]:
    """Add the two columns, or fill them in a file that was corrected before and has them."""
    if Field.CONFIRMED not in taken.mapping:
        cells_ = [*cells_, mark]
    if _reason() in taken.header:
        cells_[taken.header.index(_reason())] = reason
        return cells_
    return [*cells_, reason]


def _reason() -> str:
    return _("Why it was not taken")


def _cells(taken: Import, row: ImportRow) -> list[str]:
    """Return what stood in the row; of one that was refused for whom it is about, what was read from it."""
    width = len(taken.header)
    if row.raw:
        return [*(cells.unguard(cell) for cell in row.raw[:width]), *[""] * (width - len(row.raw))]
    read = [""] * width
    for name, place in taken.mapping.items():
        read[place] = _read(row, Field(name))
    return read


def _read(row: ImportRow, field: Field) -> str:
    if field is Field.FULL_NAME:
        return row.native_name or f"{row.given_name} {row.family_name}".strip() or row.latin_name
    if field is Field.CONFIRMED:
        return "x" if row.address.rpartition("@")[2] in mail.MEANT else ""
    value: str = getattr(row, "said_language" if field is Field.LANGUAGE else field.value)
    return value


def name(taken: Import) -> str:
    """Name the file after the one that it comes from."""
    return f"{taken.name.rpartition('.')[0] or taken.name}-refused.csv"
