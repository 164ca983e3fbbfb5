"""Pictures: checked, stripped, kept once under the hash of their bytes, and read again to be served.

A picture is decoded in full before it is kept, and written anew without camera data, place, comments or thumbnails:
photos carry personal data that nobody meant to publish. One that is already plain keeps its bytes, so that a piece that
goes out as files and comes back is the same.
"""

import os
import re
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from outreach.content import pixels
from outreach.foundation.errors import NotFound, Refused, Unavailable
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

MEDIA_TYPES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.(?:jpe?g|png)", re.IGNORECASE)

_SERVED = re.compile(r"[0-9a-f]{32}\.(?:jpe?g|png)")


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture that is kept: its hash, kind and size in pixels."""

    sha256: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Served:
    """A picture to be sent to a browser; its name holds its hash, so it may be cached for ever."""

    content: bytes
    media_type: str


def store(name: str, content: bytes) -> Stored:
    """Keep a picture under `media/` and return what to note of it.

    Raises Refused for a name that is not plain, for what is no JPEG or PNG, and for more than 60 megapixels;
    Unavailable where the home folder cannot be written. A file that nothing refers to in the end does no harm.
    """
    media_type = MEDIA_TYPES[Path(named(name)).suffix.lower()]
    plain = pixels.plain(content, media_type)
    digest = sha256(plain.content).hexdigest()
    _write(settings().media, served_name(name, digest), plain.content)
    return Stored(digest, media_type, plain.width, plain.height)


def named(name: str) -> str:
    """Return a picture's name. Raises Refused for one that is not plain: it stands in paths and addresses."""
    if not NAME.fullmatch(name):
        raise Refused(
            _("“%(name)s” cannot name a picture; use letters, digits and hyphens, and end it with .jpg or .png.")
            % {"name": name[:80]}
        )
    return name


def served_name(name: str, digest: str) -> str:
    """Return the name that a picture is kept and served under (see `Asset.file`)."""
    return f"{digest[:32]}{Path(name).suffix.lower()}"


def read(served: str) -> Served:
    """Return a picture by its public name. Raises NotFound for any other name."""
    if not _SERVED.fullmatch(served):
        raise NotFound
    try:
        content = (settings().media / served).read_bytes()
    except FileNotFoundError as missing:
        raise NotFound from missing
    return Served(content, MEDIA_TYPES[Path(served).suffix])


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / name).exists():
            return
        handle, partial = tempfile.mkstemp(dir=folder, prefix=".partial-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(partial, 0o644)
            os.replace(partial, folder / name)
        except BaseException:
            os.unlink(partial)
            raise
    except OSError as fault:
        raise Unavailable(
            _("The folder %(path)s cannot be written (%(reason)s); check its permissions and free space.")
            % {"path": folder, "reason": fault.strerror}
        ) from fault
