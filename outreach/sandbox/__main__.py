"""Start the sandbox: `python -m outreach.sandbox --data DIR`."""

import os
import socket
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

import uvicorn

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.sandbox import app, options
from outreach.sandbox.options import Misuse, Options
from outreach.sandbox.store import Store, Unusable

GRACE = 5
"""Seconds that running requests have to end when the process is asked to stop."""


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the sandbox until SIGINT or SIGTERM; return the exit status: 2 for misuse, 1 for failure."""
    locale.set_language(locale.match(environment.get("LC_ALL") or environment.get("LANG")) or "en")
    try:
        chosen = options.read(arguments, environment)
        listening = _listen(chosen)
    except Misuse as error:
        return _complain(str(error), 2)
    try:
        store = _open(chosen)
    except Unusable as error:
        listening.close()
        return _complain(str(error), 1)
    try:
        _serve(chosen, store, listening)
    finally:
        store.close()
        listening.close()
    return 0


class _Server(uvicorn.Server):
    """Ends quietly with status 0 when asked to, where uvicorn would raise the signal again."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        self.should_exit = True


def _serve(chosen: Options, store: Store, listening: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            app.create(chosen, store, stopping=lambda: server.should_exit),
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=GRACE,
            server_header=False,
        )
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    _say(_("The sandbox takes mail and shows it at http://%(place)s/") % {"place": f"{shown}:{port}"})
    server.run(sockets=[listening])


def _listen(chosen: Options) -> socket.socket:
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(chosen.host, chosen.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen(512)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        words = {"host": chosen.host, "port": chosen.port, "why": error.strerror}
        raise Misuse(_("Port %(port)s on %(host)s is not free: %(why)s; choose another with --port.") % words) from None
    return listening


def _open(chosen: Options) -> Store:
    try:
        return Store(chosen.data)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        words = {"folder": chosen.data, "why": why}
        raise Unusable(_("The data folder %(folder)s cannot be used: %(why)s.") % words) from None


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _complain(sentence: str, status: int) -> int:
    sys.stderr.write(sentence + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
