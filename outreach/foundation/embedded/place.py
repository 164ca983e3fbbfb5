"""Where one server keeps its files below the home folder, and what to say when the disk will not have them."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from outreach.foundation.errors import Unavailable

Kind = Literal["postgresql", "valkey"]
LONGEST_LOG = 8 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """The files of one server; `home` is an absolute path."""

    home: Path
    kind: Kind

    @property
    def servers(self) -> Path:
        """Return the folder of both servers and their logs."""
        return self.home / "servers"

    @property
    def folder(self) -> Path:
        """Return the folder of this server."""
        return self.servers / self.kind

    @property
    def data(self) -> Path:
        """Return the folder that the server stores its data in."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Return the file that the server's own messages go to."""
        return self.servers / f"{self.kind}.log"

    @property
    def keeper_log(self) -> Path:
        """Return the file that the keepers' messages go to."""
        return self.servers / "keeper.log"

    def lock(self, name: Literal["users", "start", "keeper", "server"]) -> Path:
        """Return one of the four lock files; the package's docstring tells what each one means."""
        return self.folder / f"{name}.lock"

    def make(self) -> None:
        """Make the folders, open to nobody else (as root: to be walked through, for the servers' own account)."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.servers, self.folder):
            folder.mkdir(exist_ok=True)
            if folder.stat().st_mode & 0o777 != mode:
                folder.chmod(mode)

    def note(self, name: Literal["address", "url"], text: str) -> None:
        """Write an address, whole or not at all, readable by its owner only (it may hold a password)."""
        draft = self.folder / f"{name}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        draft.replace(self.folder / name)

    def noted(self, name: Literal["address", "url"]) -> str | None:
        """Read an address; None when there is none."""
        try:
            return (self.folder / name).read_text() or None
        except FileNotFoundError:
            return None

    def forget(self, name: Literal["address", "url"]) -> None:
        """Remove an address."""
        (self.folder / name).unlink(missing_ok=True)


def trim(log: Path) -> None:
    """Put a log that has grown long aside as `….log.1`."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turn what the system says about files below the home folder into one sentence: Unavailable."""
    try:
        yield
    except OSError as fault:
        raise Unavailable(sentence(home, fault.strerror or str(fault), full=fault.errno == errno.ENOSPC)) from fault


def sentence(home: Path, reason: str, *, full: bool) -> str:
    """Say what to do about a home folder that cannot be used."""
    if full:
        return f"The disk that holds {home} is full; free some space or choose another folder with OUTREACH_HOME."
    return (
        f"The home folder {home} cannot be used ({reason}); "
        "choose another with OUTREACH_HOME or change its owner and permissions."
    )
