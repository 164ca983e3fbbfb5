"""A database that was put back to an earlier day must not send: what left since then would leave again.

Each request to a provider is counted in the database before it leaves, and the count is left in two places outside: in
Redis and in the home folder. A database that knows of fewer requests than either is an older one; one that has moved to
another server, and that neither can vouch for, may be one. Both are locked until a person has looked
(`outreach restore`). A copy for trying things out is locked for the same reason. And whatever its age, a database that
has forgotten an erasure sends nothing until it is carried out again (`erasures`).
"""

import contextlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import erasures
from outreach.foundation import redis
from outreach.foundation.settings import settings

MARKS: Final = redis.PREFIX + "requests"  # a sorted set: ledger → requests

log = structlog.get_logger()


class Doubt(StrEnum):
    """Why a database must not send."""

    OLDER = "older"  # more requests have left than it knows of
    MOVED = "moved"  # it lies elsewhere than when it last sent, and nothing outside says that it is whole
    FORGETFUL = "forgetful"  # it has forgotten that somebody was erased; it is not locked for that, but mended
    UNKNOWN = "unknown"  # as `moved`, but Redis does not answer at this moment; it is not locked for that


class Mark(NamedTuple):
    """How many requests a ledger has begun."""

    ledger: UUID
    requests: int


@dataclass(frozen=True)
class Standing:
    """What is to be thought of the database, and the greatest number of requests that is known outside."""

    doubt: Doubt | None
    requests: int
    known: int | None


def standing(session: Session) -> Standing:
    """Judge the database; changes nothing."""
    marks, redis_answers = _marks()  # before the row: whoever counts commits first and leaves the mark then
    row = session.execute(_READ).one_or_none()
    if row is None:
        return Standing(None, 0, None)
    known = marks.get(row.ledger)
    doubt = None
    if row.locked:
        doubt = Doubt(row.locked)
    elif known is not None and known > row.requests:
        doubt = Doubt.OLDER
    elif row.place != row.here and row.requests and known != row.requests:
        doubt = Doubt.MOVED if redis_answers else Doubt.UNKNOWN
    elif not erasures.knows_all(session):
        doubt = Doubt.FORGETFUL
    return Standing(doubt, row.requests, known)


def admits(session: Session) -> bool:
    """Tell whether this database may send; one that may not is locked from now on."""
    session.execute(_BEGIN)
    found = standing(session)
    if found.doubt is None:
        session.execute(_SETTLE_HERE)
    elif found.doubt in _LOCKING and session.execute(_LOCK, {"doubt": found.doubt.value}).all():
        log.error("sending_locked", doubt=found.doubt.value, requests=found.requests, known=found.known)
    return found.doubt is None


def count(session: Session) -> Mark:
    """Count a request that is about to leave; after commit, and before it leaves, call `note`."""
    return Mark(*session.execute(_COUNT).one())


def note(mark: Mark) -> None:
    """Leave the count outside the database. One of the two places is enough, and neither holds up a letter."""
    with contextlib.suppress(*redis.FAULTS):
        redis.client().zadd(MARKS, {mark.ledger.hex: mark.requests}, gt=True)
    try:
        draft = _file().with_name(f"requests.{os.getpid()}")  # several processes of a host do this at once
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{mark.ledger.hex} {mark.requests}\n")
        draft.replace(_file())
    except OSError as fault:
        log.warning("guard_not_noted", fault=fault.strerror)


def confirm(session: Session) -> Mark:
    """Let a database send again, on a person's word; after commit call `note`."""
    known = standing(session).known or 0
    return Mark(*session.execute(_CONFIRM, {"known": known}).one())


def _marks() -> tuple[dict[UUID, int], bool]:
    """Read the marks outside, and whether Redis answered."""
    marks: dict[UUID, int] = {}
    with contextlib.suppress(OSError, ValueError):
        named, requests = _file().read_text().split()
        marks[UUID(named)] = int(requests)
    try:
        found: Any = redis.client().zrange(MARKS, 0, -1, withscores=True)
    except redis.FAULTS:
        return marks, False
    for name, score in found:
        ledger = UUID(name)
        marks[ledger] = max(int(score), marks.get(ledger, 0))
    return marks, True


def _file() -> Path:
    return settings().home / "requests"


_LOCKING: Final = frozenset({Doubt.OLDER, Doubt.MOVED})

# Which database on which server, and on which of its histories: the last changes when one is put back to a moment.
_HERE: Final = """
    (SELECT system_identifier FROM pg_control_system())
    || '.' || (SELECT timeline_id FROM pg_control_checkpoint())
    || '.' || (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_BEGIN = text(
    "INSERT INTO sending_guard (id, ledger, requests, place) "  # noqa: S608 # a constant of our own
    f"SELECT 1, gen_random_uuid(), 0, {_HERE} WHERE NOT EXISTS (SELECT 1 FROM sending_guard) ON CONFLICT DO NOTHING"
)
_READ = text(f"SELECT ledger, requests, place, locked, {_HERE} AS here FROM sending_guard")  # noqa: S608 # as above
_SETTLE_HERE = text(f"UPDATE sending_guard SET place = {_HERE} WHERE place <> {_HERE}")  # noqa: S608 # as above
_LOCK = text("UPDATE sending_guard SET locked = :doubt WHERE locked IS NULL RETURNING id")
_COUNT = text("UPDATE sending_guard SET requests = requests + 1 RETURNING ledger, requests")
_CONFIRM = text(
    "UPDATE sending_guard SET requests = greatest(requests, :known) + 1, locked = NULL, "  # noqa: S608 # as above
    f"place = {_HERE} RETURNING ledger, requests"
)
