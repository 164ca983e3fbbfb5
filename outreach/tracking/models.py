"""Tracking events and how far the stream has been read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import choice, moment


class EventKind(StrEnum):
    """What was fetched."""

    OPEN = "open"  # the picture
    CLICK = "click"  # a link


class Actor(StrEnum):
    """What made the request, as well as it can be known."""

    HUMAN = "human"  # a person's own program
    HUMAN_PROXY = "human_proxy"  # a mailbox provider's proxy while a person reads
    PRIVACY_UNKNOWN = "privacy_unknown"  # fetched for everybody, read or not
    MACHINE = "machine"  # scanner, prefetcher, preview
    SELF = "self"  # staff looking at a letter


class TrackingEvent(SQLModel, table=True):
    """One open or click, rounded to the hour."""

    __tablename__ = "tracking_event"
    __table_args__ = (sa.ForeignKeyConstraint(["delivery_id", "mailing_id"], ["delivery.id", "delivery.mailing_id"]),)

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    delivery_id: UUID = Field(index=True)
    mailing_id: UUID = Field(foreign_key="mailing.id", index=True)
    kind: EventKind = Field(sa_type=choice(EventKind))
    actor: Actor = Field(sa_type=choice(Actor))
    link_key: str | None = None
    hour: datetime = moment()
    ruleset: int


class EventTotal(SQLModel, table=True):
    """What is left of opens and clicks whose rows are gone: how many people, per language and sector of a mailing."""

    __tablename__ = "event_total"

    mailing_id: UUID = Field(primary_key=True, foreign_key="mailing.id")
    language: str = Field(primary_key=True)
    sector: str = Field(primary_key=True)
    unknown: int = 0
    openers: int = 0
    clickers: int = 0
    machine: int = 0


class LinkTotal(SQLModel, table=True):
    """What is left of the clicks on a link whose rows are gone."""

    __tablename__ = "link_total"

    link_key: str = Field(primary_key=True, foreign_key="link.key")
    people: int = 0
    clicks: int = 0
    machine: int = 0


class StreamPosition(SQLModel, table=True):
    """The last entry of a Redis stream that is stored; moved in the transaction that stores it."""

    __tablename__ = "stream_position"

    stream: str = Field(primary_key=True)
    last_id: str
