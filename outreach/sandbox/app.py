"""The ASGI application: every address of the sandbox on one page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from outreach.sandbox import api, mailbox, pages, panel, problems
from outreach.sandbox.controls import Controls
from outreach.sandbox.courier import Courier
from outreach.sandbox.doors import KnownHost
from outreach.sandbox.options import Options
from outreach.sandbox.state import Sandbox
from outreach.sandbox.store import Store

MAX_FORM = 64 * 1024


def routes() -> list[Route | Mount]:
    """Return every address that the sandbox answers."""
    return [
        Route("/v1/batches", api.take_batch, methods=["POST"]),
        Route("/v1/messages", api.list_messages, methods=["GET"]),
        Route("/v1/messages", api.delete_messages, methods=["DELETE"]),
        Route("/v1/messages/search", api.search_messages, methods=["POST"]),
        Route("/v1/count", api.count, methods=["GET"]),
        Route("/v1/behaviour", api.show_behaviour, methods=["GET"]),
        Route("/v1/behaviour", api.put_behaviour, methods=["PUT"]),
        Route("/v1/faults", api.show_faults, methods=["GET"]),
        Route("/v1/faults", api.put_faults, methods=["PUT"]),
        Route("/healthz", api.healthz, methods=["GET"]),
        Route("/", mailbox.inbox, methods=["GET"]),
        Route("/to/{address:path}", mailbox.to_address, methods=["GET"]),
        Route("/messages/{n:int}", mailbox.message, methods=["GET"]),
        Route("/messages/{n:int}.eml", mailbox.message_file, methods=["GET"]),
        Route("/messages/{n:int}/html", mailbox.message_html, methods=["GET"]),
        Route("/switches", panel.show, methods=["GET"]),
        Route("/switches/behaviour", panel.behave, methods=["POST"], max_body_size=MAX_FORM),
        Route("/switches/faults", panel.add_fault, methods=["POST"], max_body_size=MAX_FORM),
        Route("/switches/faults/clear", panel.clear_faults, methods=["POST"], max_body_size=MAX_FORM),
        Route("/switches/empty", panel.empty, methods=["POST"], max_body_size=MAX_FORM),
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
    ]


def create(options: Options, store: Store, *, stopping: Callable[[], bool]) -> Starlette:
    """Build the application over an open store; the courier works as long as it is up."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        controls = await Controls.load(store)
        courier = Courier(store, controls, url=options.webhook_url, key=options.webhook_key)
        app.state.sandbox = Sandbox(options, store, controls, courier, stopping)
        errands = asyncio.create_task(courier.run())
        yield
        errands.cancel()
        with suppress(asyncio.CancelledError):
            await errands

    return Starlette(
        routes=routes(),
        middleware=[Middleware(KnownHost, allow_remote=options.allow_remote)],
        exception_handlers={HTTPException: _problem},
        lifespan=lifespan,
    )


async def _problem(request: Request, error: Exception) -> Response:
    """Answer an error as problem details to a caller of the API, as a page to a person."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if request.url.path.startswith("/v1/"):
        return problems.answer(error)
    return pages.page(request, "sandbox/problem.html", status=error.status_code, error=error)
