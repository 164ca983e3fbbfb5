"""Imports as pages and the command show them: what they found, row by row where somebody wants to look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.contacts.importing import columns, faults
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.faults import Fault
from outreach.foundation.locale import gettext as _
from outreach.foundation.paging import SIZE, Page, page
from outreach.intake.models import Import, ImportRow, ImportState, Verdict
from outreach.intake.undoing import Kept

SHOWN: Final = 10


@dataclass(frozen=True)
class Row:
    """One row as it is shown: `changes` are (field, before, after), `reason` says why it is not taken or stays."""

    position: int
    line: int
    verdict: Verdict
    contact_id: UUID
    name: str
    email: str
    field: str
    reason: str
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a check found or an import did. The numbers of `verdicts` add up to `rows`."""

    id: UUID
    name: str
    state: ImportState
    rows: int
    verdicts: Mapping[str, int]
    kept: Mapping[str, int]
    refused: tuple[Row, ...]

    @property
    def taken(self) -> int:
        """Return how many rows are, or would be, taken."""
        return self.rows - self.not_taken

    @property
    def not_taken(self) -> int:
        """Return how many rows are refused or wait."""
        return self.verdicts[Verdict.REFUSED] + self.verdicts[Verdict.QUARANTINED]

    def lines(self) -> Iterator[tuple[str, int]]:
        """Name every number that is worth a line."""
        for verdict in Verdict:
            yield verdict_label(verdict), self.verdicts[verdict]
        for kept in Kept:
            if self.kept[kept]:
                yield kept_label(kept), self.kept[kept]


def outcome(session: Session, taken: Import) -> Outcome:
    """Return what is known of an import, with the first rows that are not taken."""
    return Outcome(
        id=taken.id,
        name=taken.name,
        state=taken.state,
        rows=taken.rows,
        verdicts={verdict.value: taken.counts.get(verdict.value, 0) for verdict in Verdict},
        kept={kept.value: taken.counts.get(kept.value, 0) for kept in Kept},
        refused=tuple(rows(session, taken, [Verdict.REFUSED, Verdict.QUARANTINED], size=SHOWN).items),
    )


def rows(
    session: Session, taken: Import, verdicts: list[Verdict], *, cursor: str | None = None, size: int = SIZE
) -> Page[Row]:
    """List the rows of some verdicts in the order of the file."""
    statement = sa.select(ImportRow).where(col(ImportRow.import_id) == taken.id, col(ImportRow.verdict).in_(verdicts))
    read = lambda row: _row(taken, row.ImportRow)  # noqa: E731 - said once
    return page(session, statement, [col(ImportRow.position)], read=read, cursor=cursor, size=size)


def kept_rows(session: Session, taken: Import, *, size: int = SHOWN) -> list[Row]:
    """List rows that could not be undone, or not wholly."""
    statement = (
        sa.select(ImportRow)
        .where(col(ImportRow.import_id) == taken.id, col(ImportRow.kept) != "")
        .order_by(col(ImportRow.position))
        .limit(size)
    )
    return [_row(taken, row) for row in session.scalars(statement)]


def recent(session: Session, *, limit: int = 10) -> list[Import]:
    """List the newest imports."""
    return list(session.scalars(sa.select(Import).order_by(col(Import.id).desc()).limit(limit)))


def state_label(state: ImportState) -> str:
    """Name where an import stands, in the language in use."""
    labels = {
        ImportState.EXAMINING: _("Being looked at"),
        ImportState.ASKING: _("Waits for answers"),
        ImportState.CHECKING: _("Being checked"),
        ImportState.CHECKED: _("Checked, nothing written yet"),
        ImportState.APPLYING: _("Being written"),
        ImportState.APPLIED: _("Imported"),
        ImportState.UNDOING: _("Being undone"),
        ImportState.UNDONE: _("Undone"),
        ImportState.REFUSED: _("Cannot be used"),
    }
    return labels[state]


def verdict_label(verdict: Verdict) -> str:
    """Name what happens to a row, in the language in use."""
    labels = {
        Verdict.NEW: _("New"),
        Verdict.CHANGED: _("Changed"),
        Verdict.SAME: _("Unchanged"),
        Verdict.REFUSED: _("Not taken"),
        Verdict.QUARANTINED: _("In quarantine"),
    }
    return labels[verdict]


def kept_label(kept: Kept) -> str:
    """Say why something stays, in the language in use."""
    labels = {
        Kept.WRITTEN_TO: _("Stays: written to since"),
        Kept.DECIDED: _("Stays: decided something since"),
        Kept.EDITED: _("Stays in part: edited since"),
    }
    return labels[kept]


def _row(taken: Import, row: ImportRow) -> Row:
    name = row.native_name or f"{row.given_name} {row.family_name}".strip()
    reason = faults.sentence(Fault(row.fault), row.detail) if row.fault else ""
    email = row.email or _raw(taken, row, Field.EMAIL)
    return Row(
        position=row.position,
        line=row.line,
        verdict=row.verdict,
        contact_id=row.contact_id,
        name=name,
        email=email,
        field=columns.label(Field(row.field)) if row.field else "",
        reason=reason or (kept_label(Kept(row.kept)) if row.kept else ""),
        changes=tuple(_change(row, name, before) for name, before in (row.before or {}).items()),
    )


def _raw(taken: Import, row: ImportRow, field: Field) -> str:
    place = taken.mapping.get(field.value, -1)
    return row.raw[place][:80] if 0 <= place < len(row.raw) else ""


def _change(row: ImportRow, name: str, before: Any) -> tuple[str, str, str]:
    after = row.said_language if name == "language" else getattr(row, name)
    if name == "organisation":
        before = ""  # an id; the page shows what the row says
    return (
        columns.label(Field(name)),
        ", ".join(before) if isinstance(before, list) else before,
        after.replace(",", ", "),
    )
