"""Whole-file locks (flock): one belongs to an open file, passes to children that inherit it, and ends with the last.

A lock is let go by closing, never by unlocking: unlocking would let it go for every process that shares the open file.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.01


def open_file(path: Path) -> int:
    """Open a lock file, made when missing, that children do not inherit unless it is passed to them."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(handle: int) -> bool:
    """Take the lock alone if nobody else has it."""
    return _try(handle, fcntl.LOCK_EX)


def wait_exclusive(handle: int) -> None:
    """Wait, for as long as it takes, until nobody else has the lock."""
    fcntl.flock(handle, fcntl.LOCK_EX)


def share(handle: int, *, seconds: float) -> bool:
    """Take the lock together with others; False when somebody had it alone for all that time."""
    return _within(handle, fcntl.LOCK_SH, seconds)


@contextmanager
def alone(path: Path, *, seconds: float) -> Iterator[bool]:
    """Hold a lock file within the block; False when somebody else had it for all that time."""
    handle = open_file(path)
    try:
        yield _within(handle, fcntl.LOCK_EX, seconds)
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Tell whether any process has the lock."""
    handle = open_file(path)
    try:
        return not try_exclusive(handle)
    finally:
        os.close(handle)


def _within(handle: int, kind: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not _try(handle, kind):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
