"""The lines that children write, each behind the name of the child that wrote it."""

import contextlib
import os
import sys
import threading
from typing import TextIO

COLOURS = (36, 33, 32, 35, 34, 31)
LONGEST = 64 * 1024  # bytes of one line; more is written as several


class Output:
    """A stream that several children's lines go to, whole lines at a time, in colour on a terminal only."""

    def __init__(self, stream: TextIO | None = None, *, named: bool = True) -> None:
        self._named = named
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._is_coloured = self._stream.isatty() and "NO_COLOR" not in os.environ

    def introduce(self, name: str) -> None:
        """Make room for a name before lines of that child come."""
        self._names.append(name)

    def line(self, name: str, text: str) -> None:
        """Write one line. A reader that has gone, such as `| head`, is no reason to stop."""
        width = max(map(len, self._names), default=0)
        prefix = f"{name:<{width}} |"
        if self._is_coloured:
            prefix = f"\033[{COLOURS[self._names.index(name) % len(COLOURS)]}m{prefix}\033[0m"
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{prefix} {text}\n" if self._named else f"{text}\n")
            self._stream.flush()
