"""A request's way into a stream without waiting: a bounded buffer in memory that one task per process empties.

The answer to the reader never depends on Redis. While Redis is away the buffer keeps the newest entries and hands them
over when it is back; what a killed process had not handed over yet, some hundredths of a second at most, is lost.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import structlog
from redis.asyncio import Redis as AsyncRedis

from outreach.foundation.redis import FAULTS, PREFIX
from outreach.foundation.streams import LONGEST

ROOM: Final = 50_000  # entries, about 25 MB
PORTION: Final = 500
GATHERING: Final = 0.01  # seconds: what arrives together travels together
PATIENCE: Final = 1.0  # seconds until Redis is tried again

log = structlog.get_logger()


class Outbox:
    """The buffer of one process; `carry` runs beside the requests until it is cancelled."""

    def __init__(self, redis: AsyncRedis, room: int = ROOM) -> None:
        self._redis = redis
        self._waiting: deque[tuple[str, dict[str, str]]] = deque(maxlen=room)
        self._filled = asyncio.Event()
        self._away = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, stream: str, fields: Mapping[str, str]) -> None:
        """Take an entry; when the buffer is full the oldest one makes room."""
        self._waiting.append((PREFIX + stream, dict(fields)))
        self._filled.set()

    async def carry(self) -> None:
        """Hand entries over as they come, for ever."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(GATHERING)
            self._filled.clear()
            if not await self.flush():
                await asyncio.sleep(PATIENCE)
                self._filled.set()

    async def flush(self) -> bool:
        """Hand over everything that waits; False when Redis does not take it, and then it still waits."""
        while self._waiting:
            portion = [self._waiting.popleft() for _ in range(min(PORTION, len(self._waiting)))]
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for stream, fields in portion:
                        entry: dict[Any, Any] = dict(fields)
                        pipeline.xadd(stream, entry, maxlen=LONGEST, approximate=True)
                    await pipeline.execute()
            except FAULTS as fault:
                # Redis may have taken some of them before it fell silent: figures count people, not entries, so
                # an open that stands twice changes none of them, and one that is lost would.
                self._put_back(portion)
                self._note(away=True, fault=type(fault).__name__)
                return False
        self._note(away=False)
        return True

    def _put_back(self, portion: list[tuple[str, dict[str, str]]]) -> None:
        room = (self._waiting.maxlen or 0) - len(self._waiting)
        self._waiting.extendleft(reversed(portion[max(0, len(portion) - room) :]))

    def _note(self, *, away: bool, fault: str = "") -> None:
        if away and not self._away:
            log.warning("redis_away", fault=fault, waiting=len(self))
        elif self._away and not away:
            log.info("redis_back")
        self._away = away
