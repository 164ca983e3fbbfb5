"""One demo, run for real and left running, and what it held when it printed its report.

It asks a name server on loopback that knows nothing but what a story publishes. The stories in the browser change its
data, so what is judged here was read at the moment of the report.
"""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import make_url

from tests.delivery.name_server import NameServer
from tests.whole.commands import HOST, Command, free_port

PATIENCE = 400  # seconds; a quiet machine needs thirty
TABLES = (
    "campaign",
    "consent_record",
    "contact",
    "delivery",
    "exclusion",
    "goal",
    "mailing",
    "piece",
    "suppression",
    "topic",
    "tracking_event",
)
ACCOUNT = ("audience", "left_out", "planned", "accepted", "delivered", "bounced", "complained", "rejected")
ACCOUNT += ("suppressed", "unclear", "waiting")


@dataclass(frozen=True)
class Demo:
    """A running demo: where it is, what it said, what it sent, what its database held."""

    command: Command
    home: Path
    url: str
    sandbox_url: str
    settings: dict[str, str]
    report: str
    count: dict[str, Any]
    letters: list[dict[str, Any]]
    names: NameServer
    tables: dict[str, list[Any]]

    @property
    def password(self) -> str:
        """Return the password that it printed; the three members of staff share it."""
        found = re.search(r"approver@csr-centre\.example / (\S+)", self.report)
        assert found, self.report
        return found[1]

    @property
    def seconds(self) -> float:
        """Return what it says it took from command to report."""
        found = re.search(r"From command to report: ([\d.]+) s", self.report)
        assert found, self.report
        return float(found[1])

    @property
    def accounts(self) -> list[dict[str, dict[str, int]]]:
        """Return its tables of accounts, one per campaign: by language, «Together» among them, the columns by name."""
        found: list[dict[str, dict[str, int]]] = []
        for line in self.report.splitlines():
            if re.match(r"Language\s+Audience\s", line):
                found.append({})
            elif row := re.fullmatch(r"(English|Svenska|中文|Together)((?:\s+\d+){11})\s*", line):
                found[-1][row[1]] = dict(zip(ACCOUNT, map(int, row[2].split()), strict=True))
        return found

    def query(self, sql: str, *values: object) -> list[Any]:
        """Ask its database now."""
        url = make_url(self.settings["OUTREACH_DATABASE_URL"]).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), row_factory=namedtuple_row) as connection:
            found = connection.execute(sql, values)  # type: ignore[arg-type] # written in the stories
            return found.fetchall() if found.description else []

    def sandbox(self, method: str, path: str, **more: Any) -> Any:
        """Call the sandbox's API."""
        return _sandbox(self.sandbox_url, self.settings, method, path, **more)


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    """Run `outreach demo --stay` in an empty folder until the block ends; it must then stop with status 0."""
    port, sandbox_port = free_port(), free_port()
    home = folder / "home"
    words = ("demo", "--stay", "--port", port, "--sandbox-port", sandbox_port)
    with NameServer.open() as names:
        command = Command(*words, folder=folder, home=home, dns_servers=names.address)
        yield from _run(command, home, names, port, sandbox_port)


def _run(command: Command, home: Path, names: NameServer, port: int, sandbox_port: int) -> Iterator[Demo]:
    try:
        command.wait_for("Press Ctrl-C to stop.", seconds=PATIENCE)
        told = command.child("outreach.sandbox").environ()
        settings = {name: value for name, value in told.items() if name.startswith("OUTREACH_")}
        sandbox_url = f"http://{HOST}:{sandbox_port}"
        demo = Demo(
            command=command,
            home=home / "demo",
            url=f"http://{HOST}:{port}",
            sandbox_url=sandbox_url,
            settings=settings,
            report=command.said,
            count=_sandbox(sandbox_url, settings, "GET", "/v1/count"),
            letters=list(_letters(sandbox_url, settings)),
            names=names,
            tables={},
        )
        demo.tables.update({name: demo.query(f"TABLE {name}") for name in TABLES})
        yield demo
    finally:
        status = command.stop(signal.SIGINT)
    assert (status, command.complained) == (0, "")


def _letters(url: str, settings: dict[str, str]) -> Iterator[dict[str, Any]]:
    after = 0
    while page := _sandbox(url, settings, "GET", f"/v1/messages?after={after}&limit=200&content=true"):
        yield from page
        after = page[-1]["n"]


def _sandbox(url: str, settings: dict[str, str], method: str, path: str, **more: Any) -> Any:
    key = settings["OUTREACH_SANDBOX_API_KEY"]
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as client:
        answer = client.request(method, path, **more)
    answer.raise_for_status()
    return answer.json() if answer.content else None
