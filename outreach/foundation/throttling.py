"""How often something may happen: counted in Redis, over a sliding window.

When Redis is away nobody is shut out; a log line says so. Keys hold keyed hashes, never an address.
"""

import ipaddress
from collections.abc import Iterable

import structlog
from limits import RateLimitItem
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from outreach.foundation import redis
from outreach.foundation.blinding import blinded

log = structlog.get_logger()

Limits = Iterable[tuple[RateLimitItem, tuple[str, ...]]]
"""Each limit with whom or what it is about."""


def is_free(what: str, limits: Limits) -> bool:
    """Tell whether something may happen once more under all limits; nothing is counted."""
    try:
        return all(_limiter(what).test(limit, *_hidden(what, about)) for limit, about in limits)
    except redis.FAULTS as fault:
        return _without_redis(what, fault)


def count(what: str, limits: Limits) -> bool:
    """Count that something happens; False when a limit was reached before, and there it is not counted."""
    try:
        return False not in [_limiter(what).hit(limit, *_hidden(what, about)) for limit, about in limits]
    except redis.FAULTS as fault:
        return _without_redis(what, fault)


def network(client: str) -> str:
    """Return the network of a visitor's IP address: who has one address mostly has all of a /24, or a /48 of IPv6."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    found = mapped or address
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _without_redis(what: str, fault: Exception) -> bool:
    log.warning("not_limited", what=what, fault=type(fault).__name__)
    return True


def _hidden(what: str, about: tuple[str, ...]) -> list[str]:
    return [blinded(what, one) for one in about]


def _limiter(what: str) -> MovingWindowRateLimiter:
    pool = redis.client().connection_pool
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix=f"{redis.PREFIX}{what}"))
