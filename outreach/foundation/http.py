"""The one door for outgoing HTTP: an event loop per worker process and a keep-alive client per peer."""

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


@dataclass
class _Process:
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)


_processes: dict[int, _Process] = {}


def _process() -> _Process:
    pid = os.getpid()
    if pid not in _processes:
        _processes.clear()  # after a fork the parent's sockets are not ours
        _processes[pid] = _Process()
    return _processes[pid]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end on this process's event loop."""
    return _process().runner.run(work)


def client(peer: str, *, concurrency: int = 8) -> httpx.AsyncClient:
    """Return the keep-alive client for a peer; redirects are never followed and nothing is retried."""
    clients = _process().clients
    if peer not in clients:
        clients[peer] = httpx.AsyncClient(
            timeout=httpx.Timeout(20, connect=5),
            limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
            headers={"user-agent": "Outreach"},
            trust_env=False,
        )
    return clients[peer]


def close() -> None:
    """Close this process's clients and loop."""
    process = _processes.pop(os.getpid(), None)
    if process:
        for one in process.clients.values():
            process.runner.run(one.aclose())
        process.runner.close()


def read(url: str, *, most: int = 100_000) -> bytes:
    """Fetch a small document of at most `most` bytes, within seconds, from any thread.

    Follows no redirect. Raises httpx.HTTPError for a fault, an answer other than 200, or a longer document.
    """
    with (
        httpx.Client(timeout=5, headers={"user-agent": "Outreach"}, trust_env=False) as one,
        one.stream("GET", url) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPStatusError(f"HTTP {answer.status_code}", request=answer.request, response=answer)
        found = b""
        for part in answer.iter_bytes():
            found += part
            if len(found) > most:
                raise httpx.DecodingError("The document is too long.", request=answer.request)
        return found
