"""Saved segments, and the reasons for leaving somebody out."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment


class ExclusionReason(StrEnum):
    """Why a contact of the segment gets no delivery; the first that holds counts."""

    EXCLUDED = "excluded"  # the exclude rule names them
    SUPPRESSED = "suppressed"  # the address bounced, complained or left altogether
    SOURCE = "source"  # nobody gave us the address: it was collected, guessed or bought
    NO_CONSENT = "no_consent"  # no subscription to any topic of the piece
    PAUSED = "paused"  # wants no letters for a while
    NO_EDITION = "no_edition"  # no edition in their language nor in a fallback


class SegmentKind(StrEnum):
    """Whether who belongs to a segment changes by itself."""

    LIVING = "living"  # whoever its rules find at the time
    FROZEN = "frozen"  # a list of contacts, as it was made


class Origin(StrEnum):
    """Where the people of a frozen segment come from."""

    RULE = "rule"  # whom its rules found when it was made; they stay to be read
    ADDRESSES = "addresses"  # mail addresses that somebody pasted
    IMPORT = "import"  # a file that was taken in


class Segment(Table, table=True):
    """A named audience: whom `include` finds, less whom `exclude` finds; or a frozen list (`SegmentMember`)."""

    key: str = Field(unique=True)
    name: str
    kind: SegmentKind = Field(
        default=SegmentKind.LIVING, sa_type=choice(SegmentKind), sa_column_kwargs={"server_default": "living"}
    )
    include: dict[str, Any] = json_column()
    exclude: dict[str, Any] | None = json_column()
    origin: Origin = Field(default=Origin.RULE, sa_type=choice(Origin), sa_column_kwargs={"server_default": "rule"})
    origin_name: str = Field(default="", sa_column_kwargs={"server_default": ""})  # of the file, where it is one
    created_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = moment(now=True)
    changed_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    changed_at: datetime = moment(now=True)
    people: int | None = None  # how many it had when they were last counted; None: never counted
    counted_at: datetime | None = moment(nullable=True)


class SegmentMember(SQLModel, table=True):
    """One contact on a frozen list. Whoever is erased leaves it by that."""

    __tablename__ = "segment_member"

    segment_id: UUID = Field(primary_key=True, foreign_key="segment.id", ondelete="CASCADE")
    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id", index=True, ondelete="CASCADE")


# What `tallies` keeps; unlogged, for after a crash it is made anew from the contacts.
TALLY: Final = sa.Table(
    "tally",
    SQLModel.metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("language", "sector", "kind", "country")),
    sa.Column("subscribed", ARRAY(sa.Text), nullable=False),
    sa.Column("left", ARRAY(sa.Text), nullable=False),
    sa.Column("measured", sa.Boolean, nullable=False),
    sa.Column("suppressed", sa.Boolean, nullable=False),
    sa.Column("collected", sa.Boolean, nullable=False),
    sa.Column("people", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    prefixes=["UNLOGGED"],
)
PLACE: Final = sa.Table(
    "tally_place",
    SQLModel.metadata,
    sa.Column("contact_id", sa.Uuid, primary_key=True),
    sa.Column("tally_id", sa.Integer, nullable=False, index=True),
    prefixes=["UNLOGGED"],
)
CHANGE: Final = sa.Table(
    "tally_change", SQLModel.metadata, sa.Column("contact_id", sa.Uuid, nullable=False), prefixes=["UNLOGGED"]
)
ALIKE: Final = ("language", "sector", "kind", "country", "subscribed", "left", "measured", "suppressed", "collected")
