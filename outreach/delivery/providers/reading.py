"""Reading what providers write: whatever it holds, nothing here raises."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from hashlib import sha256
from math import isfinite
from typing import Any, Final
from uuid import UUID

from outreach.foundation import clock

LONGEST_ID: Final = 200
LONGEST_DIAGNOSTIC: Final = 500


def document(body: bytes) -> Any:
    """Return a JSON document; None for anything else."""
    try:
        return json.loads(body, parse_constant=str, parse_float=_number)
    except (ValueError, RecursionError):
        return None


def _number(written: str) -> float | str:
    """Return a number, or the words of one so large that no table takes it."""
    return value if isfinite(value := float(written)) else written


def at(value: Any, *path: str | int) -> Any:
    """Return what stands at a path of names and positions; None when a step of it is missing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: object) -> str | None:
    """Return a value as text; None for nothing."""
    return None if value is None or value == "" else str(value)


def diagnostic(*values: object) -> str:
    """Return the words of a mail server or provider, the first that says anything."""
    return next((str(one)[:LONGEST_DIAGNOSTIC] for one in values if one), "")


def moment(value: object) -> datetime:
    """Return a time with its zone, from ISO 8601 (fractions of any length) or seconds; now for anything else."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return clock.now()
    return found if found.tzinfo else clock.now()


def uuid(value: object) -> UUID | None:
    """Return an id of ours; None for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def mailbox(value: object) -> str | None:
    """Return the address in `Name <address>`, its domain in lower case."""
    found = parseaddr(str(value))[1] if isinstance(value, str) else ""
    local, at_sign, domain = found.rpartition("@")
    return f"{local}{at_sign}{domain.lower()}" if at_sign else None


def event_id(own: object, event: object) -> str:
    """Return the provider's id of an event, or a name that is the same for the same event each time."""
    given = text(own)
    return given if given and len(given) <= LONGEST_ID else digest(event)


def digest(event: object) -> str:
    """Return the SHA-256 of an event's canonical JSON."""
    written = json.dumps(event, sort_keys=True, separators=(",", ":"))
    return sha256(written.encode(errors="surrogatepass")).hexdigest()
