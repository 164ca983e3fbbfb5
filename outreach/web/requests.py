"""What happens to every request before its route: a name for the log, the visitor's address, a language."""

import re
import time
from secrets import token_hex
from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach.foundation import locale
from outreach.web import cookies

QUIET: Final = ("/o/", "/c/", "/static/", "/media/", "/healthz", "/readyz", "/metrics")
WORDLESS: Final = ("/o/", "/static/", "/healthz", "/readyz", "/metrics")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

log = structlog.get_logger()


class Journal:
    """Bind a request's id to every log line and write one line per request.

    The line names the route, never the path: a path may hold a token. No network address is written (see
    `foundation/logs.py`); uvicorn's own access log writes both and stays off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                return await self.app(scope, receive, send_with_id)
            finally:
                log.info(
                    "request",
                    method=scope["method"],
                    route=getattr(scope.get("route"), "path", "-"),
                    status=status,
                    ms=round((time.perf_counter() - began) * 1000),
                )


class Languages:
    """Speak the language that the visitor chose on a page, else the one that the browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and not scope["path"].startswith(WORDLESS):
            given = Headers(scope=scope)
            chosen = cookie_parser(given.get("cookie", "")).get(cookies.full(cookies.LANGUAGE))
            locale.set_language(locale.match(chosen) or locale.negotiate(given.get("accept-language")))
        await self.app(scope, receive, send)
