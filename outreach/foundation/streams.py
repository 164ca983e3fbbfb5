"""Redis streams that carry what public requests bring to the worker that stores it.

A reader keeps its place in PostgreSQL, in the transaction that stores what it read, so that a killed worker neither
loses nor doubles an entry. Ids only grow within one life of a stream; `life` tells one from the next, for a server
that was emptied may begin with lower ids than it had reached before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from redis.asyncio import Redis as AsyncRedis

from outreach.foundation.errors import Unavailable
from outreach.foundation.redis import FAULTS, PREFIX, client

BEGINNING: Final = "0-0"
LONGEST: Final = 1_000_000  # opens and clicks that Redis holds at most while no worker reads, about 200 MB


@dataclass(frozen=True)
class Entry:
    """One entry of a stream, as it was put in."""

    id: str
    fields: dict[str, str]


async def append(redis: AsyncRedis, stream: str, fields: Mapping[str, str]) -> str:
    """Put one entry in that nothing may push out again; return its id.

    Raises Unavailable when Redis does not take it, or is full; it may be there all the same.
    """
    entry: dict[Any, Any] = dict(fields)
    try:
        return str(await redis.xadd(PREFIX + stream, entry))
    except FAULTS as fault:
        raise Unavailable from fault


async def progress(redis: AsyncRedis, stream: str) -> tuple[str, str]:
    """Return the life of server and stream, and up to which id entries are committed.

    The first changes when the server was started again or emptied. Raises redis errors when Redis is away.
    """
    await redis.set(f"{PREFIX}{stream}:life", uuid4().hex, nx=True)
    own, committed = await redis.mget(f"{PREFIX}{stream}:life", f"{PREFIX}{stream}:committed")
    server: Any = await redis.info("server")
    return f"{server.get('run_id')}/{own!s}", str(committed or BEGINNING)


def is_up_to(number: str, last_id: str) -> bool:
    """Tell whether an id is not after another one."""
    return _parts(number) <= _parts(last_id)


def _parts(number: str) -> tuple[int, int]:
    milliseconds, _, sequence = number.partition("-")
    return int(milliseconds), int(sequence)


def life(stream: str) -> str:
    """Return the name of this life of a stream: a new one after Redis was emptied."""
    key = f"{PREFIX}{stream}:life"
    client().set(key, uuid4().hex, nx=True)
    return str(client().get(key))


def after(stream: str, last_id: str, count: int) -> list[Entry]:
    """Return up to `count` entries that follow an id, oldest first."""
    found: Any = client().xrange(PREFIX + stream, min=f"({last_id}", count=count)
    return [Entry(str(number), dict(fields)) for number, fields in found]


def trim(stream: str, last_id: str) -> None:
    """Forget the entries up to and with an id, once what they say is committed, and say that it is."""
    milliseconds, sequence = _parts(last_id)
    client().set(f"{PREFIX}{stream}:committed", last_id)
    client().xtrim(PREFIX + stream, minid=f"{milliseconds}-{sequence + 1}", approximate=False)


def length(stream: str) -> int:
    """Count the entries that wait."""
    return int(client().xlen(PREFIX + stream))
