"""The group: children added by name, started together, kept running, stopped in reverse order."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Self, TextIO

from outreach.foundation.errors import Unavailable
from outreach.foundation.processes.member import Member, Pulse
from outreach.foundation.processes.output import Output
from outreach.foundation.processes.readiness import PAUSE, Probe, wait_until
from outreach.foundation.processes.watchdog import Watchdog

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Group:
    """Child processes of which each is started again when it ends, until the group stops.

    A group runs once. As a context manager it runs in the background and leaves signals alone; `run` takes the
    foreground. A child that ends five times within a minute is given up: `run` then stops the group and raises,
    elsewhere `check` raises.
    """

    def __init__(
        self,
        *,
        grace: float = 20.0,
        environment: Mapping[str, str] | None = None,
        output: TextIO | None = None,
        named: bool = True,
    ) -> None:
        """Prepare a group: `grace` seconds to stop in before SIGKILL, variables and a stream common to the children.

        With `named` false the children's lines go on as they are, without the child's name.
        """
        self._grace = grace
        self._environment = dict(environment or {})
        self._output = Output(output, named=named)
        self._waves: list[list[Member]] = []
        self._probes: dict[str, Probe] = {}
        self._watchdog: Watchdog | None = None
        self._asks = 0  # signals that have told us to stop
        self._bell: SimpleQueue[None] = SimpleQueue()  # unlike an Event, a signal handler may ring it at any moment

    def add(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        copies: int = 1,
        ready: Probe | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        """Add a child before the start; of several copies each gets a number. What is added first stops last.

        In the command `{name}` stands for the child's own name. `ready` is asked by `start`: a function that returns
        True, or an http:// address that answers. `pulse` tells a child that lives but does nothing, see there.
        """
        names = [name] if copies == 1 else [f"{name}-{number}" for number in range(1, copies + 1)]
        for one in names:
            self._output.introduce(one)
        environment = {**self._environment, **(environment or {})}
        self._waves.append(
            [
                Member(
                    one,
                    [word.replace("{name}", one) for word in command],
                    environment,
                    self._output,
                    self._ring,
                    pulse=pulse,
                    grace=self._grace,
                )
                for one in names
            ]
        )
        if ready is not None:
            self._probes[name] = ready

    @property
    def pids(self) -> dict[str, int]:
        """Return the process number of each child that runs now."""
        return {member.name: member.pid for member in self._members() if member.pid is not None}

    def start(self, *, seconds: float = 120.0) -> None:
        """Start every child and wait until all that can say so are ready. Raises Unavailable; then none runs."""
        self._watchdog = Watchdog(grace=self._grace)
        try:
            for member in self._members():
                self._start(member, self._watchdog)
            deadline = time.monotonic() + seconds
            for name, probe in self._probes.items():
                if not wait_until(probe, seconds=deadline - time.monotonic(), unless=self._is_over):
                    self.check()
                    if not self._asks:
                        raise Unavailable(f"{name} is not ready after {seconds:.0f} seconds{self._last_words(name)}.")
        except BaseException:
            self.stop()
            raise

    def check(self) -> None:
        """Raise Unavailable when a child was given up."""
        for member in self._members():
            if member.is_lost:
                raise Unavailable(f"{member.name} does not keep running{self._last_words(member.name)}.")

    def run(self, *, seconds: float = 120.0) -> None:
        """Run in the foreground, started or not, until SIGINT, SIGTERM or SIGHUP; a second one kills. Main thread only.

        Raises Unavailable when a child was given up; the group is stopped in any case.
        """
        with self._signals():
            try:
                if self._watchdog is None:
                    self.start(seconds=seconds)
                while not self._is_over():
                    self._bell.get()
                self.check()
            finally:
                self.stop()

    def stop(self) -> None:
        """Stop the children, the last added first, each with `grace` seconds before SIGKILL."""
        for wave in reversed(self._waves):
            for member in wave:
                member.ask_to_stop()
            deadline = time.monotonic() + self._grace
            for member in wave:
                while not member.wait(PAUSE) and time.monotonic() < deadline and self._asks < 2:
                    pass
                member.kill()
        if self._watchdog:
            self._watchdog.close()
            self._watchdog = None

    def __enter__(self) -> Self:
        if self._watchdog is None:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _members(self) -> Iterator[Member]:
        for wave in self._waves:
            yield from wave

    def _is_over(self) -> bool:
        return self._asks > 0 or any(member.is_lost for member in self._members())

    def _ring(self) -> None:
        self._bell.put(None)

    def _start(self, member: Member, watchdog: Watchdog) -> None:
        try:
            member.start(watchdog)
        except OSError as fault:
            raise Unavailable(f"{member.name} cannot be started ({fault.strerror}: {fault.filename}).") from fault

    def _last_words(self, name: str) -> str:
        """Quote the last line of a child, or of the first copy that said anything."""
        for member in self._members():
            if member.name.startswith(name) and member.last_words:
                return f"; its last line: {member.last_words}"
        return ""

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # what signal() wants
            self._asks += 1
            self._ring()

        before = {number: signal.signal(number, ask) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
