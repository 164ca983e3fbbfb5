"""Write the mailbox pages: their language, their templates and the headers that keep them harmless."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime, format_time
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from outreach.foundation import locale, places
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext
from outreach.foundation.templates import environment

COOKIE = "sandbox_language"
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "vary": "Accept-Language, Cookie",
}


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template in the reader's language: `?lang=`, then the cookie, then what the browser asks for."""
    asked = locale.match(request.query_params.get("lang"))
    tag = asked or locale.match(request.cookies.get(COOKIE)) or locale.negotiate(request.headers.get("accept-language"))
    with locale.use(tag):
        body = (
            _environment()
            .get_template(template)
            .render(language=tag, here=request.url, query=request.query_params, **values)
        )
    answer = HTMLResponse(body, status, {**_HEADERS, "content-language": tag})
    if asked:
        answer.set_cookie(COOKIE, asked, max_age=365 * 24 * 3600, httponly=True, samesite="lax")
    return answer


def address(path: str, *parameters: Mapping[str, Any], **more: Any) -> str:
    """Write an address with its query; what is None or empty is left out, later words overrule earlier ones."""
    query: dict[str, Any] = {}
    for part in (*parameters, more):
        query.update(part)
    said = urlencode({name: value for name, value in query.items() if value not in (None, "")})
    return f"{path}?{said}" if said else path


def language_name(tag: str) -> str:
    """Name a language in itself where it is one of ours, else by its tag."""
    return locale.NAMES.get(tag, tag)


def state_name(state: str) -> str:
    """Name a message's state for the reader."""
    return {
        "accepted": _("On its way"),
        "delivered": _("Delivered"),
        "bounced_hard": _("Bounced, no such mailbox"),
        "bounced_soft": _("Bounced, mailbox full"),
        "complained": _("Reported as unwanted"),
    }[state]


def stream_name(stream: str) -> str:
    """Name a stream for the reader."""
    return {
        "newsletter": pgettext("stream", "Newsletters"),
        "press": pgettext("stream", "Press"),
        "system": pgettext("stream", "System mail"),
    }[stream]


def short_time(seconds: float) -> str:
    """Write a moment for the list, in this machine's time zone: the hour today, the day before that."""
    moment = _local(seconds)
    if moment.date() == datetime.now(UTC).astimezone().date():  # noqa: TID251 - a peer has its own clock
        return format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=locale.locale())
    return format_date(moment.date(), pgettext("date pattern", "d MMM"), locale=locale.locale())


def full_time(seconds: float) -> str:
    """Write a moment in full, in this machine's time zone."""
    moment = _local(seconds)
    pattern = pgettext("date pattern", "EEEE d MMMM y, HH:mm:ss")
    return format_datetime(moment, pattern, tzinfo=moment.tzinfo, locale=locale.locale())


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()


@lru_cache
def _environment() -> Environment:
    made = environment(places.templates())
    made.globals |= {
        "address": address,
        "languages": locale.LANGUAGES,
        "language_name": language_name,
        "state_name": state_name,
        "stream_name": stream_name,
        "number": locale.number,
        "short_time": short_time,
        "full_time": full_time,
        "iso_time": lambda seconds: _local(seconds).isoformat(timespec="seconds"),
    }
    return made
