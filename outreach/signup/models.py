"""What was entered and is not confirmed, what the pages say beside it, and what is counted against misuse."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array

# SQLModel types `sa_type` as a class; column types with arguments are instances.
_MOMENT: Any = sa.DateTime(timezone=True)
_MOMENTS: Any = sa.ARRAY(_MOMENT)


class Form(StrEnum):
    """Where somebody entered it."""

    HOSTED = "hosted"  # on our own page
    EMBEDDED = "embedded"  # on somebody's website; the consent was given on our page all the same


class TextKind(StrEnum):
    """What a text of the sign-up page is for."""

    INTRO = "intro"  # what one subscribes to
    NOTICE = "notice"  # who does what with the data (GDPR Art. 13)
    TRANSFER = "transfer"  # to whom abroad it goes (PIPL Art. 39); on the Chinese page only


class SignUp(Table, table=True):
    """What somebody entered, until it is a week old. No contact comes of it before it is confirmed (L-02)."""

    __tablename__ = "sign_up"
    __table_args__ = (
        sa.Index("ix_sign_up_unwritten", "id", postgresql_where=sa.text("written_at IS NULL")),
        sa.Index("ix_sign_up_created_at", "created_at"),
    )

    email: str
    address: str
    language: str  # of the letters
    topics: list[str] = text_array()
    tracking: bool = False
    organisation: str = ""
    sector: str = ""
    form: Form = Field(sa_type=choice(Form))
    page_language: str
    wordings: dict[str, str] = json_column()  # what stood beside each box that was ticked; "" is tracking
    texts: dict[str, str] = json_column()  # the hash of each text that stood on the page, by its kind
    created_at: datetime = moment(now=True)
    written_at: datetime | None = moment(nullable=True)
    delivery_id: UUID | None = None
    confirmed_at: datetime | None = moment(nullable=True)
    contact_id: UUID | None = Field(default=None, foreign_key="contact.id", ondelete="CASCADE")


class SignUpLetter(SQLModel, table=True):
    """When letters went to an address at a stranger's wish, by the address's keyed hash; kept for 30 days."""

    __tablename__ = "sign_up_letter"

    address: str = Field(primary_key=True)
    last_at: datetime = moment(now=True, index=True)
    before: list[datetime] = Field(
        default_factory=list,
        sa_type=_MOMENTS,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("'{}'")},
    )


class SignUpText(SQLModel, table=True):
    """A text of the sign-up page, as somebody wrote it or as it was first shown. Never changed (GDPR Art. 7(1))."""

    __tablename__ = "sign_up_text"
    __table_args__ = (sa.Index("ix_sign_up_text_kind", "kind", "language", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    kind: TextKind = Field(sa_type=choice(TextKind))
    language: str
    words: str
    sha256: str
    made_by: str = ""  # "" where it came with the product
    at: datetime = moment(now=True)


class SignUpAlarm(SQLModel, table=True):
    """An hour in which more signed up than can be people, and how many were turned away."""

    __tablename__ = "sign_up_alarm"

    hour: datetime = Field(primary_key=True, sa_type=_MOMENT)
    refused: int = 1
    last_at: datetime = moment(now=True)


class SaidOrganisation(SQLModel, table=True):
    """The organisation that a subscriber named and we do not know, until an officer has looked at it."""

    __tablename__ = "said_organisation"

    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id", ondelete="CASCADE")
    name: str
    sector: str = ""
    at: datetime = moment(now=True)
