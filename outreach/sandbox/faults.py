"""Faults that a caller must survive, switched on and off while the sandbox runs."""

from enum import StrEnum
from secrets import SystemRandom

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_dice = SystemRandom()


class Kind(StrEnum):
    """What goes wrong with a call to `POST /v1/batches`."""

    TOO_MANY = "429"  # refused with Retry-After; nothing taken
    BROKEN_BEFORE = "500_before"  # 500; nothing taken
    BROKEN_AFTER = "500_after"  # taken, then 500
    SILENT_AFTER = "timeout_after"  # taken, then no answer for `seconds`, then 504
    UNKNOWN_KEY = "401"  # refused as if the key were wrong; nothing taken
    GARBLED_AFTER = "malformed"  # taken, then a 200 whose JSON breaks off


class Fault(BaseModel):
    """One fault: how often it strikes (`share` of the calls), how many times more (`count`, None for ever)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: Kind = Field(strict=False)
    share: float = Field(1.0, ge=0, le=1)
    count: int | None = Field(None, ge=0)
    retry_after: int = Field(1, ge=0, le=3600)
    seconds: float = Field(30.0, ge=0, le=600)


Faults = TypeAdapter(list[Fault])


def draw(faults: list[Fault]) -> tuple[Fault | None, list[Fault]]:
    """Choose the fault that strikes this call, the first in the list that does, and return the list as it is then.

    A fault whose count is used up is left out of it.
    """
    for place, fault in enumerate(faults):
        if fault.count == 0 or _dice.random() >= fault.share:
            continue
        if fault.count is None:
            return fault, faults
        spent = fault.model_copy(update={"count": fault.count - 1})
        return fault, [*faults[:place], *([spent] if spent.count else []), *faults[place + 1 :]]
    return None, faults
