"""Rows of a file to rows of a table, by COPY: the text form of PostgreSQL, written without a step in between."""

from collections.abc import Iterator, Sequence
from typing import Final, cast
from uuid import UUID

import psycopg
from sqlmodel import Session

from outreach.contacts.importing.cleaning import Cleaner, Person, Refusal
from outreach.contacts.importing.faults import Fault
from outreach.contacts.importing.records import Unreadable
from outreach.intake.models import Verdict

_PORTION: Final = 500  # lines handed over at once
_COLUMNS: Final = ("import_id", "position", "line", "verdict", *Person._fields)
_COPY: Final = f"COPY contact_import_row ({', '.join((*_COLUMNS, 'fault', 'field', 'detail', 'raw'))}) FROM STDIN"
_NOTHING: Final = "\t".join([""] * len(Person._fields))

Row = tuple[int, list[str]] | Unreadable


def copy(session: Session, import_id: UUID, rows: Iterator[Row], cleaner: Cleaner, *, after: int, most: int) -> int:
    """Stage up to `most` rows behind position `after`; returns how many."""
    session.flush()
    driver = cast("psycopg.Connection[object]", session.connection().connection.driver_connection)
    number = 0
    with driver.cursor() as cursor, cursor.copy(_COPY) as target:
        waiting: list[str] = []
        for row in rows:
            number += 1
            waiting.append(_line(import_id.hex, after + number, row, cleaner))
            if len(waiting) == _PORTION:
                target.write("".join(waiting))
                waiting.clear()
            if number == most:
                break
        target.write("".join(waiting))
    return number


def _line(import_id: str, position: int, row: Row, cleaner: Cleaner) -> str:
    if isinstance(row, Unreadable):
        return _refused(import_id, position, row.line, Refusal(row.fault), ())
    line, cells = row
    said = cleaner.read(cells)
    if isinstance(said, Refusal):
        return _refused(import_id, position, line, said, cells)
    text = "\t".join(said)  # tidied: no tab and no line break is left in it
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if not said.source:
        waits = f"{_escaped(_array(cells))}\n"
        return f"{import_id}\t{position}\t{line}\t{Verdict.QUARANTINED}\t{text}\t{Fault.NO_SOURCE}\tsource\t\t{waits}"
    return f"{import_id}\t{position}\t{line}\tnew\t{text}\t\t\t\t{{}}\n"


def _refused(import_id: str, position: int, line: int, why: Refusal, cells: Sequence[str]) -> str:
    start = f"{import_id}\t{position}\t{line}\t{Verdict.REFUSED}\t{_NOTHING}"
    return f"{start}\t{why.fault}\t{why.field or ''}\t{_escaped(why.detail)}\t{_escaped(_array(cells))}\n"


def _array(cells: Sequence[str]) -> str:
    quoted = (cell.replace("\0", "\ufffd").replace("\\", "\\\\").replace('"', '\\"') for cell in cells)
    return "{" + ",".join(f'"{cell}"' for cell in quoted) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
