"""Sliding windows in Redis: one script asks several at once and takes what all of them have room for.

It answers in a fraction of a millisecond and locks nothing, so a cap that is used up costs PostgreSQL nothing. It may
be emptied at any time: what it allows is proved in `floor` before it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from redis.commands.core import Script

from outreach.delivery.pacing.caps import AtOnce, Bucket
from outreach.foundation import redis


@dataclass(frozen=True)
class Room:
    """How many letters may go now; when that is none, which cap is used up and for how many seconds."""

    letters: int
    full: Bucket | AtOnce | None = None
    seconds: float = 0.0


def take(buckets: Sequence[Bucket], attempt: UUID, letters: int, *, now: float) -> Room | None:
    """Take room for as many of these letters as every bucket has; None when Redis does not answer.

    `now` is the database's clock in seconds since 1970, so that all workers share one.
    """
    windows = [str(number) for one in buckets for number in (one.window.value * 1000, one.limit)]
    try:
        taken, number, wait = _script(_TAKE)(
            keys=_keys(buckets), args=[int(now * 1000), str(attempt), letters, *windows], client=redis.client()
        )
    except redis.FAULTS:
        return None
    return Room(int(taken)) if taken else Room(0, buckets[int(number) - 1], int(wait) / 1000)


def give_back(buckets: Sequence[Bucket], attempt: UUID, *, taken: int, used: int) -> None:
    """Return the room that an attempt took and did not use; without Redis there is none to return."""
    try:
        _script(_GIVE_BACK)(keys=_keys(buckets), args=[str(attempt), taken, used], client=redis.client())
    except redis.FAULTS:
        return


def _keys(buckets: Sequence[Bucket]) -> list[str]:
    return [f"{redis.PREFIX}pace:{one.name}{part}" for one in buckets for part in ("", ":sum")]


@lru_cache(maxsize=2)
def _script(source: str) -> Script:
    return redis.client().register_script(source)


# Each window is a sorted set of `attempt:letters` by time, and the sum of its letters beside it.
# KEYS: set and sum of each. ARGV: now, attempt, letters wanted, then length and limit of each; times in ms.
_TAKE: Final = """
local now, attempt, granted, full = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), 0
local function letters(member) return tonumber(string.match(member, ':(%d+)$')) end
for number = 1, #KEYS / 2 do
    local set, sum = KEYS[2 * number - 1], KEYS[2 * number]
    local length, limit = tonumber(ARGV[2 + 2 * number]), tonumber(ARGV[3 + 2 * number])
    local gone = 0
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', set, '-inf', now - length)) do
        gone = gone + letters(member)
        redis.call('ZREM', set, member)
    end
    if gone > 0 then redis.call('DECRBY', sum, gone) end
    local room = limit - tonumber(redis.call('GET', sum) or '0')
    if room < granted then granted, full = room, number end
end
if granted <= 0 then
    local set, sum = KEYS[2 * full - 1], KEYS[2 * full]
    local length, limit = tonumber(ARGV[2 + 2 * full]), tonumber(ARGV[3 + 2 * full])
    local left = tonumber(redis.call('GET', sum) or '0')
    for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
        left = left - letters(member)
        if left < limit then
            return {0, full, tonumber(redis.call('ZSCORE', set, member)) + length - now}
        end
    end
    return {0, full, length}
end
for number = 1, #KEYS / 2 do
    local set, sum = KEYS[2 * number - 1], KEYS[2 * number]
    redis.call('ZADD', set, now, attempt .. ':' .. granted)
    redis.call('INCRBY', sum, granted)
    redis.call('PEXPIRE', set, ARGV[2 + 2 * number])
    redis.call('PEXPIRE', sum, ARGV[2 + 2 * number])
end
return {granted, 0, 0}
"""

_GIVE_BACK: Final = """
local attempt, taken, used = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for number = 1, #KEYS / 2 do
    local set, sum = KEYS[2 * number - 1], KEYS[2 * number]
    local member = attempt .. ':' .. taken
    local at = redis.call('ZSCORE', set, member)
    if at then
        redis.call('ZREM', set, member)
        redis.call('DECRBY', sum, taken - used)
        if used > 0 then redis.call('ZADD', set, at, attempt .. ':' .. used) end
    end
end
return 1
"""
