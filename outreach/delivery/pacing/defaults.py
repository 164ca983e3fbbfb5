"""What `defaults.toml` says, read once: the lanes, their domains and caps, and the plan for a new sender."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("defaults.toml")


@dataclass(frozen=True)
class Limits:
    """How much may leave in any window of that length; None is no cap."""

    per_second: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    at_once: int | None = None


@dataclass(frozen=True)
class Family:
    """The recipient domains of a lane, its caps, and why they are what they are."""

    domains: tuple[str, ...]
    limits: Limits
    reason: str


@dataclass(frozen=True)
class Plan:
    """Steps of letters a day, each for some days."""

    steps: tuple[int, ...]
    days: int


@dataclass(frozen=True)
class Defaults:
    """Everything in the file."""

    lanes: dict[str, Family]
    warm_up: Plan


NO_LIMITS: Final = Limits()


@lru_cache(maxsize=1)
def defaults() -> Defaults:
    """Return the defaults."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    lanes = {
        lane: Family(tuple(one.pop("domains")), reason=one.pop("reason"), limits=Limits(**one))
        for lane, one in content["lanes"].items()
    }
    return Defaults(lanes, Plan(tuple(content["warm_up"]["steps"]), content["warm_up"]["days"]))
