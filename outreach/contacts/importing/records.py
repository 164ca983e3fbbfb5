"""The rows of a text file, each with its place, from any place on: bounded in memory whatever the file holds.

A row that cannot be read is handed out as a fault, and reading goes on with the next line.
"""

import csv
from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from outreach.contacts.importing.encodings import Encoding
from outreach.contacts.importing.faults import Fault

LONGEST: Final = 65_536  # bytes of a row
_PORTION: Final = 1 << 18  # bytes read at once
_BOM: Final = b"\xef\xbb\xbf"
DELIMITERS: Final = (",", ";", "\t")


@dataclass(slots=True)
class Place:
    """Where a reader stands: the bytes behind it, and the number of the line that comes next."""

    offset: int = 0
    line: int = 1


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no row."""

    line: int
    fault: Fault


Rows = Generator["tuple[int, list[str]] | Unreadable", None, None]


def read(file: IO[bytes], encoding: Encoding, delimiter: str, place: Place) -> Rows:
    """Hand out rows as (number of their first line, cells) from a place on; empty lines pass.

    A portion in which every line is a row is cut at once, the rest line by line. `place` is true after `close()`.
    """
    if place.offset == 0:
        file.seek(0)
        place.offset = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
    while True:
        file.seek(place.offset)
        portion = file.read(_PORTION)
        if not portion:
            return
        whole = portion[: portion.rfind(b"\n") + 1]
        lines = _simple(whole, encoding)
        if lines:
            yield from _quick(lines, len(whole), delimiter, encoding, place)
        else:
            yield from _slow(file, encoding, delimiter, place, until=place.offset + max(len(whole), 1))


def _simple(portion: bytes, encoding: Encoding) -> list[str]:
    """Return the lines of a portion in which nothing needs care, none otherwise."""
    if b'"' in portion or b"\r" in portion.replace(b"\r\n", b""):
        return []
    try:
        lines = portion.decode(encoding.value).split("\n")
    except UnicodeDecodeError:
        return []
    lines.pop()  # what follows the last line break: nothing
    return [] if any(len(line) > LONGEST // 4 for line in lines) else lines


def _quick(lines: list[str], size: int, delimiter: str, encoding: Encoding, place: Place) -> Rows:
    done = 0
    try:
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            done += 1
            if any(cells):
                yield place.line + done - 1, cells
    finally:
        place.line += done
        cut_short = done < len(lines)
        place.offset += sum(len(line.encode(encoding.value)) for line in lines[:done]) + done if cut_short else size


def _slow(file: IO[bytes], encoding: Encoding, delimiter: str, place: Place, *, until: int) -> Rows:
    lines = _Lines(file, encoding, place)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while place.offset < until:
        first = place.line
        lines.begin()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except UnicodeDecodeError:
            lines.back_to_second()
            yield Unreadable(first, Fault.ENCODING)
        except _TooLong:
            yield Unreadable(first, Fault.ROW_TOO_LONG)
        except csv.Error:
            lines.back_to_second()
            yield Unreadable(first, Fault.QUOTES)
        else:
            if any(cells):
                yield first, cells


class _TooLong(Exception):
    """The first line of a row does not end within the limit."""


class _Lines:
    """A file's lines as the CSV reader asks for them; knows where the row in hand began."""

    def __init__(self, file: IO[bytes], encoding: Encoding, place: Place) -> None:
        file.seek(place.offset)
        self._file, self._encoding, self._place = file, encoding.value, place
        self._begun = self._second = place.offset
        self._first_line = place.line

    def begin(self) -> None:
        """Begin a row here."""
        self._begun, self._first_line = self._place.offset, self._place.line
        self._second = 0

    def back_to_second(self) -> None:
        """Read on after the first line of the row in hand: what follows an open quotation mark are rows again."""
        self._place.offset, self._place.line = self._second, self._first_line + 1
        self._file.seek(self._second)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST + 1)
        if not raw:
            raise StopIteration
        place = self._place
        place.offset += len(raw)
        place.line += 1
        if not self._second:
            if len(raw) > LONGEST:
                self._skip()
                raise _TooLong
            self._second = place.offset
        elif place.offset - self._begun > LONGEST:
            raise csv.Error
        return raw.decode(self._encoding)

    def _skip(self) -> None:
        while rest := self._file.readline(1 << 20):
            self._place.offset += len(rest)
            if rest.endswith(b"\n"):
                return


def delimiter(file: IO[bytes], encoding: Encoding) -> str | None:
    """Return what stands between cells where the first twenty rows leave no doubt, None where a person has to say.

    No doubt: one candidate alone cuts the first row, and most rows into as many cells as that. A file of one column has
    none and is read with commas.
    """
    fitting = [candidate for candidate in DELIMITERS if _fits(_widths(file, encoding, candidate))]
    if len(fitting) == 1:
        return fitting[0]
    return DELIMITERS[0] if not fitting and not _occurs(file, encoding) else None


def likely(file: IO[bytes], encoding: Encoding) -> str:
    """Return the delimiter that makes most columns, for a first look at a file that leaves doubt."""
    return max(DELIMITERS, key=lambda one: max(_widths(file, encoding, one), default=0))


def _fits(widths: list[int]) -> bool:
    return bool(widths) and widths[0] > 1 and widths.count(widths[0]) > len(widths) / 2


def _widths(file: IO[bytes], encoding: Encoding, candidate: str) -> list[int]:
    return [len(one[1]) for one in head(file, encoding, candidate, 20) if not isinstance(one, Unreadable)]


def _occurs(file: IO[bytes], encoding: Encoding) -> bool:
    return any(
        candidate in cell
        for row in head(file, encoding, "\x1f", 20)
        if not isinstance(row, Unreadable)
        for cell in row[1]
        for candidate in DELIMITERS
    )


def head(file: IO[bytes], encoding: Encoding, with_: str, number: int) -> list[tuple[int, list[str]] | Unreadable]:
    """Return the first rows, the one with the columns' names among them."""
    rows = read(file, encoding, with_, Place())
    return list(islice(rows, number))
