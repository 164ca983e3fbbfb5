"""Where deliveries lie: a partition for the mailings of each quarter, so that old ones stay out of the way of new ones.

A mailing's id tells its quarter (RFC 9562 §5.7); ids that tell none, or one that nobody made room for, lie in
`delivery_other`. Only the owner of the tables may make one, so a function of the database does it. How a quarter is
compacted and dropped: docs/sizing.md.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

PATIENCE: Final = "2s"


def make_room(session: Session) -> list[str]:
    """Make the partitions of this quarter and the next where they are missing; returns the names of the new ones.

    Cheap when nothing is missing. Raises OperationalError when the tables are busy for `PATIENCE`; nothing is made
    then, and the next call tries again.
    """
    now: datetime = session.execute(text("SELECT now()")).scalar_one()
    missing = [one for one in (_quarter(now), _after(_quarter(now))) if not _is_there(session, one)]
    return [_name(one) for one in missing if _attach(session, one)]


def first_id(moment: datetime) -> UUID:
    """Return the smallest id that a mailing planned at `moment` or later can have."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def is_one(name: str) -> bool:
    """Tell whether a table's name is that of a partition, which no model describes."""
    return re.fullmatch(r"delivery_(\d{4}q[1-4]|other)", name) is not None


def is_described(thing: Any, name: str | None, kind: str, _reflected: object, _compared: object) -> bool:
    """Tell Alembic (`include_object`) what the models describe: no partition, and no key that leads to one."""
    if kind == "foreign_key_constraint":
        return not any(is_one(key.target_fullname.partition(".")[0]) for key in thing.elements)
    return kind != "table" or not is_one(name or "")


def _attach(session: Session, start: datetime) -> bool:
    bounds = {"first": str(first_id(start)), "end": str(first_id(_after(start)))}
    name = _name(start)
    session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
    # Workers lock batches before deliveries; so does this, or the two would wait for each other.
    session.execute(text("LOCK TABLE batch IN SHARE ROW EXCLUSIVE MODE"))
    if _is_there(session, start):
        return False
    taken = text("SELECT EXISTS (SELECT 1 FROM delivery_other WHERE mailing_id >= :first AND mailing_id < :end)")
    if session.execute(taken, bounds).scalar_one():
        return False  # the quarter has begun without room of its own; it stays where it is
    session.execute(text("SELECT make_room_for_deliveries(:name, :first, :end)"), {"name": name, **bounds})
    return True


def _is_there(session: Session, start: datetime) -> bool:
    found = session.execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": _name(start)})
    return bool(found.scalar_one())


def _name(start: datetime) -> str:
    return f"delivery_{start.year}q{start.month // 3 + 1}"


def _quarter(moment: datetime) -> datetime:
    return datetime(moment.year, (moment.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC)


def _after(start: datetime) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + 3, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
