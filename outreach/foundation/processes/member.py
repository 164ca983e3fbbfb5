"""One child of a group: started, read, started again when it ends, until it ends too often or is told to stop."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from outreach.foundation.processes.output import LONGEST, Output
from outreach.foundation.processes.watchdog import Watchdog, send

CRASHES = 5
WINDOW = 60.0  # seconds that CRASHES must fit into for the child to be given up
FIRST_PAUSE = 0.2  # seconds before it is started again; twice as long after each further crash
HURRY = 2.0  # seconds that a killed process may take to be gone


@dataclass(frozen=True)
class Pulse:
    """How to tell that a child lives but does nothing.

    `silence` is asked by the child's name for the seconds since it was last heard, None when nobody can tell at this
    moment; a child that was silent for `longest` seconds is started again. It is asked every `pause` seconds.
    """

    silence: Callable[[str], float | None]
    longest: float
    pause: float = 5.0


class Member:
    """A named child process and its successors."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: Output,
        on_loss: Callable[[], None],
        *,
        pulse: Pulse | None = None,
        grace: float = 20.0,
    ) -> None:
        self.name = name
        self.last_words = ""
        self.is_lost = False
        self.process: subprocess.Popen[bytes] | None = None
        self._command = list(command)
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._output = output
        self._on_loss = on_loss
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        self._keeping: threading.Thread | None = None
        self._pulse = pulse
        self._grace = grace
        self._excused = 0.0  # until when it need not have been heard, by the monotonic clock

    @property
    def pid(self) -> int | None:
        """Return the number of the process that runs now; None between two."""
        return self.process.pid if self.process and self.process.returncode is None else None

    def start(self, watchdog: Watchdog) -> None:
        """Start the child and keep it running. Raises OSError when there is no such program."""
        self._spawn(watchdog)
        self._keeping = threading.Thread(target=self._keep, args=(watchdog,), name=f"keep {self.name}", daemon=True)
        self._keeping.start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, once, and start no successor."""
        with self._spawning:
            self._stopping.set()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> bool:
        """Wait until the child and its reader are done; False when they are not by then."""
        if self._keeping:
            self._keeping.join(max(0.0, seconds))
            return not self._keeping.is_alive()
        return True

    def kill(self) -> None:
        """Send SIGKILL to the child and to everything it started."""
        if self.process and self.process.poll() is None:
            send(self.process.pid, signal.SIGKILL)
        self.wait(HURRY)

    def _spawn(self, watchdog: Watchdog) -> bool:
        with self._spawning:
            if self._stopping.is_set():
                return False
            self.process = subprocess.Popen(  # the command is written in our own code
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment,
                process_group=0,
            )
            watchdog.started(self.process.pid)
            self._excused = time.monotonic()
            return True

    def _keep(self, watchdog: Watchdog) -> None:
        while self.process:
            self._live(self.process, watchdog)
            if self._stopping.is_set():
                return
            pause = self._note_crash(self.process.returncode)
            try:
                if pause is not None and (self._stopping.wait(pause) or not self._spawn(watchdog)):
                    return
            except OSError as fault:
                self._output.line(self.name, f"cannot be started again ({fault.strerror}): given up")
                pause = None
            if pause is None:
                self.is_lost = True
                self._on_loss()
                return

    def _live(self, process: subprocess.Popen[bytes], watchdog: Watchdog) -> None:
        """Pass the child's lines on until it ends, and end what it has started and left behind."""
        reading = threading.Thread(target=self._read, args=(process.stdout,), name=f"read {self.name}", daemon=True)
        reading.start()
        if self._pulse:
            self._feel(process, self._pulse)
        process.wait()
        send(process.pid, signal.SIGKILL)  # a pool whose master was killed holds the pipe open, and old work
        watchdog.ended(process.pid)
        reading.join(HURRY)

    def _feel(self, process: subprocess.Popen[bytes], pulse: Pulse) -> None:
        """Wait for a child's end, and end it when it is silent for too long; while nobody can tell, it is excused."""
        while not _has_ended(process, seconds=pulse.pause):
            silence = pulse.silence(self.name)
            if silence is None:
                self._excused = time.monotonic()
            elif min(silence, time.monotonic() - self._excused) > pulse.longest and not self._stopping.is_set():
                self._output.line(self.name, f"was not heard for {pulse.longest:.0f} seconds: it is ended")
                process.send_signal(signal.SIGTERM)
                if not _has_ended(process, seconds=self._grace):
                    send(process.pid, signal.SIGKILL)

    def _read(self, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            return
        with pipe:
            while line := pipe.readline(LONGEST):
                text = line.decode(errors="replace").rstrip("\r\n")
                self.last_words = text.strip() or self.last_words
                self._output.line(self.name, text)

    def _note_crash(self, status: int) -> float | None:
        """Say how the child ended; return the seconds to wait before the next, None to give it up."""
        now = time.monotonic()
        self._crashes.append(now)
        recent = sum(now - crash < WINDOW for crash in self._crashes)
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
        if recent >= CRASHES:
            self._output.line(self.name, f"{how}, {recent} times within {WINDOW:.0f} seconds: given up")
            return None
        pause = FIRST_PAUSE * 2 ** (recent - 1)
        self._output.line(self.name, f"{how}; starting it again in {pause:.1f} s")
        return float(pause)


def _has_ended(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
