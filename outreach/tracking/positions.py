"""How far each stream is stored. The place moves in the transaction that stores, so every entry counts once.

A place belongs to one life of a stream (see `foundation/streams.py`). One worker at a time holds it, by a lock that
ends with its transaction; the others find nothing to do.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from outreach.foundation import streams


@dataclass(frozen=True)
class Place:
    """Where the reading of a stream goes on; held until the transaction ends."""

    name: str
    last_id: str
    is_new_life: bool  # the stream was emptied since it was last read: what nobody had read is gone


def take(session: Session, stream: str) -> Place | None:
    """Hold the place in a stream; None when another worker has it. Raises redis errors when Redis is away."""
    name = _name(stream)
    if not session.execute(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    ).scalar():
        return None
    is_first_look = session.execute(
        text(
            "INSERT INTO stream_position (stream, last_id) VALUES (:name, :beginning) ON CONFLICT DO NOTHING "
            "RETURNING EXISTS (SELECT 1 FROM stream_position WHERE starts_with(stream, :stream))"
        ),
        {"name": name, "beginning": streams.BEGINNING, "stream": f"{stream}@"},
    ).scalar()
    last_id = session.execute(
        text("SELECT last_id FROM stream_position WHERE stream = :name"), {"name": name}
    ).scalar_one()
    return Place(name, last_id, bool(is_first_look))


def move(session: Session, place: Place, last_id: str) -> None:
    """Note that everything up to and with an id is stored; places in earlier lives of the stream are forgotten."""
    session.execute(
        text("UPDATE stream_position SET last_id = :last_id WHERE stream = :name"),
        {"last_id": last_id, "name": place.name},
    )
    session.execute(
        text("DELETE FROM stream_position WHERE starts_with(stream, :stream) AND stream <> :name"),
        {"stream": place.name.partition("@")[0] + "@", "name": place.name},
    )


def trim(session: Session, stream: str) -> None:
    """Let Redis forget what is stored and committed: for a transaction of its own, after the one that stored."""
    last_id = session.execute(
        text("SELECT last_id FROM stream_position WHERE stream = :name"), {"name": _name(stream)}
    ).scalar()
    if last_id and last_id != streams.BEGINNING:
        streams.trim(stream, last_id)


def _name(stream: str) -> str:
    return f"{stream}@{streams.life(stream)}"
