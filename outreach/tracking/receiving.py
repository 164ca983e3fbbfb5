"""Webhook calls between our 200 and the table: in Redis for the worker, and in memory until it is known to be stored.

A server that was emptied or came back with an older memory gets them again; the event ids make a repetition harmless.
What is lost when that happens and this process dies in the same seconds is noticed by the worker, see
`delivery.events.gaps` and docs/decisions/0011-reports-until-stored.md.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog
from redis.asyncio import Redis as AsyncRedis

from outreach.foundation import streams
from outreach.foundation.errors import Forbidden, Unavailable
from outreach.foundation.redis import FAULTS, PREFIX
from outreach.tracking.reports import STREAM

ROOM: Final = 64_000_000  # bytes that one process keeps at most; older calls are then in Redis only
PAUSE: Final = 1.0  # seconds between two looks at how far the worker is
TICKET_KNOWN: Final = 9 * 3600  # seconds; longer than any provider repeats a call

log = structlog.get_logger()


@dataclass(frozen=True)
class Held:
    """One call that was answered, and where it stands."""

    life: str
    id: str
    fields: dict[str, str]


class Receiving:
    """The calls of one web process; `watch` runs beside the requests until it is cancelled."""

    def __init__(self, redis: AsyncRedis, room: int = ROOM) -> None:
        self._redis = redis
        self._room = room
        self._held: deque[Held] = deque()
        self._bytes = 0
        self._life = ""  # as last seen; an older one than the truth means no more than handing over once too often

    def __len__(self) -> int:
        return len(self._held)

    async def take(self, provider: str, body: bytes, *, ticket: str | None = None) -> None:
        """Take a genuine call. Raises Forbidden for a ticket that came with another body, Unavailable without Redis."""
        if ticket:
            await self._punch(provider, ticket, body)
        fields = {"provider": provider, "body": body.decode("utf-8", "surrogateescape")}
        self._hold(Held(self._life, await streams.append(self._redis, STREAM, fields), fields))

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE)

    async def look(self) -> None:
        """Let go of what is stored; hand over again what Redis may have forgotten."""
        try:
            self._life, committed = await streams.progress(self._redis, STREAM)
            for _turn in range(len(self._held)):
                await self._look_at(self._held[0], committed)
        except (*FAULTS, Unavailable) as fault:
            if self._held:
                log.warning("reports_wait_for_redis", fault=type(fault).__name__, held=len(self))

    async def _look_at(self, one: Held, committed: str) -> None:
        """Look at the oldest one, and only then let go of it."""
        if one.life != self._life:
            again = Held(self._life, await streams.append(self._redis, STREAM, one.fields), one.fields)
            log.warning("report_handed_over_again", provider=one.fields["provider"])
            self._let_go(one)
            self._hold(again)
        elif streams.is_up_to(one.id, committed):
            self._let_go(one)
        else:
            self._held.rotate(-1)

    def _hold(self, one: Held) -> None:
        self._held.append(one)
        self._bytes += len(one.fields["body"])
        while self._bytes > self._room:
            self._let_go(self._held[0])

    def _let_go(self, one: Held) -> None:
        if one in self._held:
            self._held.remove(one)
            self._bytes -= len(one.fields["body"])

    async def _punch(self, provider: str, ticket: str, body: bytes) -> None:
        """Note for which body a ticket was used. The same one may come again: the provider missed our answer."""
        name = f"{PREFIX}ticket:{provider}:{sha256(ticket.encode()).hexdigest()}"
        digest = sha256(body).hexdigest()
        try:
            first = await self._redis.set(name, digest, nx=True, get=True, ex=TICKET_KNOWN)
        except FAULTS as fault:
            raise Unavailable from fault
        if first not in {None, digest}:
            raise Forbidden("This signature was used for another report.")
