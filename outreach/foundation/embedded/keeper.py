"""The keeper: the process that starts one server, sees that it lives, and stops it when nobody uses it any more."""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from outreach.foundation.embedded import locks
from outreach.foundation.embedded.place import Place, explained
from outreach.foundation.embedded.postgresql import PostgreSQL
from outreach.foundation.embedded.server import Server
from outreach.foundation.embedded.valkey import Valkey
from outreach.foundation.errors import Unavailable

LOOK = 1.0  # seconds between two looks at the server
LONGEST_PAUSE = 30.0  # seconds between two attempts to bring a dead server back

log = logging.getLogger("keeper")


def main(home: Path, kind: str, *, lock: int, answer: int) -> None:
    """Keep one server of a home folder until its last user is gone.

    `lock` is the keeper's lock, already taken; `answer` is a pipe that gets `ready`, or the sentence that says why.
    """
    if os.fork():
        os._exit(0)  # whoever started us need not wait for us, now or ever
    os.umask(0o077)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format=f"%(asctime)s {kind} keeper {os.getpid()}: %(message)s"
    )
    server: Server = PostgreSQL(Place(home, "postgresql")) if kind == "postgresql" else Valkey(Place(home, "valkey"))
    os.chdir(server.place.folder)
    bell: SimpleQueue[None] = SimpleQueue()  # rings when it is time to stop; a signal handler may ring it at any moment
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: bell.put(None))
    try:
        with explained(home):
            _start(server)
        _say(answer, "ready")
    except Unavailable as fault:
        log.error("%s", fault)
        _say(answer, fault.message)
        raise SystemExit(1) from None
    users = locks.open_file(server.place.lock("users"))
    threading.Thread(target=_await_last, args=(users, bell), daemon=True).start()
    _watch(server, bell)
    _stop(server)
    os.close(lock)  # before the users' lock: who waits for that one must find no keeper
    os.close(users)


def _start(server: Server) -> None:
    adopted = server.adopt()
    if not adopted:
        server.start()
    try:
        server.place.note("address", server.url)
    except OSError:
        server.stop()
        raise
    log.info("%s process %s", "adopted" if adopted else "started", server.pid)


def _say(answer: int, words: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever started us is gone; the users' lock will tell
        os.write(answer, words.encode())
    os.close(answer)


def _await_last(users: int, bell: SimpleQueue[None]) -> None:
    locks.wait_exclusive(users)
    bell.put(None)


def _watch(server: Server, bell: SimpleQueue[None]) -> None:
    """Bring the server back, at the same address, whenever it dies while somebody uses it."""
    pause = LOOK
    while not _rang(bell, pause):
        if server.is_alive():
            pause = LOOK
            continue
        log.error("process %s is dead; starting it again", server.pid)
        began = time.monotonic()
        try:
            with explained(server.place.home):
                server.launch()
            log.info("started process %s after %.1f s", server.pid, time.monotonic() - began)
        except Unavailable as fault:
            log.error("%s", fault)
            pause = min(pause * 2, LONGEST_PAUSE)


def _rang(bell: SimpleQueue[None], seconds: float) -> bool:
    with contextlib.suppress(Empty):
        bell.get(timeout=seconds)
        return True
    return False


def _stop(server: Server) -> None:
    with contextlib.suppress(OSError):  # somebody removed the folder under us
        server.place.forget("address")
    server.stop()
    log.info("stopped process %s", server.pid)
