"""Pages by key: a cursor names the last row seen, so page 1,000 costs what page 1 costs and no row is shown twice."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

T = TypeVar("T")
SIZE: Final = 50
COUNTED: Final = 10_000  # beyond this many rows a total is not worth its cost


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of its neighbours. `total` is None for a list longer than `COUNTED`."""

    items: tuple[T, ...]
    next: str | None
    previous: str | None
    total: int | None


def page(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],
    keys: Sequence[sa.SQLColumnExpression[Any]],
    *,
    read: Callable[[Any], T],
    cursor: str | None = None,
    size: int = SIZE,
    descending: bool = False,
) -> Page[T]:
    """Return one page of a statement that has no order of its own.

    `keys` order it and must be unique together and never NULL; an index on them makes every page equally cheap. `read`
    turns a row into an item. Raises Refused for a cursor that this list did not write.
    """
    backwards, values = _read_cursor(cursor, keys)
    upwards = descending == backwards
    ordered = statement.add_columns(*(key.label(f"key_{place}") for place, key in enumerate(keys)))
    ordered = ordered.order_by(*(key.asc() if upwards else key.desc() for key in keys)).limit(size + 1)
    if values is not None:
        here, there = sa.tuple_(*keys), sa.tuple_(*values)
        ordered = ordered.where(here > there if upwards else here < there)

    found = list(session.execute(ordered))
    more = len(found) > size
    rows = found[:size][::-1] if backwards else found[:size]
    first, last = (_cursor("p", rows[0], keys), _cursor("n", rows[-1], keys)) if rows else (None, None)
    has_next, has_previous = (cursor is not None, more) if backwards else (more, cursor is not None)
    whole = not has_next and not has_previous
    return Page(
        items=tuple(read(row) for row in rows),
        next=last if has_next else None,
        previous=first if has_previous else None,
        total=len(rows) if whole else _total(session, statement),
    )


def _read_cursor(
    cursor: str | None, keys: Sequence[sa.SQLColumnExpression[Any]]
) -> tuple[bool, list[sa.ColumnElement[Any]] | None]:
    if cursor is None:
        return False, None
    try:
        direction, *values = json.loads(urlsafe_b64decode(cursor + "=="))
        bound = [_bound(value, key) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError) as broken:
        raise Refused(_("This address of a page is broken; go back to the first page of the list.")) from broken
    return direction == "p", bound


def _bound(value: object, key: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[Any]:
    type_: sa.types.TypeEngine[Any] = key.label(None).type
    kind = type_.python_type
    if kind is UUID:
        return sa.literal(UUID(str(value)), type_)
    if kind is datetime:
        return sa.literal(datetime.fromisoformat(str(value)), type_)
    if not isinstance(value, kind) or "\x00" in str(value):  # PostgreSQL takes no NUL in a text
        raise TypeError(kind)
    return sa.literal(value, type_)


def _cursor(direction: str, row: sa.Row[Any], keys: Sequence[sa.SQLColumnExpression[Any]]) -> str:
    values = [getattr(row, f"key_{place}") for place in range(len(keys))]
    plain = [str(one) if isinstance(one, UUID | datetime) else one for one in values]
    return urlsafe_b64encode(json.dumps([direction, *plain]).encode()).rstrip(b"=").decode()


def _total(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> int | None:
    some = statement.with_only_columns(sa.literal(1), maintain_column_froms=True).limit(COUNTED + 1).subquery()
    number = session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    return number if number <= COUNTED else None
