"""Looking at a file: what it is, what it is written in, which columns it has. What cannot be known is asked."""

import tempfile
from pathlib import Path

from sqlmodel import Session

from outreach.contacts.importing import columns, encodings, records, workbook
from outreach.contacts.importing.encodings import Encoding
from outreach.contacts.importing.faults import Fault
from outreach.contacts.importing.records import Unreadable
from outreach.intake import files
from outreach.intake.models import Import, ImportState


def examine(_session: Session, taken: Import) -> None:
    """Find out what can be known, and refuse what cannot be used; a workbook and UTF-16 become UTF-8 here."""
    file = files.place(taken.id)
    fault = _to_text(taken, file)
    if fault is None and file.stat().st_size == 0:
        fault = Fault.EMPTY
    if fault:
        refuse(taken, fault)
        return
    found = encodings.of(file)
    taken.encoding = found.value if found else ""
    taken.state = ImportState.ASKING
    if found:
        _find_delimiter(taken, file, found)


def read_header(taken: Import) -> None:
    """Read the names of the columns and guess what they mean, once encoding and delimiter are known."""
    with files.place(taken.id).open("rb") as opened:
        rows = records.head(opened, Encoding(taken.encoding), taken.delimiter, 1)
    if not rows:
        refuse(taken, Fault.EMPTY)
        return
    first = rows[0]
    if isinstance(first, Unreadable):
        refuse(taken, first.fault)
        return
    header = [" ".join(name.split()) for name in first[1]]
    while header and not header[-1]:
        header.pop()
    named = [name for name in header if name]
    twice = next((name for name in named if named.count(name) > 1), "")
    if twice:
        refuse(taken, Fault.HEADER_TWICE, twice[:80])
    elif not named or any("@" in name or "\0" in name for name in named):
        refuse(taken, Fault.HEADER)
    else:
        taken.header = header
        taken.mapping = {field.value: place for field, place in columns.guess(header).items()}


def refuse(taken: Import, fault: Fault, detail: str = "") -> None:
    """Say that the file cannot be used; nothing of it is kept."""
    taken.state, taken.fault, taken.detail = ImportState.REFUSED, fault.value, detail
    files.drop(taken.id)


def _find_delimiter(taken: Import, file: Path, found: Encoding) -> None:
    with file.open("rb") as opened:
        taken.delimiter = records.delimiter(opened, found) or ""
    if taken.delimiter:
        read_header(taken)


def _to_text(taken: Import, file: Path) -> Fault | None:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "text"
        if workbook.is_workbook(file):
            fault = workbook.convert(file, written)
        elif wide := encodings.wide(file):
            fault = _narrow(file, wide, written)
        else:
            return Fault.BINARY if encodings.is_binary(file) else None
        if fault is None:
            taken.size = files.replace(taken.id, written)
    return fault


def _narrow(file: Path, wide: str, to: Path) -> Fault | None:
    try:
        encodings.narrow(file, wide, to)
    except UnicodeDecodeError:
        return Fault.BINARY
    return None
