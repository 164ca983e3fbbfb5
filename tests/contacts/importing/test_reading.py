"""Rows of text files as people send them, and as nobody should: every bad one is named, and reading goes on."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.contacts.importing import encodings, records
from outreach.contacts.importing.encodings import Encoding
from outreach.contacts.importing.faults import Fault
from outreach.contacts.importing.records import Place, Unreadable

UTF8 = Encoding.UTF8


def rows(content: bytes, encoding: Encoding = UTF8, delimiter: str = ",") -> list[tuple[int, list[str] | Fault]]:
    found = records.read(io.BytesIO(content), encoding, delimiter, Place())
    return [(one.line, one.fault) if isinstance(one, Unreadable) else one for one in found]


def encoding_of(folder: Path, content: bytes) -> Encoding | None:
    file = folder / "file"
    file.write_bytes(content)
    return encodings.of(file)


def test_lines_are_numbered_as_an_editor_does_and_empty_ones_pass() -> None:
    content = b'\xef\xbb\xbfa,b\r\n\r\n1,"two\nlines"\n,\n3,4'

    assert rows(content) == [(1, ["a", "b"]), (3, ["1", "two\nlines"]), (6, ["3", "4"])]


def test_an_open_quotation_mark_costs_its_own_row_only() -> None:
    content = b'a,b\n"open,1\n2,3\n4,5\n'

    assert rows(content) == [(1, ["a", "b"]), (2, Fault.QUOTES), (3, ["2", "3"]), (4, ["4", "5"])]


def test_a_row_in_another_encoding_is_named_and_the_others_are_read() -> None:
    content = "a,b\nÅsa,1\n".encode() + "Åke,2\n".encode("cp1252") + "Öst,3\n".encode()

    assert rows(content) == [(1, ["a", "b"]), (2, ["Åsa", "1"]), (3, Fault.ENCODING), (4, ["Öst", "3"])]


def test_a_line_without_an_end_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    with file.open("wb") as written:
        written.write(b"a,b\n")
        written.seek(200_000_000, 1)  # a hole: zeros that take no room on the disk
        written.write(b"\n1,2\n")
    tracemalloc.start()

    with file.open("rb") as opened:
        found = [
            (one.line, one.fault) if isinstance(one, Unreadable) else one
            for one in records.read(opened, UTF8, ",", Place())
        ]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == [(1, ["a", "b"]), (2, Fault.ROW_TOO_LONG), (3, ["1", "2"])]
    assert peak < 10_000_000


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(table=st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=30), cut=st.integers(0, 30))
def test_reading_goes_on_from_any_row_as_if_it_had_never_stopped(table: list[list[str]], cut: int) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    content = io.BytesIO(text.getvalue().encode())
    place = Place()

    first = records.read(content, UTF8, ",", place)
    begun = [row for _number, row in zip(range(cut), first, strict=False)]
    first.close()
    rest = list(records.read(content, UTF8, ",", place))

    assert [row[1] for row in (*begun, *rest) if not isinstance(row, Unreadable)] == [row for row in table if any(row)]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n3;4\n", ";"),
        ("a\tb\n1\t2,5\n", "\t"),
        ("email\na@x.example\n", ","),
        ("a,b;c\n1,2;3\n", None),  # two would do
        ("a;b\n1\n", None),
    ],
)
def test_a_delimiter_is_known_where_it_leaves_no_doubt(text: str, delimiter: str | None) -> None:
    assert records.delimiter(io.BytesIO(text.encode()), UTF8) == delimiter


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Åsa".encode(), UTF8),
        (b"plain", UTF8),
        ("Åsa Öberg".encode("cp1252"), None),  # never guessed
        ("林晓岚".encode("gb18030"), None),
    ],
)
def test_an_encoding_is_proved_or_asked(tmp_path: Path, content: bytes, encoding: Encoding | None) -> None:
    assert encoding_of(tmp_path, content) is encoding


@pytest.mark.parametrize("wide", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_mark(tmp_path: Path, wide: str) -> None:
    file, narrowed = tmp_path / "wide", tmp_path / "narrow"
    file.write_bytes("\ufeffnamn,名\nÅsa,林\n".encode(wide))

    assert encodings.wide(file) == wide
    encodings.narrow(file, wide, narrowed)
    assert narrowed.read_text(encoding="utf-8") == "namn,名\nÅsa,林\n"
