"""What happens while a reader waits: verify, judge, note, answer. No PostgreSQL, and no waiting for Redis.

No network address, no user agent and no finer time than the hour leaves this file.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from redis.asyncio import Redis as AsyncRedis

from outreach.foundation import clock
from outreach.foundation.errors import NotFound, Unavailable
from outreach.foundation.outbox import Outbox
from outreach.foundation.redis import FAULTS
from outreach.foundation.settings import settings
from outreach.tracking import classify, tokens
from outreach.tracking.links import HASH, Links
from outreach.tracking.models import EventKind

STREAM: Final = "events"
PATIENCE: Final = 2.0  # seconds: how long a click waits for a link of a mailing launched this moment
PAUSE: Final = 0.05


@dataclass(frozen=True)
class Fetch:
    """What a request tells of who made it; forgotten with the request."""

    method: str
    headers: Mapping[str, str]
    address: str | None


class Ingest:
    """The hot path of one web process."""

    def __init__(self, outbox: Outbox, redis: AsyncRedis, links: Links) -> None:
        self._outbox = outbox
        self._redis = redis
        self._links = links

    def opened(self, token: str, fetch: Fetch) -> None:
        """Note that a letter's picture was fetched; a forged token is passed over in silence."""
        self._note(EventKind.OPEN, tokens.opened(token), "", fetch)

    async def clicked(self, text: str, fetch: Fetch) -> str:
        """Note that a link was followed and return where it leads.

        A forged token with a real link still leads on, and nothing is noted. Raises NotFound for a link that does not
        exist, Unavailable for one that cannot be looked up now.
        """
        click = tokens.clicked(text)
        if click is None:
            raise NotFound
        url = self._links.get(click.link_key) or await self._look_further(click)
        self._note(EventKind.CLICK, click.delivery, click.link_key, fetch)
        return url

    async def _look_further(self, click: tokens.Click) -> str:
        """Find a link that this process does not know yet: in Redis, then by a fresh look at the table."""
        if (url := await self._in_redis(click.link_key)) or (url := self._links.get(click.link_key)):
            return url
        if click.delivery is None:  # nobody with a letter in hand: not worth a look at the table
            raise NotFound
        asked = self._links.want()
        while time.monotonic() < asked + PATIENCE and self._links.failed_at < asked:
            await asyncio.sleep(PAUSE)
            if url := self._links.get(click.link_key):
                return url
            if self._links.fresh_since >= asked:
                raise NotFound
        raise Unavailable

    async def _in_redis(self, key: str) -> str | None:
        try:
            url = await self._redis.hget(HASH, key)
        except FAULTS:
            return None
        return self._links.learn(key, str(url)) if url else None

    def _note(self, kind: EventKind, delivery: UUID | None, link_key: str, fetch: Fetch) -> None:
        if delivery is None or settings().tracking == "off":
            return
        self._outbox.put(
            STREAM,
            {
                "delivery": delivery.hex,
                "kind": kind.value,
                "actor": classify.actor(kind, fetch.method, fetch.headers, fetch.address).value,
                "link": link_key,
                "hour": str(int(clock.now().timestamp()) // 3600),
                "ruleset": str(classify.ruleset().version),
            },
        )
