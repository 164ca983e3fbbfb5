"""An XLSX workbook as CSV: weighed before it is opened, and read in a process of its own with a limit on its memory.

`python -m outreach.contacts.importing.workbook FROM TO` writes the first sheet; a fault is its answer, in one word.
"""

import csv
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final

from python_calamine import CalamineError, CalamineWorkbook

from outreach.contacts.importing import cells
from outreach.contacts.importing.faults import Fault

UNPACKED: Final = 200_000_000  # bytes
RATIO: Final = 100
ENTRIES: Final = 1_000
MEMORY: Final = 3 * 1024**3
SECONDS: Final = 80
_BLOCK: Final = 1 << 20
_DECLARES: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA: Final = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f[ />]')
_OVERLAP: Final = 512  # bytes: longer than the beginning of a cell with its formula


def is_workbook(file: Path) -> bool:
    """Tell by the first bytes whether a file is a ZIP archive."""
    with file.open("rb") as opened:
        return opened.read(4) == b"PK\x03\x04"


def convert(file: Path, to: Path) -> Fault | None:
    """Write the first sheet as CSV; returns what is wrong with the workbook, None where nothing is."""
    command = [sys.executable, "-m", "outreach.contacts.importing.workbook", str(file), str(to)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Fault.BOMB
    said = done.stdout.strip()
    if done.returncode == 0:
        return None
    return Fault(said) if said in list(Fault) else Fault.WORKBOOK


def weigh(file: Path) -> Fault | None:
    """Look at an archive without unpacking it to anywhere: sizes first, then what its XML declares."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            unpacked = sum(one.file_size for one in entries)
            packed = sum(one.compress_size for one in entries)
            if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > RATIO * max(packed, 1):
                return Fault.BOMB
            if "[Content_Types].xml" not in archive.namelist():
                return Fault.WORKBOOK
            for entry in entries:
                with archive.open(entry) as part:
                    fault = _look(part, entry.file_size)
                if fault:
                    return fault
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return Fault.WORKBOOK
    return None


def _look(part: IO[bytes], announced: int) -> Fault | None:
    read, before = 0, b""
    while block := part.read(_BLOCK):
        read += len(block)
        if read > announced:  # the archive lied about its size
            return Fault.BOMB
        if _DECLARES.search(before + block):
            return Fault.ENTITIES
        before = block[-16:]
    return None


def _write(file: Path, to: Path) -> Fault | None:
    fault = weigh(file)
    if fault:
        return fault
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    formulas = _formulas(file)
    try:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        with to.open("w", encoding="utf-8", newline="") as written:
            writer = csv.writer(written)
            left = sheet.start[1] if sheet.start else 0  # empty rows come before the first, empty columns do not
            for number, row in enumerate(sheet.iter_rows(), start=1):
                texts = [""] * left + [_text(cell) for cell in row]
                for column in formulas.get(number, ()):
                    if column < len(texts):
                        texts[column] = f"={texts[column]}"
                writer.writerow(texts)
    except (CalamineError, MemoryError, OSError, IndexError, ValueError):
        return Fault.WORKBOOK
    return None


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cells.guard(" ".join(str(value).splitlines()))  # a text is no formula, whatever it begins with


def _formulas(file: Path) -> dict[int, list[int]]:
    """Return the cells of the first sheet that are formulas: the reader gives only what they came to last."""
    found: dict[int, list[int]] = {}
    with zipfile.ZipFile(file) as archive:
        sheets = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        for name in sheets[:1]:
            with archive.open(name) as part:
                for match in _matches(part):
                    column = 0
                    for letter in match[1]:
                        column = column * 26 + letter - 64
                    columns = found.setdefault(int(match[2]), [])
                    if column - 1 not in columns:
                        columns.append(column - 1)
    return found


def _matches(part: IO[bytes]) -> Iterator[re.Match[bytes]]:
    before = b""
    while block := part.read(_BLOCK):
        yield from _FORMULA.finditer(before + block)
        before = (before + block)[-_OVERLAP:]


if __name__ == "__main__":
    wrong = _write(Path(sys.argv[1]), Path(sys.argv[2]))
    if wrong:
        sys.stdout.write(wrong.value)
    sys.exit(1 if wrong else 0)
