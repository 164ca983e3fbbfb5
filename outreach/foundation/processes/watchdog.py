"""Stop a group's children when the process that runs the group is gone, however it went.

The watchdog process reads lines from a pipe that only that process can write to: `+N` when it has started the process
group N, `-N` when that one has ended. The end of the pipe is the end of the process, kill -9 included.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

PAUSE = 0.05


class Watchdog:
    """The running watchdog, as the process that runs the group sees it."""

    def __init__(self, *, grace: float) -> None:
        self._process = subprocess.Popen(  # our own module and a number
            [sys.executable, "-m", "outreach.foundation.processes", str(grace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # what ends us, such as the end of a terminal, must not end it
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )

    def started(self, group: int) -> None:
        """Say that a process group needs watching."""
        self._say(f"+{group}\n")

    def ended(self, group: int) -> None:
        """Say that a process group is no more."""
        self._say(f"-{group}\n")

    def close(self) -> None:
        """Let the watchdog go; it stops what has been started and not ended."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _say(self, words: str) -> None:
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError, ValueError):  # killed or closed: the children can do without
                self._process.stdin.write(words.encode())
                self._process.stdin.flush()


def send(group: int, number: signal.Signals) -> bool:
    """Signal a process group; False when it is no more."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return False
    return True


def main(lines: Iterable[str], grace: float) -> None:
    """Read until the end, then stop the groups that are left, the youngest first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    for line in lines:
        group = int(line[1:])
        if line[0] == "+":
            groups.append(group)
        elif group in groups:
            groups.remove(group)
    groups.reverse()
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(group, signal.SIGTERM)  # the leader, which knows how to stop its own
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(_lives(group) for group in groups):
        time.sleep(PAUSE)
    for group in groups:
        send(group, signal.SIGKILL)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
