"""The `outreach` command as a process of its own, in a folder and a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

OUTREACH = Path(sys.executable).with_name("outreach")
HOST = "127.0.0.1"


class Command:
    """A running command; what it says goes into two files, read as they grow."""

    def __init__(self, *words: object, folder: Path, program: str | Path = OUTREACH, **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files = [(folder / name).open("wb") for name in ("said", "complained")]
        self.process = subprocess.Popen(
            [str(program), *map(str, words)],
            cwd=folder,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=self._files[0],
            stderr=self._files[1],
        )

    @property
    def said(self) -> str:
        """Return what has come on standard output so far."""
        return (self.folder / "said").read_text(encoding="utf-8")

    @property
    def complained(self) -> str:
        """Return what has come on standard error so far."""
        return (self.folder / "complained").read_text(encoding="utf-8")

    @property
    def children(self) -> list[psutil.Process]:
        """Return the processes below it, the embedded servers left out: they belong to the home folder."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words: str) -> psutil.Process:
        """Find the oldest process below it whose command line holds all these words."""
        found = [one for one in self.children if set(words) <= set(_command_line(one))]
        assert found, f"No process runs {' '.join(words)}."
        return min(found, key=psutil.Process.create_time)

    def wait_for(self, sentence: str, *, seconds: float) -> None:
        """Wait until it has said something; fail with all that it said when it ends or takes too long."""
        until(lambda: sentence in self.said or self.process.poll() is not None, seconds=seconds, what=self.everything)
        assert sentence in self.said, self.everything()

    def finish(self, *, seconds: float) -> int:
        """Wait for its end and return its exit status."""
        until(lambda: self.process.poll() is not None, seconds=seconds, what=self.everything)
        self._close()
        return int(self.process.returncode)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 60) -> int:
        """Ask it to stop, wait, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.finish(seconds=seconds)
        finally:
            self.process.kill()
            self.process.wait()
            self._close()

    def everything(self) -> str:
        """Return both outputs, for a failure's message."""
        return f"{self.said[-6000:]}\n--- standard error\n{self.complained[-6000:]}"

    def _close(self) -> None:
        for file in self._files:
            file.close()


def environment(**settings: object) -> dict[str, str]:
    """Return this process's variables with none of the product's settings but those given: `home=…`, `provider=…`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OUTREACH_", "PYTEST_")) and name not in {"VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"}
    }
    own = {f"OUTREACH_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"} | own


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], *, seconds: float, what: Callable[[], str] = lambda: "") -> None:
    """Wait until something holds; fail, saying `what`, when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"It did not happen within {seconds:.0f} seconds. {what()}"
        time.sleep(0.05)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
