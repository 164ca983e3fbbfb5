"""People as files for spreadsheets: CSV that Excel reads and no spreadsheet runs, and XLSX of typed texts.

Taking personal data out needs a reason, which is kept with who did it (Offentlighets- och sekretesslagen, 2009:400).
The columns are those that an import knows, so that a list goes out and comes in again unchanged; the installation's own
fields stand behind them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import xlsxwriter
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.contacts import fields, search
from outreach.contacts.importing import cells
from outreach.contacts.models import Contact, Organisation
from outreach.contacts.search import Search
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

PORTION: Final = 5_000  # people read at once
MOST_IN_A_REQUEST: Final = 100_000  # a workbook of more takes longer than a page may
_SHORTEST: Final = 5

HEADER: Final = (
    *("email", "given_name", "family_name", "native_name", "latin_name", "title", "language"),
    *("organisation", "kind", "sector", "country", "time_zone", "tags", "source"),
)
Line = tuple[str, ...]


class Format(StrEnum):
    """What can be written."""

    CSV = "csv"
    XLSX = "xlsx"


def begin(
    session: Session,
    wanted: Search,
    *also: sa.ColumnElement[bool],
    format_: Format,
    reason: str,
    by: str,
) -> int:
    """Write down who takes people out and why; returns how many. Raises Refused without a reason.

    `also` narrows further, over `contact LEFT JOIN organisation`.
    The reason is what the audit log is for here; it names a purpose and must not name people.
    """
    given = " ".join(reason.split())[:300]
    if len(given) < _SHORTEST:
        raise Refused(_("Say why these people leave the product, such as “request for public documents 2026/114”."))
    number: int = session.execute(_from(sa.select(sa.func.count()), wanted, also)).scalar_one()
    detail = {"reason": given, "format": format_.value, "people": number}
    audit.append(session, actor=by, action="contacts.export", subject="contacts", detail=detail)
    return number


def header(session: Session) -> Line:
    """Return the names of the columns, the installation's own fields by their keys behind the others."""
    return (*HEADER, *(field.key for field in fields.listed(session)))


def portion(
    session: Session, wanted: Search, *also: sa.ColumnElement[bool], after: UUID | None
) -> tuple[list[Line], UUID | None]:
    """Return the next people in the order they came, and where to go on; None when there are no more."""
    own = [field.key for field in fields.listed(session)]
    statement = _from(sa.select(Contact, Organisation), wanted, also).order_by(col(Contact.id)).limit(PORTION)
    if after is not None:
        statement = statement.where(col(Contact.id) > after)
    rows = session.execute(statement).all()
    session.expunge_all()
    return [_line(contact, employer, own) for contact, employer in rows], rows[-1][0].id if len(
        rows
    ) == PORTION else None


def as_csv(lines: Iterable[Sequence[str]], *, header: Sequence[str] | None = None) -> bytes:
    """Write lines as CSV (RFC 4180) in UTF-8; with the columns' names goes the mark by which Excel knows it."""
    written = io.StringIO()
    writer = csv.writer(written)
    if header is not None:
        written.write("\ufeff")
        writer.writerow([cells.guard(cell) for cell in header])
    writer.writerows([cells.guard(cell) for cell in line] for line in lines)
    return written.getvalue().encode()


def write_workbook(lines: Iterator[Sequence[str]], to: Path, *, header: Sequence[str]) -> None:
    """Write an XLSX of texts, a row at a time; nothing in it is a formula, a number or a link."""
    with xlsxwriter.Workbook(
        str(to),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    ) as book:
        sheet = book.add_worksheet("Contacts")
        for number, line in enumerate(_with_header(header, lines)):
            for column, text in enumerate(line):
                sheet.write_string(number, column, text)


def _with_header(header: Sequence[str], lines: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield header
    yield from lines


def _from(
    statement: sa.Select[*tuple[object, ...]], wanted: Search, also: Sequence[sa.ColumnElement[bool]]
) -> sa.Select[*tuple[object, ...]]:
    joined = sa.outerjoin(Contact, Organisation, col(Organisation.id) == col(Contact.organisation_id))
    return statement.select_from(joined).where(*search.people(wanted), *also)


def _line(contact: Contact, employer: Organisation | None, own: Sequence[str]) -> Line:
    return (
        contact.email,
        contact.given_name,
        contact.family_name,
        contact.native_name,
        contact.latin_name,
        contact.title,
        contact.language,
        employer.name(employer.language) if employer else "",
        employer.kind.value if employer else "",
        employer.sector.value if employer else "",
        contact.country,
        contact.time_zone,
        ", ".join(contact.tags),
        contact.source,
        *(fields.typed(contact.fields.get(key)) for key in own),
    )
