"""Files that are wrong as a whole, or in a row: each says why, and nothing of a bad row is taken."""

import io
import tracemalloc
import zipfile

import pytest
import xlsxwriter
from sqlalchemy import text

from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from outreach.foundation.settings import settings
from outreach.intake import asking, files
from outreach.intake.models import ImportState
from tests.intake import lists

pytestmark = pytest.mark.usefixtures("database")


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 50_000_000)
    return content.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]><worksheet><sheetData><row><c><v>&lol9;</v></c></row></sheetData></worksheet>"
)


def archive(**parts: bytes | str) -> bytes:
    """Write a workbook of these parts; a name's “__” stands for a slash and “_xml” for its ending."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("[Content_Types].xml", "<Types/>")
        for name, part in parts.items():
            written.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return content.getvalue()


def forty_two() -> bytes:
    """Return archives within archives, as 42.zip has them: each small, and all of it petabytes."""
    inner = archive(xl__worksheets__sheet1_xml="0" * 10_000_000)
    for _level in range(3):
        inner = archive(**{f"xl__{number}": inner for number in range(16)})
    return inner


def lying(announced: int = 100) -> bytes:
    """Return a workbook whose sheet is far larger than its directory says."""
    content = bytearray(bomb())
    size = (50_000_000).to_bytes(4, "little")
    return bytes(content.replace(size, announced.to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("content", "fault", "detail"),
    [
        (b"", "empty", ""),
        (b"\n\n", "empty", ""),
        (b"\x7fELF" + bytes(500), "binary", ""),
        (bomb(), "bomb", ""),
        (forty_two(), "workbook", ""),
        (lying(), "workbook", ""),
        (archive(xl__worksheets__sheet1_xml=LAUGHS), "entities", ""),
        (archive(xl__sharedStrings_xml=LAUGHS.lower()), "entities", ""),
        (bomb()[:2_000], "workbook", ""),
        (b"email,namn,email\na@x.example,b,c@x.example\n", "header_twice", "email"),
        (b"a@x.example,Anna\nb@x.example,Bo\n", "header", ""),
        (b"\xff\xfe" + b"\x00\xd8" * 9, "binary", ""),
        (b"x" * 70_000, "row_too_long", ""),
    ],
    ids=lambda one: str(one)[:20],
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(content: bytes, fault: str, detail: str) -> None:
    number = lists.examined(content)

    taken = lists.standing(number)
    if taken.state is ImportState.ASKING:  # its delimiter has to be said first
        with transaction() as session:
            asking.answer_reading(session, asking.get(session, number, lock=True), encoding="utf-8", delimiter=",")
        taken = lists.standing(number)
    assert (taken.state, taken.fault, taken.detail) == (ImportState.REFUSED, fault, detail)
    assert not files.place(number).exists()


def test_bad_rows_are_refused_one_by_one_and_the_good_ones_are_taken() -> None:
    head = b"email,namn\n"
    rows = (
        b"good1@x.example,Anna\n",
        b"nul@x.example,An\0na\n",
        b"formula@x.example,=1+1\n",
        b"link@x.example,mailto:bo@x.example\n",
        b"more@x.example,Bo,cell too many\n",
        b'quote@x.example,"Bo" Ek\n',
        b"long@x.example," + b"x" * 70_000 + b"\n",
        b"good2@x.example,Bo\n",
    )

    number = lists.applied(head + b"".join(rows))

    assert lists.faults(number) == [
        (3, "control"),
        (4, "formula"),
        (5, "link"),
        (6, "too_many_cells"),
        (7, "quotes"),
        (8, "row_too_long"),
    ]
    assert lists.verdicts(number) == {"new": 2, "refused": 6}


def test_mixed_encodings_are_asked_about_and_the_rows_that_do_not_fit_are_named() -> None:
    content = "email,namn\na@x.example,Åsa\n".encode() + "b@x.example,Åke\n".encode("cp1252")
    number = lists.examined(content)
    assert lists.standing(number).encoding == ""

    with transaction() as session:
        asking.answer_reading(session, asking.get(session, number, lock=True), encoding="utf-8", delimiter=",")
    lists.check(number)

    assert lists.faults(number) == [(3, "encoding")]
    assert lists.verdicts(number) == {"new": 1, "refused": 1}


@pytest.mark.parametrize(("encoding", "name"), [("windows-1252", "Åsa Öberg"), ("gb18030", "林晓岚")])
def test_the_previews_show_which_encoding_reads_well(encoding: str, name: str) -> None:
    number = lists.examined(
        lists.written(["email", "名"], ["a@x.example", name], encoding="gb18030")
        if encoding == "gb18030"
        else lists.written(["email", "namn"], ["a@x.example", name], encoding="cp1252")
    )

    with transaction() as session:
        shown = {one.encoding.value: one for one in asking.samples(asking.get(session, number))}

    assert set(shown) == {"utf-8", "windows-1252", "gb18030"}
    assert shown["utf-8"].unreadable > 0
    assert name in [cell for row in shown[encoding].rows for cell in row]


def test_a_workbook_and_utf_16_are_taken_like_any_list() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["邮箱", "姓名"])
        sheet.write_row(1, 0, ["lin@x.example", "林晓岚"])
        sheet.write_formula(2, 0, '="a"&"@x.example"', None, "a@x.example")

    from_workbook = lists.applied(content.getvalue())
    from_text = lists.applied("\ufeffemail;namn\nbo@x.example;Bo Ek\n".encode("utf-16-le"))

    assert lists.verdicts(from_workbook) == {"new": 1, "refused": 1}
    assert lists.faults(from_workbook) == [(3, "formula")]
    assert lists.verdicts(from_text) == {"new": 1}


class Endless(io.RawIOBase):
    """A file of one line, as long as is asked for, that takes no room; then some rows."""

    def __init__(self, length: int, then: bytes = b"") -> None:
        self._left, self._then = length, io.BytesIO(then)

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        if self._left <= 0:
            return self._then.read(size)
        portion = min(size, self._left)
        self._left -= portion
        return b"x" * portion


def test_a_line_of_two_gigabytes_is_refused_while_it_comes_in_and_nothing_of_it_is_kept() -> None:
    before = _kept()

    with pytest.raises(Refused, match="larger than a gigabyte"), transaction() as session:
        asking.take_in(session, Endless(2 << 30), name="endless.csv", by=lists.OFFICER)

    assert _kept() == before
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact_import")).scalar_one() == 0


def _kept() -> set[str]:
    return {one.name for one in (settings().home / "imports").glob("*")}


def test_a_row_of_many_megabytes_costs_its_row_only_and_no_memory() -> None:
    before, after = b"email,namn\ngood1@x.example,Anna\n", b"\ngood2@x.example,Bo\n"
    content = io.BytesIO()
    content.write(before)
    content.write(b"long@x.example," + b"x" * 60_000_000 + after)
    number = lists.examined(content.getvalue())
    del content

    tracemalloc.start()
    lists.check(number)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000
    assert lists.faults(number) == [(3, "row_too_long")]
    assert lists.verdicts(number) == {"new": 2, "refused": 1}


def test_a_bad_file_leaves_nobody_half_imported() -> None:
    rows = b"".join(b"p%d@x.example,Name\n" % number for number in range(200))

    number = lists.checked(b"email,namn\n" + rows + b'q@x.example,"open\n' + rows[:-1])

    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact")).scalar_one() == 0
    assert lists.verdicts(number)["new"] == 200
    lists.apply(number)
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact")).scalar_one() == 200
