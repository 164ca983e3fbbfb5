"""Who may come in: callers with the key to the API, browsers on this machine to the mailbox."""

import hmac
import ipaddress
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from outreach.sandbox import problems, state
from outreach.sandbox.problems import Problem

_PORT = re.compile(r":\d*\Z")


def check_key(request: Request) -> None:
    """Raise a 401 unless the request shows the API key as a bearer token (RFC 6750 §2.1)."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    expected = state.of(request).options.api_key
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), expected.encode()):
        raise unknown_key()


def unknown_key() -> Problem:
    """Return the refusal of a wrong key."""
    return Problem(401, "The API key is missing or wrong.", headers={"www-authenticate": "Bearer"})


def check_origin(request: Request) -> None:
    """Raise a 403 when another site's page sent the form. Callers that are no browser send neither header."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in {None, "same-origin", "none"} or (
        site is None and origin is not None and origin.partition("://")[2] != request.headers.get("host")
    ):
        raise Problem(403, "This form belongs to the mailbox page.")


class KnownHost:
    """Answer only to names of this machine, so that no web page elsewhere can read the letters by DNS rebinding."""

    def __init__(self, app: ASGIApp, *, allow_remote: bool) -> None:
        self._app = app
        self._allow_remote = allow_remote

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 421 (RFC 9110 §15.5.20)."""
        if scope["type"] == "http" and not self._allow_remote and not _is_here(Request(scope).headers.get("host", "")):
            answer = problems.answer(Problem(421, "The sandbox answers to 127.0.0.1 and localhost only."))
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_here(host: str) -> bool:
    """Say whether a Host header names this machine itself: localhost or a loopback address, with or without a port."""
    name = _PORT.sub("", host).strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
