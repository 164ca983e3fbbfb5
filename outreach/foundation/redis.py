"""This process's Redis connections, for streams and short-lived counts; Celery has its own.

Nothing in Redis is the truth; PostgreSQL is. Every key of ours begins with `outreach:`.
"""

import os
from typing import Final

import redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from outreach.foundation import embedded
from outreach.foundation.errors import Unavailable
from outreach.foundation.settings import settings

PREFIX: Final = "outreach:"
FAULTS: Final = (redis.RedisError, OSError)

_clients: dict[int, "redis.Redis"] = {}


def client() -> "redis.Redis":
    """Return the client of this process's threads and tasks; answers are text."""
    pid = os.getpid()
    if pid not in _clients:
        _clients.clear()
        _clients[pid] = redis.Redis.from_url(
            embedded.addresses(settings()).redis_url,
            decode_responses=True,
            encoding_errors="surrogateescape",  # a provider's body goes through byte for byte
            socket_connect_timeout=2,
            socket_timeout=5,
            health_check_interval=25,
            retry=Retry(NoBackoff(), 1),  # once, for a connection that the server closed meanwhile
        )
    return _clients[pid]


def async_client() -> AsyncRedis:
    """Make a client for one event loop; whoever makes it closes it. It gives up within a second."""
    return AsyncRedis.from_url(
        embedded.addresses(settings()).redis_url,
        decode_responses=True,
        encoding_errors="surrogateescape",
        socket_connect_timeout=0.5,
        socket_timeout=1,
        health_check_interval=25,
        max_connections=64,
        retry=AsyncRetry(NoBackoff(), 1),
    )


def close() -> None:
    """Forget this process's client; the next use makes one for the settings that hold then."""
    while _clients:
        _clients.popitem()[1].close()


def is_answering() -> bool:
    """Ask Redis for a sign of life; False when it does not answer."""
    try:
        return bool(client().ping())
    except FAULTS:
        return False


def version() -> str:
    """Name the server that answers. Raises Unavailable when none does."""
    try:
        info = client().info("server")
    except redis.RedisError as down:
        raise Unavailable("Redis does not answer; check OUTREACH_REDIS_URL and that the server runs.") from down
    return f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info.get('redis_version')}"
