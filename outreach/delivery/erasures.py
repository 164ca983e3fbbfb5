"""Who was erased, as keyed codes: an append-only ledger that is also left outside the database.

A backup of yesterday does not know who was erased since. What is left in Redis and in the home folder does, so that
nothing leaves (`guard`) until those people are erased again (`privacy.replaying`).
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.delivery.models import Erasure, Suppression, SuppressionReason
from outreach.foundation import fingerprints, redis
from outreach.foundation.settings import settings

NOTES: Final = redis.PREFIX + "erasures"  # a hash: id → "code moment"
DOMAIN: Final = "erased.invalid"  # RFC 2606 §2: an address there belongs to nobody, ever

log = structlog.get_logger()


@dataclass(frozen=True)
class Note:
    """One line of the ledger as it stands outside."""

    id: UUID
    fingerprint: str
    at: datetime


def record(session: Session, addresses: Iterable[str]) -> None:
    """Write down that whoever had these normalised addresses was erased, and let no import bring them back."""
    for fingerprint in map(fingerprints.of, sorted(set(addresses))):
        session.add(Erasure(fingerprint=fingerprint))
        _keep_out(session, fingerprint)
    session.flush()


def take_over(session: Session, note: Note) -> None:
    """Write down an erasure that the database has forgotten, as it was."""
    row = {"id": note.id, "fingerprint": note.fingerprint, "at": note.at}
    session.execute(insert(Erasure).values(row).on_conflict_do_nothing())
    _keep_out(session, note.fingerprint)


def stands_for(session: Session, address: str) -> bool:
    """Tell whether somebody with this normalised address was erased; signing up is their own to do again."""
    wanted = sa.exists().where(
        col(Suppression.reason) == SuppressionReason.ERASED,
        col(Suppression.address).in_(fingerprints.possible(address)),
    )
    return bool(session.execute(sa.select(wanted)).scalar_one())


def among(column: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a column's normalised address is that of somebody who was erased."""
    return sa.exists().where(
        col(Suppression.reason) == SuppressionReason.ERASED,
        col(Suppression.address).in_(fingerprints.in_sql(column)),
    )


def any_at_all(session: Session) -> bool:
    """Tell whether anybody was ever erased: without one, nothing need be compared."""
    wanted = sa.exists().where(col(Suppression.reason) == SuppressionReason.ERASED)
    return bool(session.execute(sa.select(wanted)).scalar_one())


def forgotten(session: Session) -> list[Note]:
    """Return the erasures that are known outside and not in this database, the oldest first."""
    outside = {**_in_file(), **_in_redis()}
    known = set(session.scalars(sa.select(col(Erasure.id)).where(col(Erasure.id).in_(list(outside)))))
    return sorted((note for id_, note in outside.items() if id_ not in known), key=lambda note: note.at)


def knows_all(session: Session) -> bool:
    """Tell whether the database knows of every erasure. Cheap when nothing has changed since the last look."""
    number: int = session.execute(sa.select(sa.func.count()).select_from(Erasure)).scalar_one()
    newest = session.execute(sa.select(sa.func.max(col(Erasure.at)))).scalar_one()
    seen = (number, newest, _size_of_file(), _size_of_redis())
    if seen not in _all_known:
        if forgotten(session):
            return False
        _all_known.clear()
        _all_known.add(seen)
    return True


def leave_outside(session: Session) -> None:
    """Leave what is committed in Redis and in the home folder, where it is missing there."""
    in_file, in_redis = _in_file(), _in_redis()
    number: int = session.execute(sa.select(sa.func.count()).select_from(Erasure)).scalar_one()
    if number <= min(len(in_file), len(in_redis)):
        return
    rows = [Note(one.id, one.fingerprint, one.at) for one in session.scalars(sa.select(Erasure))]
    _append([one for one in rows if one.id not in in_file])
    missing: dict[Any, Any] = {one.id.hex: _written(one) for one in rows if one.id not in in_redis}
    if missing:
        with contextlib.suppress(*redis.FAULTS):
            redis.client().hset(NOTES, mapping=missing)


def _keep_out(session: Session, fingerprint: str) -> None:
    session.execute(_KEEP_OUT, {"code": fingerprint, "reason": SuppressionReason.ERASED.value})


def _append(notes: list[Note]) -> None:
    if not notes:
        return
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with _file().open("a", encoding="ascii") as opened:
            opened.write("".join(f"{one.id.hex} {_written(one)}\n" for one in notes))
    except OSError as fault:
        log.warning("erasures_not_noted", fault=fault.strerror)


def _in_file() -> dict[UUID, Note]:
    found: dict[UUID, Note] = {}
    with contextlib.suppress(OSError):
        for line in _file().read_text(encoding="ascii", errors="replace").splitlines():
            with contextlib.suppress(ValueError):  # a line that was cut off by a full disk
                id_, _space, written = line.partition(" ")
                found[UUID(id_)] = _read(UUID(id_), written)
    return found


def _in_redis() -> dict[UUID, Note]:
    try:
        noted: Any = redis.client().hgetall(NOTES)
    except redis.FAULTS:
        return {}
    return {UUID(id_): _read(UUID(id_), written) for id_, written in noted.items()}


def _written(note: Note) -> str:
    return f"{note.fingerprint} {note.at.isoformat()}"


def _read(id_: UUID, written: str) -> Note:
    fingerprint, moment = written.split()
    return Note(id_, fingerprint, datetime.fromisoformat(moment))


def _size_of_file() -> int:
    try:
        return _file().stat().st_size
    except OSError:
        return 0


def _size_of_redis() -> int:
    try:
        return int(redis.client().hlen(NOTES))
    except redis.FAULTS:
        return -1


def _file() -> Path:
    return settings().home / "erasures"


_all_known: set[tuple[int, datetime | None, int, int]] = set()

_KEEP_OUT = sa.text(
    """
    INSERT INTO suppression (address, reason, detail) VALUES (:code, :reason, '') ON CONFLICT (address) DO NOTHING
    """
)
