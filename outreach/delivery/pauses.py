"""Readers who want no letters for a while: asked when an audience is frozen, and again when a letter is to leave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.delivery.models import ReaderPause, Stream

PAUSED: Final = "Paused by the reader"  # why a letter did not leave that was planned before the pause

# What holds a delivery of a mailing back, in a statement that knows both.
PAUSING: Final = """
    SELECT 1 FROM reader_pause
    WHERE reader_pause.contact_id = delivery.contact_id AND reader_pause.stream = mailing.stream
        AND reader_pause.until > now()
"""


def begin(session: Session, contact: UUID, stream: Stream, until: datetime) -> None:
    """Send a contact nothing of a stream until a moment; a pause that holds already gets the new end."""
    statement = insert(ReaderPause).values(contact_id=contact, stream=stream, until=until)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["contact_id", "stream"], set_={"until": until, "since": sa.func.now()}
        )
    )


def end(session: Session, contact: UUID, stream: Stream) -> None:
    """Let letters of a stream come again at once."""
    session.execute(
        sa.delete(ReaderPause).where(col(ReaderPause.contact_id) == contact, col(ReaderPause.stream) == stream)
    )


def of_contact(session: Session, contact: UUID) -> Mapping[Stream, datetime]:
    """Return until when each stream is paused that is paused now."""
    rows = session.execute(
        sa.select(col(ReaderPause.stream), col(ReaderPause.until)).where(
            col(ReaderPause.contact_id) == contact, col(ReaderPause.until) > sa.func.now()
        )
    )
    return {row.stream: row.until for row in rows}


def paused(stream: Stream) -> sa.Select[UUID]:
    """Return the SELECT of everybody who pauses a stream now: `contact_id`."""
    return sa.select(col(ReaderPause.contact_id)).where(
        sa.type_coerce(col(ReaderPause.stream), sa.Text) == sa.literal(stream.value, sa.Text),
        col(ReaderPause.until) > sa.func.now(),
    )


def forget(session: Session) -> None:
    """Forget the pauses that are over."""
    session.execute(sa.delete(ReaderPause).where(col(ReaderPause.until) <= sa.func.now()))
