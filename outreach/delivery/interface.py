"""What every provider does, and the values that cross its border."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from outreach.foundation.slots import names_in

LONGEST_SEND: Final = 25.0  # seconds that handing a batch over may take: a worker that is told to stop has 30
KEY_KNOWN: Final = 12  # hours for which a batch may be repeated with its key; providers that can say 24


@dataclass(frozen=True)
class Letter:
    """One content for many recipients; subject, html, text and header values still have their slots."""

    from_address: str
    from_name: str
    reply_to: str | None
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    language: str
    stream: str

    def slots(self) -> frozenset[str]:
        """Return the names of all slots in it."""
        return frozenset(names_in(self.subject, self.html, self.text, *self.headers.values()))


@dataclass(frozen=True)
class Recipient:
    """One person of a batch with the values of the letter's slots."""

    delivery_id: UUID
    address: str
    name: str
    values: Mapping[str, str]


class OutcomeKind(StrEnum):
    """What is known after handing a letter over."""

    ACCEPTED = "accepted"  # the provider took responsibility
    REJECTED = "rejected"  # it will never take this one
    TRANSIENT = "transient"  # certainly not taken; try again later
    CONFIG = "config"  # our account or key is at fault; stop the mailing
    AMBIGUOUS = "ambiguous"  # it may have been taken


@dataclass(frozen=True)
class Outcome:
    """The result for one recipient."""

    kind: OutcomeKind
    message_id: str | None = None
    reason: str | None = None
    retry_after: float | None = None


class ReportKind(StrEnum):
    """What a provider reports about a message, in one vocabulary for all."""

    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"  # the receiving server took it
    DEFERRED = "deferred"  # a try failed, the provider goes on
    BOUNCED = "bounced"  # it came back; see bounce_class
    REJECTED = "rejected"  # the provider did not try: a list of its own, a policy
    FAILED = "failed"  # our fault or the provider's, not the address's: rendering, quota
    COMPLAINED = "complained"  # the recipient called it spam
    OPENED = "opened"  # not asked for; kept, never counted
    CLICKED = "clicked"  # the same
    UNSUBSCRIBED = "unsubscribed"  # left by a way of the provider's own
    RESUBSCRIBED = "resubscribed"  # came back by such a way; restores nothing
    IGNORED = "ignored"  # known and of no interest
    UNKNOWN = "unknown"  # kept raw, never an error


class BounceClass(StrEnum):
    """Why a letter came back. Only `hard` is about the address."""

    HARD = "hard"  # the address does not work
    SOFT = "soft"  # not now: full, away, throttled
    BLOCK = "block"  # refused for the sender or the text, not for the address
    SUPPRESSED = "suppressed"  # not tried: the provider keeps the address on a list of its own
    UNDETERMINED = "undetermined"  # the provider does not say


@dataclass(frozen=True)
class Report:
    """One normalised event out of a webhook call."""

    event_id: str
    kind: ReportKind
    occurred_at: datetime
    delivery_id: UUID | None = None
    message_id: str | None = None
    address: str | None = None
    bounce_class: BounceClass | None = None
    suppress: bool | None = None  # this event alone may end all mail to the address; None: as its kind does
    machine: bool | None = None  # made by a proxy or scanner; None when the provider does not say
    url: str | None = None
    diagnostic: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)  # the event as the provider wrote it

    @property
    def is_ending(self) -> bool:
        """Tell whether no more may be sent to the address: it does not work, or its owner wants none."""
        if self.suppress is not None:
            return self.suppress
        return self.kind is ReportKind.COMPLAINED or self.bounce_class is BounceClass.HARD


class Tracking(StrEnum):
    """Who decides whether a provider follows opens and clicks by itself; ours is the only one wanted."""

    NONE = "none"  # it cannot
    PER_MESSAGE = "per_message"  # each call says no
    ACCOUNT = "account"  # a person must switch it off in the provider's settings


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do; decides how batches are cut, what it is given, and what follows an unclear answer."""

    max_items: int  # recipients of a batch
    searchable: bool  # can be asked whether it has a delivery
    key_known: float = 0.0  # hours that the same key surely never sends twice; 0 where there is no key
    max_bytes: int = 10_000_000  # of one call
    own_headers: bool = True  # headers with a value per recipient, List-Unsubscribe above all
    utf8_headers: bool = True  # header values beyond ASCII are encoded by the provider, not by us
    longest_from_name: int | None = None  # characters
    metadata: str = ".*"  # pattern of a value that comes back in reports; "" where none does
    tracking: Tracking = Tracking.NONE

    @property
    def idempotent(self) -> bool:
        """Tell whether a batch may be repeated with its key for as long as the ledger may want to."""
        return self.key_known >= KEY_KNOWN


@dataclass(frozen=True)
class Health:
    """What a provider says when asked whether it would take mail from us."""

    is_well: bool
    said: str


class Provider(Protocol):
    """A way from us to the inbox. A provider inherits from it what it has nothing of its own to say about."""

    name: str
    capabilities: Capabilities

    def __init__(self, own: Mapping[str, str]) -> None:
        """Set up from its own settings, by name without prefix. Raises ValueError for one that cannot be used."""
        ...

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand a batch over within `LONGEST_SEND`; one outcome per recipient, in order.

        Never raises for a network fault. What there was no time for is `transient` with `retry_after=0`.
        """
        ...

    async def lookup(self, deliveries: Sequence[UUID]) -> dict[UUID, str] | None:  # noqa: ARG002 - most cannot be asked
        """Return the message ids of those the provider has; None when it cannot be asked."""
        return None

    async def health(self) -> Health:
        """Ask whether it is there and takes our key; sends nothing, never raises."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Tell whether a webhook call is authentic; False when no key is set. `headers` in lower case."""
        ...

    def ticket(self, body: bytes) -> str | None:  # noqa: ARG002 - most sign the body
        """Return what a signature covers instead of the body, so that it is good for one body only.

        None where the signature covers the body.
        """
        return None

    def parse(self, body: bytes) -> list[Report]:
        """Read a verified webhook call; an item that is not understood becomes `unknown`."""
        ...
