"""The product's processes as one group: web, workers, scheduler and, in development, the sandbox provider."""

import base64
import math
import os
import secrets
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from outreach.cli import migrating
from outreach.delivery import heartbeats
from outreach.delivery.heartbeats import LONGEST_SILENCE
from outreach.foundation import embedded, redis
from outreach.foundation import settings as given
from outreach.foundation.database import transaction
from outreach.foundation.errors import OutreachError, Unavailable
from outreach.foundation.locale import gettext as _
from outreach.foundation.processes import Group, Pulse
from outreach.foundation.settings import settings
from outreach.web.assets import asset

QUEUES = "delivery,campaigns,tracking,upkeep"
HOST = "127.0.0.1"
GRACE = 45.0  # seconds in which a worker ends what it is sending, longer than any hand-over


@dataclass(frozen=True)
class Running:
    """A group that is set up, and where its pages are."""

    group: Group
    public_url: str
    sandbox_url: str | None


def prepare(
    *, port: int = 8000, sandbox_port: int = 8025, workers: int = 2, host: str = HOST, output: TextIO | None = None
) -> Running:
    """Start the servers that are needed, migrate, and set up the children; nothing else runs yet.

    Raises Unavailable when a port is taken or a server does not start or answer, OutreachError when the front-end
    assets are not built.
    """
    with_sandbox = settings().provider == "sandbox" and "SANDBOX_BASE_URL" not in given.given()
    insist_on_free(port, "--port", host)
    if with_sandbox:
        insist_on_free(sandbox_port, "--sandbox-port")
    asset("app.css")
    environment = _environment(port, sandbox_port if with_sandbox else None)
    redis.version()
    migrating.upgrade()
    group = Group(environment=environment, output=output, grace=GRACE)
    if with_sandbox:
        folder = str(settings().home / "sandbox")
        command = [sys.executable, "-m", "outreach.sandbox", "--port", str(sandbox_port), "--data", folder]
        group.add("sandbox", command, ready=f"http://{HOST}:{sandbox_port}/healthz")
    group.add("worker", worker_command(), copies=workers, pulse=Pulse(silence_of_worker, LONGEST_SILENCE))
    group.add("scheduler", scheduler_command(), pulse=Pulse(silence_of_all, LONGEST_SILENCE))
    group.add("web", web_command(host, port), ready=f"http://{HOST}:{port}/healthz")
    return Running(group, settings().public_url, f"http://{HOST}:{sandbox_port}" if with_sandbox else None)


def worker_command(concurrency: int = 1) -> list[str]:
    """Return the command of one worker, for a group: it goes by the name of its place there, on this host."""
    celery = [sys.executable, "-m", "celery", "--app", "workers.app", "--quiet", "worker", "--loglevel", "warning"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    name = ["--hostname", _known_as("{name}")]
    return [*celery, *name, "--pool", "prefork", "--concurrency", str(concurrency), "--queues", QUEUES, *alone]


def scheduler_command() -> list[str]:
    """Return the command of the scheduler; it keeps no state, so any number may run."""
    celery = [sys.executable, "-m", "celery", "--app", "workers.app", "--quiet", "beat", "--loglevel", "warning"]
    return [*celery, "--scheduler", "workers.schedule:Scheduler"]


def silence_of_worker(name: str) -> float | None:
    """Return the seconds since a worker of this process was last heard; None while PostgreSQL or Redis is away."""
    return _heard(lambda session: heartbeats.silence_of(session, _known_as(name)))


def silence_of_all(_name: str) -> float | None:
    """Return the seconds since anything was heard of any queue: then the scheduler may be what is silent."""
    return _heard(lambda session: min(heartbeats.silences(session).values(), default=math.inf))


def web_command(host: str, port: int) -> list[str]:
    """Return the command of the web server. Access logs are off: they would hold tokens."""
    uvicorn = [sys.executable, "-m", "uvicorn", "outreach.app:serve", "--factory"]
    silent = ["--no-access-log", "--no-proxy-headers", "--no-server-header"]
    return [*uvicorn, *silent, "--host", host, "--port", str(port), "--log-level", "warning"]


def insist_on_free(port: int, option: str, host: str = HOST) -> None:
    """Raise Unavailable when something listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise Unavailable(
                _("Port %(port)s is taken; stop what uses it, or choose another with %(option)s.")
                % {"port": port, "option": option}
            ) from taken


def _known_as(name: str) -> str:
    # With our number, for two groups on one host; a successor goes by the same name.
    return f"{name}-{os.getpid()}@{socket.gethostname()}"


def _heard(ask: Callable[[Session], float]) -> float | None:
    if not redis.is_answering():
        return None
    try:
        with transaction() as session:
            return ask(session)
    except (OutreachError, DBAPIError):
        return None


def _environment(port: int, sandbox_port: int | None) -> dict[str, str]:
    """Agree on addresses and keys, for the children and for this process alike."""
    agreed = dict(embedded.addresses(settings()).environment())
    if "PUBLIC_URL" not in given.given():
        agreed["OUTREACH_PUBLIC_URL"] = f"http://{HOST}:{port}"
    if sandbox_port is not None:
        agreed["OUTREACH_SANDBOX_BASE_URL"] = f"http://{HOST}:{sandbox_port}"
        agreed["OUTREACH_SANDBOX_WEBHOOK_URL"] = f"http://{HOST}:{port}/hooks/sandbox"
        agreed["OUTREACH_SANDBOX_API_KEY"] = secrets.token_urlsafe(24)
        agreed["OUTREACH_SANDBOX_WEBHOOK_KEY"] = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
    given.secret_keys()  # made once, before the children look for it
    os.environ.update(agreed)
    settings.cache_clear()
    return agreed
