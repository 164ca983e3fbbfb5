"""The ledger: what is to be sent to whom, in which state it is, and what the provider said."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from outreach.foundation.tables import Table, choice, json_column, moment, text_array


class Stream(StrEnum):
    """What kind of mail it is; each kind has its own sender and priority."""

    NEWSLETTER = "newsletter"  # subscribed letters
    PRESS = "press"  # releases to press contacts; before newsletters
    SYSTEM = "system"  # confirmations, sign-in links, test sends; before all else


PRIORITY = {Stream.SYSTEM: 0, Stream.PRESS: 10, Stream.NEWSLETTER: 20}


class MailingState(StrEnum):
    """Whether batches of a mailing may be claimed."""

    RUNNING = "running"  # workers may claim its batches
    PAUSED = "paused"  # held back until somebody resumes it
    HALTED = "halted"  # stopped by the product, with a reason
    CANCELLED = "cancelled"  # the rest will never go


class BatchState(StrEnum):
    """The unit of claiming: at most 1,000 deliveries of one message."""

    PLANNED = "planned"  # waits for a worker
    CLAIMED = "claimed"  # a worker holds it until its lease ends
    UNCLEAR = "unclear"  # as settled, but for deliveries of which nobody knows whether they left
    SETTLED = "settled"  # every delivery in it has left `planned` and `claimed`


class DeliveryState(StrEnum):
    """Where one message to one recipient stands."""

    PLANNED = "planned"  # waits to be sent
    CLAIMED = "claimed"  # a worker is sending it
    ACCEPTED = "accepted"  # the provider took responsibility
    DELIVERED = "delivered"  # the receiving server took it
    BOUNCED_SOFT = "bounced_soft"  # refused for now: full, throttled, policy
    BOUNCED_HARD = "bounced_hard"  # the address does not work
    COMPLAINED = "complained"  # the recipient called it spam
    REJECTED = "rejected"  # the provider will never take it
    SUPPRESSED = "suppressed"  # left or bounced after planning, so not sent
    CANCELLED = "cancelled"  # the campaign was cancelled first
    EXPIRED = "expired"  # its time was over before it could go
    AMBIGUOUS = "ambiguous"  # the provider may have it; a person decides
    ABANDONED = "abandoned"  # a person decided not to send it again


class SuppressionReason(StrEnum):
    """Why an address is written to no more."""

    HARD_BOUNCE = "hard_bounce"  # the address does not work
    SOFT_BOUNCES = "soft_bounces"  # refused again and again for a week, and nothing arrived between
    COMPLAINT = "complaint"  # the recipient called a letter spam
    UNSUBSCRIBED = "unsubscribed"  # asked to be left alone altogether
    MANUAL = "manual"  # an officer decided
    ERASED = "erased"  # the person asked to be forgotten


class Scope(StrEnum):
    """What a cap or a hold is about."""

    PROVIDER = "provider"  # everything that one provider sends; the key is its name
    SENDER = "sender"  # everything from one identity; the key is its id
    LANE = "lane"  # everything to one family of recipient domains; the key is the lane


class HoldKind(StrEnum):
    """Why nothing leaves for a while."""

    FULL = "full"  # a cap is used up
    TOLD = "told"  # the provider said when to come back (Retry-After)
    THROTTLED = "throttled"  # the receiving servers said that we write too fast
    REFUSED = "refused"  # the receiving servers refuse what we write; waits for a person
    HALTED = "halted"  # a person halted it


class Sender(Table, table=True):
    """An identity that mail is sent from: one per stream at least."""

    key: str = Field(unique=True)
    stream: Stream = Field(sa_type=choice(Stream))
    address: str
    names: dict[str, str] = json_column()
    reply_to: str | None = None
    list_id: str | None = None
    envelope_domain: str | None = None  # of MAIL FROM, where bounces go; the address's own where it is not set
    dkim_domain: str | None = None  # d= of the signature; the address's own where it is not set
    dkim_selectors: list[str] = text_array()
    spf_include: str | None = None  # what the SPF record has to include for the provider's servers


class SenderCheck(SQLModel, table=True):
    """What the DNS said of a sender when it was last asked, and whether somebody waits for it to be asked again."""

    __tablename__ = "sender_check"

    sender_id: UUID = Field(primary_key=True, foreign_key="sender.id")
    results: list[dict[str, Any]] = json_column("[]")
    asked_at: datetime | None = moment(nullable=True)  # cleared once it is done
    begun_at: datetime | None = moment(nullable=True)  # by a worker; cleared once it is done
    checked_at: datetime | None = moment(nullable=True)


class Mailing(Table, table=True):
    """One content in its languages to many recipients. A campaign's mailing has the campaign's own id."""

    stream: Stream = Field(sa_type=choice(Stream))
    priority: int = 20
    state: MailingState = Field(default=MailingState.RUNNING, sa_type=choice(MailingState))
    reason: str | None = None
    sender_id: UUID = Field(foreign_key="sender.id")
    provider: str
    topics: list[str] = text_array()  # the keys of which a recipient must subscribe to one; none for the product's own
    braked: dict[str, int] = json_column()  # what `brakes` had counted when they last halted it
    expires_at: datetime | None = moment(nullable=True)  # what has not left by then never does; None: no such time
    created_at: datetime = moment(now=True)
    closed_at: datetime | None = moment(nullable=True)  # of its opens and clicks only numbers are left
    pared_at: datetime | None = moment(nullable=True)  # its letters keep no address, name or words any more


class Message(Table, table=True):
    """A compiled letter in one language, frozen: what leaves is what was approved. Tokens are still in it."""

    mailing_id: UUID = Field(foreign_key="mailing.id", index=True)
    language: str
    layout: str = "single"
    tracked: bool = False
    from_address: str
    from_name: str
    reply_to: str | None = None
    subject: str
    html: str
    text: str
    headers: dict[str, str] = json_column()


class Link(SQLModel, table=True):
    """Where a link of a letter leads; looked up by its unguessable key, never read from a request."""

    key: str = Field(primary_key=True)
    mailing_id: UUID = Field(foreign_key="mailing.id", index=True)
    language: str
    url: str
    label: str = ""
    block: str = ""


class Batch(Table, table=True):
    """A share of a mailing that one worker takes at a time. Its id is the provider's idempotency key."""

    __table_args__ = (
        sa.Index("ix_batch_due", "priority", "turn", postgresql_where=sa.text("state = 'planned'")),
        sa.Index("ix_batch_lease", "lease_until", postgresql_where=sa.text("state = 'claimed'")),
        sa.Index("ix_batch_unclear", "mailing_id", postgresql_where=sa.text("state = 'unclear'")),
        # So that a delivery names all three or none. In this order it also finds a mailing's batches; an index of the
        # mailing alone would look as good to a planner without statistics, and each delivery's key be searched in it.
        sa.UniqueConstraint("mailing_id", "message_id", "id"),
    )

    mailing_id: UUID = Field(foreign_key="mailing.id")
    message_id: UUID = Field(foreign_key="message.id")
    priority: int
    lane: str = Field(default="", sa_column_kwargs={"server_default": ""})  # a family of domains; "" for all others
    turn: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})  # see `pacing.turns`
    size: int
    state: BatchState = Field(default=BatchState.PLANNED, sa_type=choice(BatchState))
    not_before: datetime = moment(now=True)
    attempts: int = 0
    attempt_id: UUID | None = None
    lease_until: datetime | None = moment(nullable=True)
    request_started_at: datetime | None = moment(nullable=True)
    same_key_until: datetime | None = moment(nullable=True)  # it may have been sent; then only with the key still known


class Delivery(Table, table=True):
    """One message to one recipient: exactly one row, in exactly one state.

    A partition holds the mailings of a quarter (`partitions`), so every key holds the mailing. No index on anything
    that a send changes: rows are updated on their page (docs/decisions/0014-ledger.md).
    """

    __table_args__ = (
        sa.UniqueConstraint("contact_id", "mailing_id"),  # in this order it also finds a contact's letters
        sa.UniqueConstraint("mailing_id", "address"),
        sa.ForeignKeyConstraint(
            ["batch_id", "mailing_id", "message_id"], ["batch.id", "batch.mailing_id", "batch.message_id"]
        ),
        sa.Index(
            "ix_delivery_complained",
            "mailing_id",
            "complained_at",
            postgresql_where=sa.text("complained_at IS NOT NULL"),
        ),
        sa.Index("ix_delivery_bounced", "mailing_id", postgresql_where=sa.text("bounced_at IS NOT NULL")),
        # The mailing too, which says the partition: no other index must look as good to a planner without statistics.
        sa.Index("ix_delivery_batch", "batch_id", "mailing_id"),
        {"postgresql_partition_by": "RANGE (mailing_id)"},
    )

    mailing_id: UUID = Field(primary_key=True)
    batch_id: UUID
    message_id: UUID
    contact_id: UUID
    address: str
    name: str = ""
    language: str
    values: dict[str, str] = json_column()
    state: DeliveryState = Field(default=DeliveryState.PLANNED, sa_type=choice(DeliveryState))
    provider_message_id: str | None = None
    reason: str | None = None
    attempts: int = 0
    withdrawn: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})  # left after planning
    changed_at: datetime | None = moment(nullable=True)
    accepted_at: datetime | None = moment(nullable=True)
    delivered_at: datetime | None = moment(nullable=True)
    bounced_at: datetime | None = moment(nullable=True)
    complained_at: datetime | None = moment(nullable=True)


class Suppression(Table, table=True):
    """An address that nothing but a person's own wish brings back."""

    address: str = Field(unique=True)
    reason: SuppressionReason = Field(sa_type=choice(SuppressionReason))
    detail: str = ""
    delivery_id: UUID | None = None  # whose report led to it; no foreign key, for it outlives the letter
    made_by: str = Field(default="", sa_column_kwargs={"server_default": ""})  # the member of staff who decided it
    created_at: datetime = moment(now=True)


class ReaderPause(SQLModel, table=True):
    """Until when a reader wants no letters of a stream. It ends by itself: a row whose time is over means nothing."""

    __tablename__ = "reader_pause"

    contact_id: UUID = Field(primary_key=True)
    stream: Stream = Field(primary_key=True, sa_type=choice(Stream))
    until: datetime = moment()
    since: datetime = moment(now=True)


class Erasure(Table, table=True):
    """Somebody was erased: no name, no address, only a keyed code of it (GDPR Art. 17). Refuses UPDATE and DELETE."""

    fingerprint: str = Field(index=True)
    at: datetime = moment(now=True)


class ProviderEvent(Table, table=True):
    """What a provider reported, raw, kept before it is applied; seen once by its id."""

    __tablename__ = "provider_event"
    __table_args__ = (
        sa.UniqueConstraint("provider", "event_id"),
        sa.Index("ix_provider_event_waiting", "received_at", postgresql_where=sa.text("applied_at IS NULL")),
        sa.Index("ix_provider_event_nameless", "received_at", postgresql_where=sa.text("delivery_id IS NULL")),
    )

    provider: str
    event_id: str
    received_at: datetime = moment(now=True)
    delivery_id: UUID | None = Field(default=None, index=True)  # no foreign key: it may come before our commit
    raw: dict[str, Any] = json_column()
    applied_at: datetime | None = moment(nullable=True)


class Departure(SQLModel, table=True):
    """One request's letters as they left: what caps are counted from. Its id is the attempt's."""

    __table_args__ = (sa.Index("ix_departure_at", "at"), sa.Index("ix_departure_mailing_id", "mailing_id"))

    id: UUID = Field(primary_key=True)
    mailing_id: UUID
    sender_id: UUID
    provider: str
    lane: str
    letters: int
    at: datetime = moment(now=True)


class Cap(SQLModel, table=True):
    """How much may leave, where an administrator says otherwise than `pacing/defaults.toml`. None: no cap."""

    scope: Scope = Field(primary_key=True, sa_type=choice(Scope))
    key: str = Field(primary_key=True)
    per_second: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    at_once: int | None = None  # requests on their way at the same time
    changed_at: datetime = moment(now=True)


class WarmUp(SQLModel, table=True):
    """How a new sender or provider is made known: each step's letters a day, for some days each."""

    __tablename__ = "warm_up"

    scope: Scope = Field(primary_key=True, sa_type=choice(Scope))
    key: str = Field(primary_key=True)
    started_at: datetime = moment(now=True)
    days: int
    steps: list[int] = json_column("[]")


class Hold(SQLModel, table=True):
    """What nothing leaves for until a time; without one until a person releases it."""

    scope: Scope = Field(primary_key=True, sa_type=choice(Scope))
    key: str = Field(primary_key=True)
    kind: HoldKind = Field(primary_key=True, sa_type=choice(HoldKind))
    priority: int = Field(primary_key=True, default=0)  # only what is not more urgent than this is held
    until: datetime | None = moment(nullable=True)
    reason: str = ""
    step: int = 1  # how often in a row, for a pause that grows
    at: datetime = moment(now=True)


class Heartbeat(SQLModel, table=True):
    """When a worker was last heard doing a queue's tick, by the database clock."""

    queue: str = Field(primary_key=True)
    worker: str = Field(default="", primary_key=True, sa_column_kwargs={"server_default": ""})
    at: datetime = moment(now=True)


class ProviderHealth(SQLModel, table=True):
    """What a provider said when it was last asked whether it would take mail from us."""

    __tablename__ = "provider_health"

    provider: str = Field(primary_key=True)
    is_well: bool
    said: str
    at: datetime = moment(now=True)
    since: datetime = moment(now=True)  # it has been so


class SendingGuard(SQLModel, table=True):
    """One row by which a database that was put back to an earlier day betrays itself; see `guard`."""

    __tablename__ = "sending_guard"

    id: int = Field(default=1, primary_key=True)
    ledger: UUID
    requests: int = Field(default=0, sa_type=sa.BigInteger)
    place: str
    locked: str | None = None
