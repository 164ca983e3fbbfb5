"""What a look at a campaign finds, and how much it matters."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    STOP = "stop"  # cannot be launched
    WARN = "warn"  # can, but look at it first


@dataclass(frozen=True)
class Problem:
    """One finding, in a sentence; `block` names the part of the piece where it is, "" its title and subject."""

    level: Level
    code: str
    message: str
    block: str | None = None
