"""Topics, who subscribes to them, and the append-only ledger that proves it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import column_property
from sqlmodel import Field, SQLModel, col

from outreach.foundation.tables import Table, choice, json_column, moment


class SubscriptionState(StrEnum):
    """Whether letters on a topic may go to a contact."""

    PENDING = "pending"  # asked for, address not yet confirmed
    SUBSCRIBED = "subscribed"  # confirmed or otherwise permitted
    UNSUBSCRIBED = "unsubscribed"  # left


class ConsentPurpose(StrEnum):
    """What a ledger entry is about."""

    TOPIC = "topic"  # letters on a topic
    PRESS = "press"  # what goes to the press as such: releases, corrections, pitches
    TRACKING = "tracking"  # measuring this person's opens and clicks


class ConsentAction(StrEnum):
    """What happened."""

    ASKED = "asked"  # a form was sent in; nothing is permitted yet
    GIVEN = "given"  # permitted
    WITHDRAWN = "withdrawn"  # permitted no more


class Basis(StrEnum):
    """The legal ground (GDPR Art. 6(1); PIPL Art. 13)."""

    CONSENT = "consent"  # the person agreed
    PUBLIC_TASK = "public_task"  # an authority's task, such as press contacts
    CONTRACT = "contract"  # needed for something the person ordered


class Topic(Table, table=True):
    """A subject that people subscribe to: the four focus areas, events, press."""

    key: str = Field(unique=True)
    names: dict[str, str] = json_column()
    position: int = 0


class Subscription(SQLModel, table=True):
    """The present state for one contact and topic, derived from the ledger in the same transaction."""

    # Who may be written to is read from this index alone, in the order of the contacts.
    __table_args__ = (
        sa.Index(
            "ix_subscription_subscribed",
            "contact_id",
            "topic_id",
            postgresql_where=sa.text("state = 'subscribed'"),
        ),
    )

    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id")
    topic_id: UUID = Field(primary_key=True, foreign_key="topic.id", index=True)
    state: SubscriptionState = Field(sa_type=choice(SubscriptionState))
    since: datetime = moment(now=True)


class TrackingChoice(SQLModel, table=True):
    """Whether one contact agreed to have opens and clicks measured; no row means no."""

    __tablename__ = "tracking_choice"

    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id")
    given: bool
    since: datetime = moment(now=True)


class ConsentWording(SQLModel, table=True):
    """The exact sentence that somebody saw, once per language; an entry names its version by `id`.

    `sha256` is that of the text in UTF-8, in hexadecimal; PostgreSQL checks it. Append-only.
    """

    __tablename__ = "consent_wording"
    __table_args__ = (
        sa.UniqueConstraint("sha256", "language"),
        sa.CheckConstraint("sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="honest"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    language: str
    text: str
    sha256: str = Field(max_length=64)
    first_seen: datetime = moment(now=True)


class ConsentRecord(SQLModel, table=True):
    """One line of evidence. The table refuses UPDATE and DELETE (GDPR Art. 7(1)).

    `purpose` is PRESS exactly where the topic is the press, so that the two cannot disagree. `wording` reads the text
    of `wording_id`, or nothing.
    """

    __tablename__ = "consent_record"

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    purpose: ConsentPurpose = Field(sa_type=choice(ConsentPurpose))
    topic_id: UUID | None = Field(default=None, foreign_key="topic.id")
    action: ConsentAction = Field(sa_type=choice(ConsentAction))
    basis: Basis = Field(default=Basis.CONSENT, sa_type=choice(Basis))
    wording_id: int | None = Field(default=None, foreign_key="consent_wording.id", sa_type=sa.BigInteger)
    language: str = ""
    source: str
    actor: str
    at: datetime = moment(now=True)
    evidence: dict[str, Any] = json_column()

    wording: ClassVar[str]


ConsentRecord.wording = column_property(  # type: ignore[assignment] # a class reads it as SQL, an entry as a text
    sa.func.coalesce(
        sa.select(col(ConsentWording.text))
        .where(col(ConsentWording.id) == col(ConsentRecord.wording_id))
        .correlate(ConsentRecord)
        .scalar_subquery(),
        "",
    )
)


class Upkeep(StrEnum):
    """Why lines left their place in the ledger."""

    FORGOTTEN = "forgotten"  # the person was erased (GDPR Art. 17)
    MOVED = "moved"  # two contacts were one person
    UNDONE = "undone"  # an import was taken back within a day; `source` is the import


class ConsentUpkeep(SQLModel, table=True):
    """One use of the only ways by which lines of the ledger are removed or moved. Append-only, and names nobody."""

    __tablename__ = "consent_upkeep"

    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    at: datetime = moment(now=True)
    what: Upkeep = Field(sa_type=choice(Upkeep))
    source: UUID
    target: UUID | None = None
    entries: int
