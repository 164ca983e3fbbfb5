"""Templates to pages: one Jinja environment, and what every page is given.

A route passes what its own page shows; the rest comes from here:

    language, languages     the language in use; the ones to choose among, by their own names
    path                    where the reader is, for forms that come back
    user                    the signed-in member of staff, or None
    nav_active              the key of the place in the navigation that the page belongs to, or None
    status                  the HTTP status of the answer
    flash                   messages left by the request before, as (text, tone)
    clock_rows              the time at the centre's places
    demo_banner             whether the data is made up
    mailbox_url             the sandbox provider's mailbox, in development
    brand, press_address    public pages: the centre's names and addresses
    public_url              public pages: what their own addresses begin with outside a browser
    publisher, home_url     public pages: the name over the page and where it leads
    alternates              public pages: the same page in other languages, as (language, name, address)
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment

from outreach.content.brand import PRESS_ADDRESS, brand
from outreach.foundation import clock, locale, masking, places, templates
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.web import flash
from outreach.web.assets import asset

PROVIDED: Final[Mapping[str, Any]] = {
    "user": None,
    "nav_active": None,
    "flash": (),
    "home_url": None,
    "alternates": (),
}


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page such as `web/today.html`, in the language in use."""
    staff = template.startswith("web/")
    messages = flash.read(request) if staff else ()
    html = (
        environment()
        .get_template(template)
        .render(
            {
                **PROVIDED,
                **_of_request(request),
                **(_of_staff() if staff else _of_readers()),
                "status": status,
                "flash": messages,
                **context,
            }
        )
    )
    user = getattr(request.state, "user", None)
    if user is not None and masking.hides():
        html = masking.page(html, own=user.email)
    response = HTMLResponse(html, status_code=status)
    if messages:
        flash.clear(response)
    return response


def redirect(to: str, *, say: str | None = None, tone: str = "ok") -> RedirectResponse:
    """Answer a form that was acted on: see `to` (RFC 9110 §15.4.4), which will show the message `say`."""
    response = RedirectResponse(to, status_code=303)
    if say is not None:
        flash.leave(response, say, tone)
    return response


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of all pages."""
    in_development = settings().environment == "development"
    made = templates.environment(places.templates(), trimmed=False, auto_reload=in_development)
    made.globals.update(asset=asset, language_names=locale.NAMES, zone_name=locale.zone_name)
    made.filters.update(
        number=locale.number,
        percent=locale.percent,
        long_date=locale.long_date,
        short_date=locale.short_date,
        date_time=locale.date_time,
    )
    return made


def _of_request(request: Request) -> dict[str, Any]:
    return {
        "language": locale.language(),
        "languages": {tag: locale.NAMES[tag] for tag in settings().languages},
        "path": request.url.path,
        "user": getattr(request.state, "user", None),
        "demo_banner": (settings().home / "demo").exists(),
    }


def _of_staff() -> dict[str, Any]:
    development = settings().environment == "development" and settings().provider == "sandbox"
    return {
        "clock_rows": [_clock(zone) for zone in settings().timezones],
        "mailbox_url": settings().provider_value("BASE_URL", "http://127.0.0.1:8025") if development else None,
    }


def _of_readers() -> dict[str, Any]:
    own = brand(locale.language())
    return {"brand": own, "publisher": own.name, "public_url": settings().public_url, "press_address": PRESS_ADDRESS}


def _clock(zone: str) -> dict[str, str]:
    local = clock.now().astimezone(ZoneInfo(zone))
    return {
        "place": _place(zone),
        "zone": zone,
        "iso": local.isoformat(timespec="minutes"),
        "text": format_datetime(local, "EEE HH:mm", locale=locale.locale()),
    }


def _place(zone: str) -> str:
    known = {"Asia/Shanghai": _("Beijing"), "Europe/Stockholm": _("Stockholm")}
    return known.get(zone) or zone.rpartition("/")[2].replace("_", " ")
