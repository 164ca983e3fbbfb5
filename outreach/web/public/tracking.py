"""The pixel and the links of letters: the two addresses that a mailing makes busy.

They are coroutines beside the rest of the house (architecture.md §3.6): they never touch PostgreSQL and never wait
for Redis, so they answer when both are down.
"""

import asyncio
import threading
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from outreach.foundation import redis
from outreach.foundation.outbox import Outbox
from outreach.tracking.ingest import Fetch, Ingest
from outreach.tracking.links import Links
from outreach.tracking.receiving import Receiving

PIXEL: Final = Response(
    b64decode("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="),
    media_type="image/gif",
    headers={"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"},
)


async def pixel(request: Request) -> Response:
    """Send the one transparent pixel, the same for every token, genuine or not."""
    request.app.state.ingest.opened(request.path_params["token"], _fetch(request))
    return PIXEL


async def follow(request: Request) -> Response:
    """Lead on to where the letter's link leads; the target comes from our table, never from the request."""
    url = await request.app.state.ingest.clicked(request.path_params["text"], _fetch(request))
    return Response(
        status_code=302,
        headers={"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


def install(app: FastAPI) -> None:
    """Add the two addresses as plain routes: nothing here needs what FastAPI does for forms. HEAD comes with GET."""
    app.add_route("/o/{token}.gif", pixel, methods=["GET"], include_in_schema=False)
    app.add_route("/c/{text}", follow, methods=["GET"], include_in_schema=False)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Keep what the two addresses need for as long as the application runs."""
    client, links, stop = redis.async_client(), Links(), threading.Event()
    outbox = Outbox(client)
    app.state.redis = client
    app.state.receiving = Receiving(client)
    app.state.ingest = Ingest(outbox, client, links)
    threading.Thread(target=links.keep_fresh, args=(stop,), name="links", daemon=True).start()
    beside = [asyncio.create_task(outbox.carry()), asyncio.create_task(app.state.receiving.watch())]
    try:
        yield
    finally:
        stop.set()
        links.want()  # so that its thread sees that it may end
        await _end(beside)
        await outbox.flush()
        await client.aclose()


async def _end(beside: list[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: a connection that is being made at this moment may swallow a cancellation."""
    while unfinished := [one for one in beside if not one.done()]:
        for one in unfinished:
            one.cancel()
        await asyncio.wait(unfinished, timeout=1)


def _fetch(request: Request) -> Fetch:
    return Fetch(request.method, request.headers, request.client.host if request.client else None)
