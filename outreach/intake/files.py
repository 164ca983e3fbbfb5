"""Where a file lies until it is done with: in `OUTREACH_HOME/imports`, by the import's id, readable by nobody else."""

import os
import shutil
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

LARGEST: Final = 1 << 30  # bytes
_BLOCK: Final = 1 << 20


def place(import_id: UUID) -> Path:
    """Return where the file of an import lies, as it came or as UTF-8."""
    return settings().home / "imports" / import_id.hex


def keep(import_id: UUID, source: IO[bytes]) -> int:
    """Copy a file to its place; returns its size. Raises Refused for more than a gigabyte."""
    target = place(import_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > LARGEST:
                break
            written.write(block)
    if size > LARGEST:
        target.unlink()
        raise Refused(_("This file is larger than a gigabyte; divide it."))
    return size


def replace(import_id: UUID, by: Path) -> int:
    """Put what a file was turned into in its place; returns the new size."""
    by.chmod(0o600)
    shutil.move(by, place(import_id))
    return place(import_id).stat().st_size


def drop(import_id: UUID) -> None:
    """Remove the file of an import."""
    place(import_id).unlink(missing_ok=True)
