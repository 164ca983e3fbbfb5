"""The buffer between a request and Redis: bounded, patient, in order."""

import asyncio

import pytest
from redis.asyncio import Redis

from outreach.foundation import embedded, redis, streams
from outreach.foundation.errors import Unavailable
from outreach.foundation.outbox import Outbox
from tests.cable import Cable


def numbers() -> list[str]:
    return [entry.fields["n"] for entry in streams.after("test", streams.BEGINNING, 10_000)]


def far(url: str) -> Redis:
    return Redis.from_url(url, decode_responses=True, socket_timeout=1, socket_connect_timeout=0.5)


def test_entries_arrive_in_the_order_they_were_put(database: embedded.Addresses) -> None:
    async def story() -> None:
        client = redis.async_client()
        outbox = Outbox(client)
        carrying = asyncio.create_task(outbox.carry())
        for number in range(1200):
            outbox.put("test", {"n": str(number)})
        while len(outbox):
            await asyncio.sleep(0.01)
        carrying.cancel()
        await client.aclose()

    asyncio.run(story())

    assert numbers() == [str(number) for number in range(1200)]


def test_while_redis_is_away_entries_wait_and_the_oldest_make_room(database: embedded.Addresses) -> None:
    cable, url = Cable.to_redis(database.redis_url)

    async def story() -> None:
        client = far(url)
        outbox = Outbox(client, room=10)
        cable.cut()
        for number in range(8):
            outbox.put("test", {"n": str(number)})
        assert not await outbox.flush()
        for number in range(8, 15):
            outbox.put("test", {"n": str(number)})
        assert len(outbox) == 10
        cable.mend()
        assert await outbox.flush()
        await client.aclose()

    asyncio.run(story())
    cable.close()

    assert numbers() == [str(number) for number in range(5, 15)]


def test_what_must_not_be_lost_is_refused_while_redis_is_away(database: embedded.Addresses) -> None:
    cable, url = Cable.to_redis(database.redis_url)
    cable.cut()

    async def story() -> None:
        client = far(url)
        with pytest.raises(Unavailable):
            await streams.append(client, "test", {"n": "1"})
        cable.mend()
        await streams.append(client, "test", {"n": "2"})
        await client.aclose()

    asyncio.run(story())
    cable.close()

    assert numbers() == ["2"]
