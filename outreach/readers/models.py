"""Leavings that may be undone, links that were just mailed, and addresses on their way to being changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from outreach.foundation.tables import Table, choice, json_column, moment


class Why(StrEnum):
    """Why somebody left: a closed list, so that nobody writes down what we must not keep."""

    TOO_MANY = "too_many"  # letters come too often
    NOT_FOR_ME = "not_for_me"  # the subjects are not theirs
    LANGUAGE = "language"  # not in a language that they read well
    CHANGED_WORK = "changed_work"  # they do something else now
    NEVER_ASKED = "never_asked"  # they did not ask for letters
    OTHER = "other"  # something else


class Parting(Table, table=True):
    """What somebody held when they left by a page, so that they can have it back for a day; and why they left.

    It outlives the person as a count: without `contact_id`, and with nothing kept.
    """

    __table_args__ = (sa.Index("ix_parting_at", "at"),)

    contact_id: UUID | None = Field(default=None, foreign_key="contact.id", index=True)
    delivery_id: UUID | None = None  # the letter whose link was used; no foreign key, for it outlives the letter
    at: datetime = moment(now=True)
    everything: bool
    kept: dict[str, Any] = json_column()
    why: Why | None = Field(default=None, sa_type=choice(Why), nullable=True)
    undone_at: datetime | None = moment(nullable=True)


class FreshLink(Table, table=True):
    """A link mailed to the address on file. Opening it uses it up and begins a visit."""

    __tablename__ = "fresh_link"

    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    asked_at: datetime = moment(now=True, index=True)
    expires_at: datetime = moment()
    visit: UUID | None = Field(default=None, unique=True)
    visit_ends_at: datetime | None = moment(nullable=True)


class MoveState(StrEnum):
    """How far a change of address has come."""

    WAITING = "waiting"  # at least one of the two mailboxes has not agreed
    DONE = "done"  # both agreed, and letters go to the new address
    STOPPED = "stopped"  # one of the mailboxes said no, or the address cannot be used


class Move(Table, table=True):
    """A change of address that both mailboxes must agree to."""

    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    email: str
    address: str = Field(index=True)
    old_address: str
    state: MoveState = Field(default=MoveState.WAITING, sa_type=choice(MoveState))
    asked_at: datetime = moment(now=True)
    expires_at: datetime = moment()
    agreed_by_old_at: datetime | None = moment(nullable=True)
    agreed_by_new_at: datetime | None = moment(nullable=True)
    letter_id: UUID | None = None  # the one to the new mailbox, which may be a stranger's: it is linked to nobody
