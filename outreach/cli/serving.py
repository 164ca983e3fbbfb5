"""`outreach up | web | worker | scheduler | migrate`: the roles of the product."""

import os
from typing import Annotated

import typer

from outreach.cli import migrating, printing, running
from outreach.delivery import heartbeats
from outreach.foundation import embedded
from outreach.foundation.locale import gettext as _
from outreach.foundation.processes import Group, Pulse
from outreach.foundation.settings import settings

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of the web app.")]
SandboxPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the sandbox provider.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, web, worker, scheduler, migrate):
        app.command()(command)


def up(
    port: Port = 8000,
    sandbox_port: SandboxPort = 8025,
    workers: Annotated[int, typer.Option(help="How many workers.")] = 2,
) -> None:
    """Run everything in one group: web, workers, scheduler, and what is missing of the servers. Ctrl-C stops it."""
    ready = running.prepare(port=port, sandbox_port=sandbox_port, workers=workers)
    ready.group.start()
    printing.say(_("Outreach is running at %(url)s") % {"url": ready.public_url})
    if ready.sandbox_url:
        printing.say(_("The sandbox mailbox is at %(url)s") % {"url": ready.sandbox_url})
    ready.group.run()


def web(port: Port = 8000, host: Host = running.HOST) -> None:
    """Run the web server alone."""
    running.insist_on_free(port, "--port", host)
    _become("web", running.web_command(host, port))


def worker(concurrency: Annotated[int, typer.Option(help="Processes of this worker.")] = 2) -> None:
    """Run a worker alone, and start it again when it falls silent; start as many as you like, on as many hosts."""
    group = Group(environment=embedded.addresses(settings()).environment(), grace=running.GRACE, named=False)
    pulse = Pulse(running.silence_of_worker, heartbeats.LONGEST_SILENCE)
    group.add("worker", running.worker_command(concurrency), pulse=pulse)
    group.run()


def scheduler() -> None:
    """Run the scheduler alone; a second one does no harm."""
    _become("scheduler", running.scheduler_command())


def migrate() -> None:
    """Bring the database schema up to date."""
    printing.say(_("The schema is at revision %(revision)s.") % {"revision": migrating.upgrade()})


def _become(name: str, command: list[str]) -> None:
    if settings().database_url and settings().redis_url:
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    # This process holds the embedded servers for the child.
    group = Group(environment=embedded.addresses(settings()).environment())
    group.add(name, command)
    group.run()
