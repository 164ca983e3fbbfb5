"""The web application: `uvicorn --factory outreach.app:serve`, with `--no-access-log --no-proxy-headers`.

What a request passes, from the outside in: trusted proxies' word about where it comes from, the journal, the language,
security headers, the refusal of foreign forms; then its route. The busy routes stand first.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from outreach import api
from outreach.foundation import logs
from outreach.foundation.settings import settings
from outreach.web import files, health, metrics, officer, problems, public
from outreach.web.assets import MOUNT, Assets
from outreach.web.public import tracking
from outreach.web.requests import Journal, Languages
from outreach.web.security import SameSite, SecurityHeaders

LARGEST_BODY = 1_000_000  # bytes; a route that takes files says so itself


def serve() -> FastAPI:
    """Build the application for a server, whose lines go the way of all our log lines from here on."""
    logs.configure(settings().log_format)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    return create()


def create() -> FastAPI:
    """Build the application of one web process."""
    app = FastAPI(
        title="Outreach",
        version=version("outreach"),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        middleware=_middleware(),
        max_body_size=LARGEST_BODY,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would carry the tokens of our addresses
    )
    problems.install(app)
    tracking.install(app)
    app.include_router(public.router, include_in_schema=False)
    app.include_router(api.router)
    app.include_router(files.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(officer.router, include_in_schema=False)
    app.mount(MOUNT, Assets(), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with tracking.running(app):
        yield


def _middleware() -> list[Middleware]:
    proxies = settings().trusted_proxies
    outermost = [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))] if proxies else []
    return [
        *outermost,
        Middleware(Journal),
        Middleware(Languages),
        Middleware(SecurityHeaders),
        Middleware(SameSite),
    ]
