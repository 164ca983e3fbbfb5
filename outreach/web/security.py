"""What protects every page: headers that bind the browser, and no forms sent in from other sites."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach.foundation.errors import Forbidden
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.web import problems

SAFE_METHODS: Final = {"GET", "HEAD", "OPTIONS", "TRACE"}  # RFC 9110 §9.2.1

# What an address itself allows needs no cookie, so no other site can borrow one: the token in the path of a letter's
# links, which mailbox providers post to (RFC 8058 §3.1), the signature of a provider's report, and signing up, which
# anybody may do and a form on anybody's website leads to.
OF_LETTERS: Final = ("/unsubscribe/", "/preferences/", "/left/", "/personal/", "/address/", "/confirm/")
OWN_AUTHORITY: Final = (*OF_LETTERS, "/subscribe", "/hooks/")

# For a letter shown as a document of its own: pictures and inline style, and nothing that could act.
LETTER_POLICY: Final = (
    "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class SecurityHeaders:
    """Give every answer the headers that it does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.raw = [(name.lower().encode(), value.encode()) for name, value in headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _value in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in self.raw if one[0] not in given)]
            await send(message)

        return await self.app(scope, receive, send_with_headers)


class SameSite:
    """Refuse what other sites make a browser send: by Sec-Fetch-Site, else by Origin (both absent: no browser)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and self._is_foreign(scope):
            refusal = Forbidden(_("This was sent from another site; open the page here and try again."))
            return await problems.answer(Request(scope), refusal)(scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        if scope["path"].startswith(OWN_AUTHORITY):
            return False
        given = Headers(scope=scope)
        if site := given.get("sec-fetch-site"):
            return site not in {"same-origin", "none"}
        if (origin := given.get("origin")) is None:
            return False
        return urlsplit(origin).netloc not in {given.get("host"), urlsplit(settings().public_url).netloc}


def headers() -> Mapping[str, str]:
    """Return what every answer carries unless it says otherwise."""
    own = settings()
    media = f" {_origin(own.media_url)}" if own.media_url else ""
    found = {
        "Content-Security-Policy": (
            f"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:{media}; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }
    if own.public_url.startswith("https://"):
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
