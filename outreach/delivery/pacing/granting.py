"""How many letters of a claim may leave now, and writing down what left."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.models import HoldKind, Scope, Stream
from outreach.delivery.pacing import caps, floor, holds, windows
from outreach.delivery.pacing.caps import Bucket, Subject
from outreach.delivery.pacing.windows import Room


@dataclass(frozen=True)
class Asked:
    """What wants to leave: an attempt to send a batch."""

    attempt: UUID
    batch: UUID
    mailing: UUID
    provider: str
    sender: UUID
    lane: str
    stream: Stream
    priority: int

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Name everything whose caps it counts against."""
        return (Scope.PROVIDER, self.provider), (Scope.SENDER, str(self.sender)), (Scope.LANE, self.lane)


def grant(session: Session, asked: Asked, letters: int, *, whole: bool = False) -> int:
    """Return how many of these letters may leave now; where none may, hold what is full until there is room.

    `whole` grants all or none. Redis is asked first, and what it allows is proved by the rows; without Redis the rows
    alone decide. What is granted counts only when it is written down by `note` in this transaction.
    """
    limits = caps.limits(session, asked.subjects)
    buckets = caps.buckets(limits, asked.stream)
    requests = caps.at_once(limits)
    if not letters or not (buckets or requests):
        return letters
    allowed = _ask_redis(session, buckets, asked.attempt, letters) if buckets else Room(letters)
    room = floor.prove(session, buckets, requests, asked.batch, allowed.letters) if allowed.letters else allowed
    granted = 0 if whole and room.letters < letters else room.letters
    if granted < allowed.letters:
        windows.give_back(buckets, asked.attempt, taken=allowed.letters, used=granted)
    if not granted:
        _hold(session, asked, room)
    return granted


def note(session: Session, asked: Asked, *, letters: int, granted: int) -> None:
    """Write down what leaves now: `letters` of those that were granted."""
    row = {"mailing": asked.mailing, "sender": asked.sender, "provider": asked.provider, "lane": asked.lane}
    session.execute(_NOTE, {"attempt": asked.attempt, "letters": letters, **row})
    if letters < granted:
        _give_back(session, asked, taken=granted, used=letters)


def correct(session: Session, asked: Asked, *, letters: int) -> None:
    """Write down that only so many of an attempt's letters left after all; the others count against no cap."""
    before = session.execute(_CORRECT, {"attempt": asked.attempt, "letters": letters}).scalar()
    if before is not None and before > letters:
        holds.reconsider(session, asked.subjects)
        _give_back(session, asked, taken=before, used=letters)


def undo(session: Session, attempt: UUID) -> None:
    """Count nothing for an attempt that is known not to have begun, though its worker vanished."""
    session.execute(text("DELETE FROM departure WHERE id = :attempt"), {"attempt": attempt})


def forget(session: Session) -> None:
    """Forget what left too long ago to be counted for anything."""
    session.execute(text("DELETE FROM departure WHERE at < now() - interval '31 days'"))


def _ask_redis(session: Session, buckets: list[Bucket], attempt: UUID, letters: int) -> Room:
    now = session.execute(text("SELECT extract(epoch FROM statement_timestamp())")).scalar_one()
    return windows.take(buckets, attempt, letters, now=float(now)) or Room(letters)


def _give_back(session: Session, asked: Asked, *, taken: int, used: int) -> None:
    buckets = caps.buckets(caps.limits(session, asked.subjects), asked.stream)
    if buckets:
        windows.give_back(buckets, asked.attempt, taken=taken, used=used)


def _hold(session: Session, asked: Asked, room: Room) -> None:
    """Hold what is full until the next portion has room, for letters that are not more urgent than these."""
    if full := room.full:
        seconds = max(room.seconds, full.pause)
        holds.put(
            session, full.scope, full.key, HoldKind.FULL, seconds=seconds, reason=full.reason, priority=asked.priority
        )


_NOTE = text(
    """
    INSERT INTO departure (id, mailing_id, sender_id, provider, lane, letters, at)
    VALUES (:attempt, :mailing, :sender, :provider, :lane, :letters, statement_timestamp())
    """
)

# What it was before tells by which name Redis knows it.
_CORRECT = text(
    """
    UPDATE departure SET letters = :letters
    FROM (SELECT id, letters FROM departure WHERE id = :attempt FOR UPDATE) AS before
    WHERE departure.id = before.id
    RETURNING before.letters
    """
)
