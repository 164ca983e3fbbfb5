"""Carry reports to the webhook: signed, several at a time, tried again with a growing pause until a 2xx answers."""

import asyncio
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from outreach.sandbox import events, signing, tallies
from outreach.sandbox.controls import Controls
from outreach.sandbox.store import Store

AT_ONCE = 4
ATTEMPTS = 20
LONGEST_PAUSE = 60.0
IDLE = 30.0

logger = logging.getLogger(__name__)
_chance = secrets.SystemRandom()


@dataclass(frozen=True)
class Call:
    """One call that waits for its 2xx."""

    id: int
    webhook_id: str
    body: bytes
    attempts: int


class Courier:
    """The one task that moves messages to their fate and reports it. `wake` when there is something new."""

    def __init__(self, store: Store, controls: Controls, *, url: str | None, key: bytes) -> None:
        self._store = store
        self._controls = controls
        self._url = url
        self._key = key
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at once instead of at the next appointed time."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._store.write(_try_again)
        # No proxy from the environment: what a sandbox reports goes where it was told to and nowhere else.
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            while True:
                self._news.clear()
                try:
                    pause = await self._work(client)
                except sqlite3.Error:
                    logger.exception("The sandbox cannot write its file; reports wait.")
                    pause = IDLE
                await _first_of(self._news, pause)

    async def _work(self, client: httpx.AsyncClient) -> float:
        """Do everything due and return the seconds until there is more."""
        while True:
            ahead = await self._store.write(
                events.advance, behaviour=self._controls.behaviour, now=time.time(), reporting=self._url is not None
            )
            calls = await self._store.read(_due, time.time())
            if self._url and calls:
                await asyncio.gather(*(self._carry(client, self._url, call) for call in calls))
            elif ahead != 0:
                break
        appointments = [IDLE, *([ahead] if ahead else [])]
        if self._url and (next_call := await self._store.read(_next_due)) is not None:
            appointments.append(next_call - time.time())
        return max(0.01, min(appointments))

    async def _carry(self, client: httpx.AsyncClient, url: str, call: Call) -> None:
        timestamp = int(time.time())
        signed = signing.headers(self._key, webhook_id=call.webhook_id, timestamp=timestamp, body=call.body)
        try:
            answer = await client.post(url, content=call.body, headers={"content-type": "application/json", **signed})
        except httpx.HTTPError as error:
            await self._later(call, type(error).__name__, None)
            return
        if answer.is_success:
            await self._store.write(_done, call.id)
        else:
            await self._later(call, f"status {answer.status_code}", answer.headers.get("retry-after"))

    async def _later(self, call: Call, why: str, retry_after: str | None) -> None:
        attempts = call.attempts + 1
        wait = pause(attempts, retry_after)
        if attempts >= ATTEMPTS:
            logger.warning("Report %s given up after %d attempts: %s", call.webhook_id, attempts, why)
        elif attempts == 1:
            logger.info("Report %s was not taken (%s); it is tried again", call.webhook_id, why)
        await self._store.write(_postpone, call.id, attempts, time.time() + wait)


def pause(attempts: int, retry_after: str | None, chance: Callable[[], float] = _chance.random) -> float:
    """Return the seconds before the next attempt: doubling from half a second to a minute, with jitter.

    A `Retry-After` in seconds is obeyed up to the same minute.
    """
    wanted = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
    doubled: float = 0.5 * 2 ** min(attempts - 1, 10)
    return min(LONGEST_PAUSE, max(wanted, doubled * (0.75 + 0.5 * chance())))


async def _first_of(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        pass


def _due(db: sqlite3.Connection, now: float) -> list[Call]:
    rows = db.execute(
        """
        SELECT id, webhook_id, body, attempts FROM webhook
         WHERE given_up = 0 AND due_at <= ? ORDER BY due_at, id LIMIT ?
        """,
        (now, AT_ONCE),
    )
    return [Call(**row) for row in rows]


def _next_due(db: sqlite3.Connection) -> float | None:
    row = db.execute("SELECT min(due_at) FROM webhook WHERE given_up = 0").fetchone()
    return None if row[0] is None else float(row[0])


def _done(db: sqlite3.Connection, call: int) -> None:
    if db.execute("DELETE FROM webhook WHERE id = ?", (call,)).rowcount:
        tallies.add(db, "webhooks_sent")


def _postpone(db: sqlite3.Connection, call: int, attempts: int, due_at: float) -> None:
    db.execute(
        "UPDATE webhook SET attempts = ?, due_at = ?, given_up = ? WHERE id = ?",
        (attempts, due_at, attempts >= ATTEMPTS, call),
    )


def _try_again(db: sqlite3.Connection) -> None:
    """Give every waiting call a fresh set of attempts; done once, at the start."""
    db.execute("UPDATE webhook SET attempts = 0, given_up = 0, due_at = 0")
