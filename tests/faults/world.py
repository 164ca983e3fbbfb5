"""A small installation of its own: servers that a story may stop, real workers, and a provider that records everything.

The provider's count is what the stories trust: who got how many letters. `SOAK=1` asks for the full counts.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from uuid import UUID

import httpx
import psutil
import redis
from celery import Celery

from outreach.cli import running
from outreach.delivery import ledger, queries
from outreach.foundation import jobs
from outreach.foundation.database import transaction
from outreach.foundation.embedded import Addresses
from outreach.foundation.embedded.place import Place
from outreach.foundation.embedded.postgresql import PostgreSQL
from outreach.foundation.embedded.server import Server
from outreach.foundation.embedded.valkey import Valkey
from outreach.foundation.processes import Group
from outreach.foundation.processes.watchdog import Watchdog
from tests.delivery import world as mailings
from tests.delivery.world import Launched
from tests.sandbox.peer import API_KEY, WEBHOOK_KEY, Peer
from tests.whole.commands import OUTREACH, free_port, until

PATIENCE = 120  # seconds; a quiet machine needs a few
SECRET = "a key for stories of faults only, long enough"
ENDED = {"accepted", "delivered", "bounced_hard", "bounced_soft", "complained"}
SOAKING = os.environ.get("SOAK") == "1"


def rounds(short: int, full: int) -> int:
    """Choose how often something is done: in every test run, or in a soak."""
    return full if SOAKING else short


class Pair:
    """PostgreSQL and Valkey below a folder of their own, with nobody who brings them back but the story."""

    def __init__(self) -> None:
        # Not below pytest's own folder, which is closed to the account that servers run under.
        self.home = Path(tempfile.mkdtemp(prefix="outreach-faults-"))
        self._watchdog = Watchdog(grace=10)  # for a test run that is killed
        self.postgresql: Server = PostgreSQL(Place(self.home, "postgresql"))
        self.valkey: Server = Valkey(Place(self.home, "valkey"))
        for server in (self.postgresql, self.valkey):
            server.place.make()
            server.start()
            self._watchdog.started(server.pid)

    @property
    def addresses(self) -> Addresses:
        """Return where both answer; that stays when they are started again."""
        return Addresses(self.postgresql.url, self.valkey.url)

    def stop(self, server: Server) -> None:
        """Stop a server as an administrator would: connections are broken off, data is kept."""
        os.kill(server.pid, server.stop_signals[0][0])
        until(lambda: not server.is_alive(), seconds=60)
        self._watchdog.ended(server.pid)

    def bring_back(self) -> None:
        """Start what does not run, on its data and at its address."""
        for server in (self.postgresql, self.valkey):
            if not server.is_alive():
                server.launch()
                self._watchdog.started(server.pid)

    def close(self) -> None:
        """Stop both and remove everything."""
        for server in (self.postgresql, self.valkey):
            server.stop()
            self._watchdog.ended(server.pid)
        self._watchdog.close()
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class World:
    """One installation: where its servers are, its provider, its workers."""

    pair: Pair
    provider: Peer
    folder: Path
    redis: "redis.Redis"
    celery: Celery
    environment: dict[str, str]
    group: Group | None = None
    _logs: list[TextIO] = field(default_factory=list)

    def command(self, *words: object, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run an `outreach` command in this installation."""
        return subprocess.run(
            [str(OUTREACH), *map(str, words)],
            env={**os.environ, **self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    def launch(self, people: int, *, size: int = 25, provider: str = "sandbox") -> Launched:
        """Plan a mailing to so many readers in batches of a size, and ring for it as a launch does."""
        with transaction() as session:
            launched = mailings.launch(session, people, size=size, provider=provider)
        self.celery.send_task(ledger.SEND.name, queue=ledger.SEND.queue)
        return launched

    def states(self, launched: Launched) -> dict[str, int]:
        """Count a mailing's deliveries per state; nobody may be missing."""
        counted = self.states_in(launched.mailing)
        assert sum(counted.values()) == len(launched.deliveries)
        return counted

    def states_in(self, mailing: UUID) -> dict[str, int]:
        """Count the deliveries of a campaign or mailing per state."""
        with transaction() as session:
            found = queries.counts_of(session, [mailing]).get(mailing, {})
        return {state.value: number for state, number in found.items()}

    def addresses_of(self, launched: Launched) -> dict[UUID, str]:
        """Return the address of each delivery."""
        with transaction() as session:
            return {one.id: one.address for one in queries.listed(session, launched.mailing, limit=100_000)}

    def is_settled(self, launched: Launched) -> bool:
        """Tell whether every recipient stands in a final or an ambiguous state."""
        return not {"planned", "claimed"} & self.states(launched).keys()

    def accepted(self) -> int:
        """Return how many letters the provider has."""
        return int(self.provider.count()["accepted"])

    def behave(self, **behaviour: object) -> None:
        """Let the provider be slow, or report."""
        self.provider.http.put("/v1/behaviour", json={"events": False} | behaviour).raise_for_status()

    def misbehave(self, *faults: dict[str, object]) -> None:
        """Let the provider fail."""
        self.provider.http.put("/v1/faults", json=list(faults)).raise_for_status()

    def let_leases_end(self) -> None:
        """Let vanished workers be noticed now and not in a minute."""
        with transaction() as session:
            mailings.let_leases_end(session)

    def due_now(self) -> None:
        """Let pauses after faults be over."""
        with transaction() as session:
            mailings.due_now(session)

    def work(self, *, workers: int = 2, schedulers: int = 1) -> Group:
        """Start workers and schedulers as `outreach up` does; they stop with the story."""
        self._logs.append((self.folder / "log").open("a"))
        group = Group(environment=self.environment, output=self._logs[-1], grace=running.GRACE)
        group.add("worker", running.worker_command(), copies=workers)
        if schedulers:
            group.add("scheduler", running.scheduler_command(), copies=schedulers)
        group.start()
        self.group = group
        return group

    def rest(self) -> None:
        """Stop the workers as a deploy does."""
        if self.group:
            self.group.stop()
        self.group = None
        while self._logs:
            self._logs.pop().close()

    def log(self) -> str:
        """Return what the workers of this story wrote."""
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    def workers(self) -> list[int]:
        """Return the process numbers of the workers that run now."""
        assert self.group is not None
        return [pid for name, pid in self.group.pids.items() if name.startswith("worker")]

    def close(self) -> None:
        """Stop what runs."""
        self.rest()
        self.redis.close()
        self.celery.close()


@contextmanager
def installed(pair: Pair, folder: Path) -> Iterator[World]:
    """Migrate a database, start a provider, and give the installation; its workers are not started yet."""
    provider = Peer(folder / "sandbox")
    try:
        addresses = pair.addresses
        environment = addresses.environment() | {
            "OUTREACH_HOME": str(folder / "home"),
            "OUTREACH_SECRET_KEY": SECRET,
            "OUTREACH_SANDBOX_BASE_URL": provider.url.rstrip("/"),
            "OUTREACH_SANDBOX_API_KEY": API_KEY,
            "OUTREACH_SANDBOX_WEBHOOK_KEY": WEBHOOK_KEY,
            "OUTREACH_TRACKING": "consented",
        }
        client = redis.Redis.from_url(addresses.redis_url, decode_responses=True)
        world = World(pair, provider, folder, client, jobs.configured(addresses.redis_url), environment)
        migrated = world.command("migrate")
        assert migrated.returncode == 0, migrated.stderr
        try:
            yield world
        finally:
            world.close()
    finally:
        provider.stop()


def kill(*pids: int) -> None:
    """Kill processes and everything they started, at once and without a warning."""
    family = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            family += [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)


def taken(provider: Peer) -> Counter[str]:
    """Count what the provider accepted, by our delivery's id."""
    found: Counter[str] = Counter()
    after = 0
    while page := provider.http.get("/v1/messages", params={"after": after, "limit": 1000}).json():
        found.update(one["id"] for one in page)
        after = page[-1]["n"]
    return found


@dataclass(frozen=True)
class Account:
    """What became of everybody: by the ledger, and by what the provider really has."""

    recipients: int
    skipped: int
    doubled: int
    ambiguous: int


Claim = Callable[[UUID], Account]  # accounts for everybody in a mailing, see the fixture `claim`


def account(world: World, mailing: UUID) -> Account:
    """Compare the ledger's states with what the provider has.

    Skipped is whom the ledger calls sent and the provider does not know, and who is still planned; doubled is who got
    more than one; ambiguous are those that the ledger lists as such.
    """
    found = taken(world.provider)
    states = states_of(mailing)
    mine = {str(one): found[str(one)] for one in states}
    sent = {one for one, state in states.items() if state in ENDED}
    skipped = sum(not mine[str(one)] for one in sent) + sum(one in {"planned", "claimed"} for one in states.values())
    doubled = sum(number > 1 for number in mine.values())
    return Account(len(states), skipped, doubled, sum(state == "ambiguous" for state in states.values()))


def states_of(mailing: UUID) -> dict[UUID, str]:
    """Return each delivery's state, read as a list shows it."""
    found: dict[UUID, str] = {}
    after: UUID | None = None
    with transaction() as session:
        while rows := queries.listed(session, mailing, after=after, limit=5000):
            found.update((one.id, one.state.value) for one in rows)
            after = rows[-1].id
    return found


def eventually(condition: Callable[[], object], world: World, *, seconds: float = PATIENCE) -> None:
    """Wait for something; fail with the last lines of the workers' log."""
    until(condition, seconds=seconds, what=lambda: world.log()[-4000:])


@dataclass
class Site:
    """The web app of an installation, in a process of its own."""

    url: str
    visitor: httpx.Client

    def answers(self, path: str) -> bool:
        """Tell whether an address is answered with 200."""
        try:
            return self.visitor.get(path).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def site(world: World) -> Iterator[Site]:
    """Run a web process of the installation."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (world.folder / "web.log").open("a") as log:
        process = subprocess.Popen(
            running.web_command("127.0.0.1", port),
            env={**os.environ, **world.environment, "OUTREACH_PUBLIC_URL": url},
            stdout=log,
            stderr=log,
        )
    running_site = Site(url, httpx.Client(base_url=url, timeout=20, trust_env=False))
    try:
        eventually(lambda: running_site.answers("/healthz"), world)
        yield running_site
    finally:
        running_site.visitor.close()
        process.terminate()
        process.wait(timeout=20)


def path(url: str) -> str:
    """Return the path of an address of ours."""
    return "/" + url.split("/", 3)[3]


def dice(seed: int) -> random.Random:
    """Return dice that fall the same way in every run."""
    return random.Random(seed)  # noqa: S311 - no secret
