"""Staff users, their sessions, and the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array


class Role(StrEnum):
    """What a member of staff is there for; each includes the ones before it."""

    READER = "reader"  # reads pieces, plans and figures; of people it sees numbers, no names and no addresses
    OFFICER = "officer"  # composes, tests and plans
    APPROVER = "approver"  # also approves and launches
    ADMINISTRATOR = "administrator"  # also manages users, senders and settings


class User(Table, table=True):
    """A member of staff. The password is kept as an argon2id hash only, "" before they chose one."""

    __tablename__ = "staff"

    email: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=choice(Role))
    password_hash: str
    language: str = "en"
    created_at: datetime = moment(now=True)
    disabled_at: datetime | None = moment(nullable=True)
    second_nonce: str = ""  # of the second factor; "" where none is set up (see `second_factor`)
    second_step: int = Field(default=0, sa_type=sa.BigInteger)  # of the last code that was taken
    recovery: list[str] = text_array()  # keyed codes of what stands on paper


class LoginSession(Table, table=True):
    """A signed-in browser; only the SHA-256 of its secret is kept."""

    __tablename__ = "login_session"

    user_id: UUID = Field(foreign_key="staff.id", index=True)
    secret_hash: str = Field(unique=True)
    created_at: datetime = moment(now=True)
    expires_at: datetime = moment()
    agent: str = ""
    waits_for_code: bool = False  # the password was right; it opens nothing before the second factor is


class Invitation(Table, table=True):
    """A link by which a member of staff chooses a password, once."""

    user_id: UUID = Field(foreign_key="staff.id", index=True)
    by: str
    at: datetime = moment(now=True)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing, when; never changed."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    at: datetime = moment(now=True)
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = json_column()


class AuditSeal(SQLModel, table=True):
    """What a line of the audit log was when it was sealed, and where in the chain; never changed (see `seals`)."""

    __tablename__ = "audit_seal"

    id: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})  # its place
    entry_id: int = Field(unique=True, sa_type=sa.BigInteger)
    at: datetime = moment()
    hash: str
