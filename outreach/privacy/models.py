"""How long what is kept, what must not be disposed of, and what was."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment


class Matter(StrEnum):
    """A class of what is kept, each with a time of its own."""

    EVENTS = "events"  # opens and clicks; numbers per campaign stay
    LETTERS = "letters"  # to whom a letter went, under which address and name; the numbers stay
    REPORTS = "reports"  # what providers reported, as they sent it
    IMPORTS = "imports"  # files of contacts that nobody went on with
    CONTACTS = "contacts"  # people who are written to no more; a person decides
    AUDIT = "audit"  # who did what


class Retention(SQLModel, table=True):
    """What an administrator decided about a class, where it differs from the default; see `retaining`."""

    matter: Matter = Field(primary_key=True, sa_type=choice(Matter))
    days: int
    basis: str = Field(default="", sa_column_kwargs={"server_default": ""})
    decision: str = Field(default="", sa_column_kwargs={"server_default": ""})
    is_held: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    changed_by: str
    changed_at: datetime = moment(now=True)


class LegalHold(SQLModel, table=True):
    """A person about whom nothing may be disposed of, because of a dispute or an order (GDPR Art. 17(3)(e))."""

    __tablename__ = "legal_hold"

    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id")
    reason: str
    by: str
    at: datetime = moment(now=True)


class Disposal(Table, table=True):
    """A report of what one day's work disposed of: numbers only."""

    matter: Matter = Field(sa_type=choice(Matter))
    before: datetime = moment()
    decision: str
    counts: dict[str, Any] = json_column()
    at: datetime = moment(now=True)
