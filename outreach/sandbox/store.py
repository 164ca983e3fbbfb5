"""The SQLite file: one writer thread, a few reading threads, none of them the event loop's."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Concatenate, ParamSpec, TypeVar

from outreach.foundation.locale import gettext as _

P = ParamSpec("P")
T = TypeVar("T")
Question = Callable[Concatenate[sqlite3.Connection, P], T]

READERS = 3
VERSION = 1

# NORMAL loses nothing when the process dies, only when the machine does: enough for a sandbox. Large pages and rare
# checkpoints, because delivery ids come in no order and touch a page of their index each.
PRAGMAS = """
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -65536;
"""


class Unusable(Exception):
    """The data folder cannot be used; the message says in one sentence why."""


class Store:
    """A data folder in use.

    `write` runs a function in one transaction, `read` runs one beside it; both hand it the connection first.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "sandbox.lock").open("a")
        try:
            _lock(self._lock.fileno(), folder)
            self._writing = _connect(folder / "sandbox.sqlite3")
        except BaseException:
            self._lock.close()
            raise
        self._reading: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for _reader in range(READERS):
            self._reading.put(_connect(folder / "sandbox.sqlite3", read_only=True))
        self._writer = ThreadPoolExecutor(1, "sandbox-write")
        self._readers = ThreadPoolExecutor(READERS, "sandbox-read")

    async def write(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `question(connection, …)` in one transaction; roll back when it raises."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: _transaction(self._writing, question, *args, **kwargs)
        )

    async def read(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `question(connection, …)` on a reading connection."""
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, lambda: self._ask(question, *args, **kwargs)
        )

    def close(self) -> None:
        """Finish what runs and close the file."""
        self._writer.shutdown()
        self._readers.shutdown()
        while not self._reading.empty():
            self._reading.get().close()
        self._writing.close()
        self._lock.close()

    def _ask(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        connection = self._reading.get()
        try:
            return question(connection, *args, **kwargs)
        finally:
            self._reading.put(connection)


def _transaction(connection: sqlite3.Connection, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = question(connection, *args, **kwargs)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return answer


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Unusable(
            _("Another sandbox works in %(folder)s: stop it, or choose another folder with --data.")
            % {"folder": folder}
        ) from None


def _connect(file: Path, *, read_only: bool = False) -> sqlite3.Connection:
    # Used by one thread at a time, though not always by the same one.
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        connection.row_factory = sqlite3.Row
        connection.create_function("fold", 1, str.casefold, deterministic=True)
        connection.executescript(PRAGMAS)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            _prepare(connection, file)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        schema = Path(__file__).with_name("schema.sql").read_text("utf-8")
        connection.executescript(f"BEGIN; {schema} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version != VERSION:
        raise Unusable(_("%(file)s is from another version of the sandbox: remove it.") % {"file": file})
