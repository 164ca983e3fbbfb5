"""What all tables share: naming, time-ordered ids, UTC times, enums kept as text, JSON and arrays."""

import os
import time
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from outreach.foundation import clock

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def uuid7() -> UUID:
    """Make a time-ordered id (RFC 9562 §5.7): new rows land at the end of the index."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


# SQLModel types `sa_type` as a class; column types with arguments are instances.
_UTC: Any = sa.DateTime(timezone=True)
_TEXTS: Any = ARRAY(sa.Text)


class Table(SQLModel):
    """A table with a time-ordered UUID as its key. It does not validate: validate at the door."""

    id: UUID = Field(default_factory=uuid7, primary_key=True, sa_column_kwargs={"server_default": sa.text("uuidv7()")})


def moment(*, nullable: bool = False, index: bool = False, now: bool = False) -> Any:
    """Declare a UTC time column; `now` fills it with the present, in Python and in plain SQL alike."""
    return Field(
        **({"default_factory": clock.now} if now else {"default": None}),
        sa_type=_UTC,
        nullable=nullable,
        index=index,
        sa_column_kwargs={"server_default": sa.func.now()} if now else {},
    )


def choice(kind: type[StrEnum]) -> Any:
    """Return the column type for an enum: its value as text, so that a new member needs no migration."""
    return sa.Enum(kind, native_enum=False, length=32, values_callable=lambda members: [one.value for one in members])


def json_column(default: str = "{}") -> Any:
    """Declare a JSONB column that is never null."""
    return Field(
        default_factory=dict if default == "{}" else list,
        sa_type=JSONB,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text(f"'{default}'::jsonb")},
    )


def text_array() -> Any:
    """Declare a text[] column that is never null."""
    return Field(
        default_factory=list,
        sa_type=_TEXTS,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("'{}'")},
    )
