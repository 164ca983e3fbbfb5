"""A change to many people, and how far it has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field

from outreach.foundation.tables import Table, choice, json_column, moment


class BulkAction(StrEnum):
    """What is done to everybody who is found."""

    TAG = "tag"  # give them a tag
    UNTAG = "untag"  # take a tag from them
    EMPLOY = "employ"  # say where they work
    SUBSCRIBE = "subscribe"  # write down that they may get letters on a topic, and on what ground
    LEAVE = "leave"  # end their subscription to a topic
    SUPPRESS = "suppress"  # send nothing to their addresses any more


class BulkChange(Table, table=True):
    """One change. `wanted` finds the people, `reached` is the last one done, `until` the last one there when asked."""

    __tablename__ = "bulk_change"

    by: str
    action: BulkAction = Field(sa_type=choice(BulkAction))
    wanted: dict[str, Any] = json_column()
    detail: dict[str, str] = json_column()
    total: int = 0
    done: int = 0
    changed: int = 0
    reached: UUID | None = None
    until: UUID | None = None
    created_at: datetime = moment(now=True)
    touched_at: datetime = moment(now=True)
    finished_at: datetime | None = moment(nullable=True)
