"""The users' side: hold the servers of a home folder for as long as this process needs them."""

import atexit
import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from outreach.foundation.embedded import locks
from outreach.foundation.embedded.place import Kind, Place, explained, trim
from outreach.foundation.errors import Unavailable

if TYPE_CHECKING:  # a keeper has no use for settings, and they are slow to import
    from outreach.foundation.settings import Settings

PATIENCE = 150.0  # seconds: a start after a crash replays the log of PostgreSQL first

_held: dict[Path, "Lease"] = {}
_holding = threading.Lock()


class Addresses(NamedTuple):
    """Where PostgreSQL and the Redis-compatible server answer."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that hand both to a child process, which then needs no lease of its own."""
        return {"OUTREACH_DATABASE_URL": self.database_url, "OUTREACH_REDIS_URL": self.redis_url}


def addresses(settings: "Settings") -> Addresses:
    """Return the configured servers; one that is not configured is started and held until this process ends.

    Cheap after the first call. Raises Unavailable, with what to do, when a server cannot be started.
    """
    if settings.database_url and settings.redis_url:
        return Addresses(settings.database_url, settings.redis_url)
    with _holding:
        held = _held.setdefault(settings.home.resolve(), Lease(settings.home))
        return Addresses(settings.database_url or held.database_url, settings.redis_url or held.redis_url)


def lease(home: Path) -> "Lease":
    """Start both servers of a home folder, or join those that run, and hold them.

    Takes about a second on a new folder, less on a known one, milliseconds when they run. Raises Unavailable, with what
    to do, when one cannot be started; then nothing is held.
    """
    both = Lease(home)
    try:
        both.hold("postgresql")
        both.hold("valkey")
    except BaseException:
        both.release()
        raise
    return both


def is_used(home: Path) -> bool:
    """Tell whether somebody holds a server of a home folder, or a keeper is still stopping one."""
    kinds: tuple[Kind, ...] = ("postgresql", "valkey")
    users = [Place(home.resolve(), kind).lock("users") for kind in kinds]
    return any(one.exists() and locks.is_held(one) for one in users)


class Lease:
    """The use of a home folder's servers; they stop when the last lease on them is released or its process has ended.

    Each server is held from the first time that its address is asked for.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._urls: dict[Kind, str] = {}
        self._handles: dict[Kind, int] = {}
        atexit.register(self.release)

    @property
    def database_url(self) -> str:
        """Return the address of PostgreSQL as SQLAlchemy writes it."""
        return self.hold("postgresql")

    @property
    def redis_url(self) -> str:
        """Return the address of Valkey as redis-py and Celery write it."""
        return self.hold("valkey")

    def environment(self) -> dict[str, str]:
        """Return the variables that hand both addresses to a child process."""
        return Addresses(self.database_url, self.redis_url).environment()

    def hold(self, kind: Kind) -> str:
        """Hold one of the servers, started when it does not run; return its address."""
        if kind not in self._urls:
            place = Place(self.home, kind)
            with explained(self.home):
                place.make()
                handle = locks.open_file(place.lock("users"))
            try:
                with explained(self.home):
                    self._urls[kind] = _join(place, handle)
            except BaseException:
                os.close(handle)
                raise
            self._handles[kind] = handle
        return self._urls[kind]

    def release(self) -> None:
        """Let the servers go. What still uses their addresses loses its connections if this was the last lease."""
        self._urls.clear()
        while self._handles:
            kind, handle = self._handles.popitem()
            _leave(Place(self.home, kind), handle)
        atexit.unregister(self.release)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _join(place: Place, users: int) -> str:
    """Become a user of the server and return its address."""
    if not locks.share(users, seconds=PATIENCE):  # a keeper that is stopping the server has it alone
        raise Unavailable(f"The last {place.kind} server of {place.home} does not stop; see {place.log}.")
    with locks.alone(place.lock("start"), seconds=PATIENCE) as first:
        if not first:
            raise Unavailable(f"Another process does not finish starting {place.kind}; see {place.keeper_log}.")
        return _address(place)


def _leave(place: Place, users: int) -> None:
    """Stop being a user, seeing to it that a keeper lives: one that was killed would leave the server running."""
    with contextlib.suppress(OSError, Unavailable):
        if not locks.is_held(place.lock("keeper")):
            with locks.alone(place.lock("start"), seconds=PATIENCE):
                _address(place)
    os.close(users)


def _address(place: Place) -> str:
    """Return the address that a keeper vouches for; start a keeper when none lives."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        keeper = locks.open_file(place.lock("keeper"))
        try:
            if locks.try_exclusive(keeper):
                _start_keeper(place, keeper)
        finally:
            os.close(keeper)
        if address := place.noted("address"):
            return address
        time.sleep(locks.PAUSE)  # a keeper lives and is starting for somebody who has gone, or was told to stop
    raise Unavailable(f"The keeper of {place.kind} does not get ready; see {place.keeper_log}.")


def _start_keeper(place: Place, lock: int) -> None:
    """Start a keeper, give it its lock, and wait until the server answers. Raises Unavailable with its reason."""
    place.forget("address")
    trim(place.keeper_log)
    answer, say = os.pipe()
    try:
        with place.keeper_log.open("ab") as log:
            keeper = subprocess.Popen(  # our own module and two file numbers
                [sys.executable, "-m", "outreach.foundation.embedded", place.home, place.kind, str(lock), str(say)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock, say),
                start_new_session=True,  # Ctrl-C in the terminal is for us, not for the keeper
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            )
        os.close(say)
        say = -1
        keeper.wait()  # it forks once and goes on by itself
        reason = _read(answer, PATIENCE)
    finally:
        os.close(answer)
        if say >= 0:
            os.close(say)
    if reason is None:
        raise Unavailable(f"Starting {place.kind} takes longer than {PATIENCE:.0f} seconds; see {place.log}.")
    if reason != "ready":
        raise Unavailable(reason or f"The keeper of {place.kind} ended unexpectedly; see {place.keeper_log}.")


def _read(pipe: int, seconds: float) -> str | None:
    """Read a pipe to its end; None when that takes too long."""
    text = b""
    deadline = time.monotonic() + seconds
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe, 4096)
        if not piece:
            return text.decode()
        text += piece
    return None
