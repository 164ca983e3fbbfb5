"""Files that are taken in, and their rows while they can still be undone."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array


class ImportState(StrEnum):
    """Where a file stands."""

    EXAMINING = "examining"  # what kind of file, which encoding, which columns
    ASKING = "asking"  # somebody has to say what could not be known
    CHECKING = "checking"  # reading all rows; nothing is changed
    CHECKED = "checked"  # the dry run is there to look at
    APPLYING = "applying"  # writing what was checked
    APPLIED = "applied"  # done; can be undone for a day
    UNDOING = "undoing"  # taking it back
    UNDONE = "undone"  # taken back, but for what is said
    REFUSED = "refused"  # the file cannot be used


class Verdict(StrEnum):
    """What would happen, or has happened, to a row."""

    NEW = "new"  # nobody with this address yet
    CHANGED = "changed"  # somebody we know, of whom the row says something else
    SAME = "same"  # somebody we know, and nothing else is said
    REFUSED = "refused"  # not taken, and why
    QUARANTINED = "quarantined"  # waits: nobody said where the address comes from


class Import(Table, table=True):
    """One file. `reached` is the byte up to which it is read, `done` the row up to which it is applied or undone."""

    __tablename__ = "contact_import"

    name: str
    by: str
    state: ImportState = Field(default=ImportState.EXAMINING, sa_type=choice(ImportState))
    created_at: datetime = moment(now=True)
    touched_at: datetime = moment(now=True, index=True)
    size: int = Field(default=0, sa_type=sa.BigInteger)
    encoding: str = ""
    delimiter: str = ""
    header: list[str] = text_array()
    mapping: dict[str, int] = json_column()
    choices: dict[str, Any] = json_column()
    reached: int = Field(default=0, sa_type=sa.BigInteger)
    line: int = 1
    rows: int = 0
    done: int = 0
    counts: dict[str, int] = json_column()
    fault: str = ""
    detail: str = ""
    applied_at: datetime | None = moment(nullable=True)
    domains: dict[str, Any] = json_column()  # what the DNS said, as `domains` sums it up


class MailDomain(SQLModel, table=True):
    """What the DNS said about a domain: whether it takes mail, None where nobody answered."""

    __tablename__ = "mail_domain"

    domain: str = Field(primary_key=True)
    takes_mail: bool | None = None
    asked_at: datetime = moment(now=True)


class ImportRow(SQLModel, table=True):
    """One row of a file as it was read; kept until it can no longer be undone.

    `import_id` is checked by no foreign key: that would cost a million look-ups of one and the same row.

    `contact_id` is the contact that it is about, or would make. `before` holds what the contact said in the fields that
    the row changes. `raw` are the cells of a row that is not taken, and `kept` says why a row could not be undone.
    """

    __tablename__ = "contact_import_row"

    import_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    line: int
    verdict: Verdict = Field(sa_type=choice(Verdict))
    fault: str = ""
    field: str = ""
    detail: str = ""
    contact_id: UUID = Field(sa_column_kwargs={"server_default": sa.text("uuidv7()")})
    email: str = ""
    address: str = ""
    given_name: str = ""
    family_name: str = ""
    native_name: str = ""
    latin_name: str = ""
    title: str = ""
    said_language: str = ""
    language: str = ""
    organisation: str = ""
    organisation_key: str = ""
    kind: str = ""
    sector: str = ""
    country: str = ""
    time_zone: str = ""
    tags: str = ""
    source: str = ""
    topics: str = Field(default="", sa_column_kwargs={"server_default": ""})
    raw: list[str] = text_array()
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)
    kept: str = ""
