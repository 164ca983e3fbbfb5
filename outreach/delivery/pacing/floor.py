"""The proof that a cap is kept: letters counted from the rows of what left, under a lock per cap.

It holds whatever Redis remembers. Its lock is held until the claim is committed, so that two workers never count the
same room; only claims that a cap concerns take it.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery.pacing.caps import AtOnce, Bucket
from outreach.delivery.pacing.windows import Room

LOCK: Final = 0x70616365  # "pace": the class of these advisory locks


def prove(session: Session, buckets: Sequence[Bucket], requests: Sequence[AtOnce], batch: UUID, letters: int) -> Room:
    """Return for how many of these letters the rows prove room, and keep it so until the transaction ends."""
    names = [one.name for one in buckets] + [one.name for one in requests]
    session.execute(_LOCK, {"class": LOCK, "names": names})
    if busy := next((one for one in requests if _on_their_way(session, one, batch) >= one.limit), None):
        return Room(0, busy, busy.pause)
    left = session.execute(_COUNT, _columns(buckets)).scalars().all() if buckets else ()
    rooms = [(bucket.limit - count, bucket) for bucket, count in zip(buckets, left, strict=True)]
    least, full = min(rooms, key=lambda one: one[0], default=(letters, None))
    if full is None or least > 0:
        return Room(min(letters, least))
    return Room(0, full, _until_room(session, full))


def _on_their_way(session: Session, one: AtOnce, batch: UUID) -> int:
    found = session.execute(_CLAIMED, {"scope": one.scope.value, "key": one.key, "batch": batch})
    return int(found.scalar_one())


def _until_room(session: Session, full: Bucket) -> float:
    """Return the seconds until the first letter has room again."""
    seconds = session.execute(_UNTIL, _columns([full]) | {"limit": full.limit}).scalar()
    return float(seconds) if seconds is not None else float(full.window.value)


def _columns(buckets: Sequence[Bucket]) -> dict[str, Any]:
    return {
        "scopes": [one.scope.value for one in buckets],
        "keys": [one.key for one in buckets],
        "windows": [one.window.value for one in buckets],
    }


# In the order of the names, so that two claims never wait for each other.
_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(:class, hashtext(name))
    FROM (SELECT unnest(CAST(:names AS text[])) AS name ORDER BY 1 OFFSET 0) AS ordered
    """
)

_CLAIMED = text(
    """
    SELECT count(*) FROM batch JOIN mailing ON mailing.id = batch.mailing_id
    WHERE batch.state = 'claimed' AND batch.id <> :batch AND :key =
        CASE :scope WHEN 'provider' THEN mailing.provider WHEN 'sender' THEN CAST(mailing.sender_id AS text)
            ELSE batch.lane END
    """
)

# By the time of the statement: the transaction may have waited for the lock while others left.
_LEFT = """
    FROM unnest(CAST(:scopes AS text[]), CAST(:keys AS text[]), CAST(:windows AS int[]))
        WITH ORDINALITY AS bucket (scope, key, length, number)
    LEFT JOIN departure ON departure.at > statement_timestamp() - make_interval(secs => bucket.length)
        AND bucket.key = CASE bucket.scope
            WHEN 'provider' THEN departure.provider
            WHEN 'sender' THEN CAST(departure.sender_id AS text)
            ELSE departure.lane
        END
"""

_COUNT = text(f"SELECT coalesce(sum(departure.letters), 0) {_LEFT} GROUP BY bucket.number ORDER BY bucket.number")

_UNTIL = text(
    f"""
    SELECT max(extract(epoch FROM left_at.at - statement_timestamp()) + left_at.length)
    FROM (
        SELECT departure.at, bucket.length,
            sum(departure.letters) OVER (ORDER BY departure.at DESC, departure.id DESC) AS newer {_LEFT}
    ) AS left_at
    WHERE left_at.newer >= :limit
    """  # noqa: S608 - as above
)
