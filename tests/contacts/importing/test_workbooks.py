"""Workbooks: read as CSV with the sheet's own line numbers; those that are made to harm are refused unopened."""

import csv
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from outreach.contacts.importing import workbook
from outreach.contacts.importing.faults import Fault

TYPES = ("[Content_Types].xml", b"<Types/>")


def converted(folder: Path, fill: Callable[[xlsxwriter.worksheet.Worksheet], object]) -> list[list[str]]:
    """Make a workbook and read it."""
    with xlsxwriter.Workbook(str(folder / "list.xlsx"), {"default_date_format": "yyyy-mm-dd"}) as book:
        fill(book.add_worksheet())
    assert workbook.convert(folder / "list.xlsx", folder / "list.csv") is None
    with (folder / "list.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


def archive(folder: Path, *parts: tuple[str, bytes]) -> Path:
    file = folder / "bad.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts:
            written.writestr(name, content)
    return file


def test_texts_numbers_and_days_are_read_as_a_person_would(tmp_path: Path) -> None:
    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(0, 0, ["namn", "nummer", "dag"])
        sheet.write_row(1, 0, ["Åsa\nÖberg", 7])
        sheet.write_datetime(1, 2, datetime(2026, 11, 25))  # noqa: DTZ001 - a sheet knows no zones

    assert converted(tmp_path, fill) == [["namn", "nummer", "dag"], ["Åsa Öberg", "7", "2026-11-25"]]


def test_lines_and_columns_stand_where_they_stand_in_the_sheet(tmp_path: Path) -> None:
    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(2, 1, ["email", "namn"])
        sheet.write_row(4, 1, ["a@x.example", "Anna"])

    read = converted(tmp_path, fill)

    assert [(number, row) for number, row in enumerate(read, start=1) if any(row)] == [
        (3, ["", "email", "namn"]),
        (5, ["", "a@x.example", "Anna"]),
    ]


def test_a_formula_is_read_as_one_and_not_as_what_it_came_to(tmp_path: Path) -> None:
    def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(0, 0, ["email", "namn"])
        sheet.write_row(1, 0, ["a@x.example", "=text"])
        sheet.write_formula(2, 1, '=HYPERLINK("https://evil.example")', None, "Anna")

    assert converted(tmp_path, fill)[1:] == [["a@x.example", "=0"], ["", "=Anna"]]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([TYPES, ("xl/worksheets/sheet1.xml", b"0" * 50_000_000)], Fault.BOMB),  # 42.zip in small
        ([TYPES, *[(f"part{number}", b"") for number in range(1001)]], Fault.BOMB),
        (
            [TYPES, ("xl/a.xml", b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><x/>')],
            Fault.ENTITIES,
        ),
        ([TYPES, ("xl/a.xml", b'<?xml version="1.0"?><!doctype x SYSTEM "file:///etc/passwd"><x/>')], Fault.ENTITIES),
        ([("readme.txt", b"no workbook")], Fault.WORKBOOK),
        ([TYPES, ("xl/workbook.xml", b"<broken")], Fault.WORKBOOK),
    ],
)
def test_a_workbook_that_is_made_to_harm_is_refused(
    tmp_path: Path, parts: list[tuple[str, bytes]], fault: Fault
) -> None:
    assert workbook.convert(archive(tmp_path, *parts), tmp_path / "out.csv") is fault


def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path, TYPES)
    file.write_bytes(file.read_bytes()[:40])

    assert workbook.is_workbook(file)
    assert workbook.convert(file, tmp_path / "out.csv") is Fault.WORKBOOK
