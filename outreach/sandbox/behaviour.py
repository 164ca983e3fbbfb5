"""How the sandbox behaves as a mail service: what becomes of a letter, when, and how it reports it."""

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Fate(StrEnum):
    """What becomes of an accepted message."""

    DELIVERED = "delivered"  # it lies in the recipient's inbox
    BOUNCED_HARD = "bounced_hard"  # there is no such mailbox
    BOUNCED_SOFT = "bounced_soft"  # the mailbox stayed full
    COMPLAINED = "complained"  # delivered, then reported as unwanted


class Behaviour(BaseModel):
    """The adjustable behaviour. Shares are of addresses, and the same address always fares the same."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    delivered_after: Seconds = 1.0
    bounce_hard: Share = 0.0
    bounce_soft: Share = 0.0
    complaint: Share = 0.0
    events: bool = True
    repeat: int = Field(1, ge=1, le=10)
    shuffle: bool = False
    latency: Seconds = 0.0
    idempotency: bool = True

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if self.bounce_hard + self.bounce_soft + self.complaint > 1:
            raise ValueError("bounce_hard, bounce_soft and complaint may be 1 together at most")
        return self


RULES = {
    "+hard-bounce": Fate.BOUNCED_HARD,
    "+soft-bounce": Fate.BOUNCED_SOFT,
    "+complaint": Fate.COMPLAINED,
}
"""What an address says of its own fate by its local part, whatever the shares are."""


def fate(address: str, behaviour: Behaviour) -> Fate:
    """Decide what becomes of a message: by rule where the address has one, else by a hash of the address."""
    if "+" in address:
        local = address.rpartition("@")[0].lower()
        for mark, fated in RULES.items():
            if mark in local:
                return fated
    if not (behaviour.bounce_hard or behaviour.bounce_soft or behaviour.complaint):
        return Fate.DELIVERED
    place = _place(address)
    if place < behaviour.bounce_hard:
        return Fate.BOUNCED_HARD
    if place < behaviour.bounce_hard + behaviour.bounce_soft:
        return Fate.BOUNCED_SOFT
    if place < behaviour.bounce_hard + behaviour.bounce_soft + behaviour.complaint:
        return Fate.COMPLAINED
    return Fate.DELIVERED


def _place(address: str) -> float:
    """Give an address its fixed place between 0 and 1."""
    return int.from_bytes(hashlib.blake2b(address.lower().encode(), digest_size=7).digest()) / 2**56
