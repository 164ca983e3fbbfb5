"""Let one account walk through folders that are closed to others, such as /root, and do nothing else there.

Opening such a folder to everybody would be more than is needed, so its access control list (POSIX.1e draft 17, kept by
Linux in an extended attribute) gets one entry: this account, execute. Where the system has no such lists,
nothing changes.
"""

import contextlib
import os
import struct
from pathlib import Path

ATTRIBUTE = "system.posix_acl_access"
VERSION = 2
ENTRY = struct.Struct("<HHI")  # tag, rights, account or group
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY = 0xFFFFFFFF
EXECUTE = 1

Entries = dict[tuple[int, int], int]  # (tag, account or group) → rights


def grant(uid: int, target: Path) -> None:
    """Let the account walk to a folder through all those above it."""
    for folder in reversed((target, *target.parents)):
        if not folder.stat().st_mode & EXECUTE:
            with contextlib.suppress(OSError, AttributeError):  # no such lists on this file system, or on this system
                os.setxattr(folder, ATTRIBUTE, _written(_with_passage(_entries(folder), uid)))


def show(folder: Path) -> None:
    """Let everybody read and run the files of an installed package, which holds nothing private."""
    for above, folders, files in os.walk(folder):
        for path in (Path(above, name) for name in (".", *folders, *files)):
            mode = path.stat().st_mode
            path.chmod(mode & 0o7777 | (0o555 if mode & 0o100 else 0o444))


def _entries(folder: Path) -> Entries:
    try:
        raw = os.getxattr(folder, ATTRIBUTE)
    except OSError:  # no list yet: the three ordinary rights are one
        mode = folder.stat().st_mode
        return {(USER_OBJ, NOBODY): mode >> 6 & 7, (GROUP_OBJ, NOBODY): mode >> 3 & 7, (OTHER, NOBODY): mode & 7}
    return {(tag, who): rights for tag, rights, who in ENTRY.iter_unpack(raw[4:])}


def _with_passage(entries: Entries, uid: int) -> Entries:
    """Add the account's right to pass, and to the mask, which bounds every right that is not the owner's or others'."""
    mask = entries.get((MASK, NOBODY), entries[GROUP_OBJ, NOBODY])
    own = entries.get((USER, uid), 0)
    return entries | {(USER, uid): own | EXECUTE, (MASK, NOBODY): mask | EXECUTE}


def _written(entries: Entries) -> bytes:
    return struct.pack("<I", VERSION) + b"".join(
        ENTRY.pack(tag, rights, who) for (tag, who), rights in sorted(entries.items())
    )
