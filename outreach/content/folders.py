"""The files of one piece on disk, read with suspicion.

Only regular files right in the folder and in its `assets/` are looked at: a link could lead out of the folder, a pipe
would wait for ever, a huge file fill the memory. Names that begin with a dot belong to the computer, not to the piece.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from outreach.content.mistakes import Mistake
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

PIECE: Final = "piece.yaml"
ASSETS: Final = "assets"
LARGEST_TEXT: Final = 500 * 1024  # bytes
LARGEST_PICTURE: Final = 20 * 1024 * 1024
MOST_FILES: Final = 2000


@dataclass(frozen=True)
class Folder:
    """A piece's folder; `names` are the paths of its files from here, with `/`."""

    root: Path
    names: frozenset[str]

    def label(self, name: str) -> str:
        """Return a file's name for a sentence: with the folder's, so that it is found among many."""
        return f"{self.root.resolve().name}/{name}"

    def text(self, name: str) -> str:
        """Return a text file with `\\n` at line ends. Raises Mistake for one that is too large or not UTF-8."""
        raw = self._bytes(name, LARGEST_TEXT, _("This file is larger than 500 kB; divide it into several blocks."))
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            line = raw[: fault.start].count(b"\n") + 1
            raise Mistake(_("This is not UTF-8; save the file as UTF-8."), file=self.label(name), line=line) from fault
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def picture(self, name: str) -> bytes:
        """Return the bytes of a picture. Raises Mistake for one larger than 20 MB."""
        return self._bytes(name, LARGEST_PICTURE, _("This picture is larger than 20 MB; export a smaller one."))

    def _bytes(self, name: str, largest: int, sentence: str) -> bytes:
        try:
            handle = os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as file:
                raw = file.read(largest + 1)
        except OSError as fault:
            reason = _("This file cannot be read (%(reason)s).") % {"reason": fault.strerror}
            raise Mistake(reason, file=self.label(name)) from fault
        if len(raw) > largest:
            raise Mistake(sentence, file=self.label(name))
        return raw


def open_folder(path: Path) -> Folder:
    """List the files of a piece. Raises Mistake for what is no plain file, Refused for what is no piece."""
    folder = Folder(path, frozenset())
    if not path.is_dir():
        raise Refused(_("There is no folder %(path)s; name the folder that holds piece.yaml.") % {"path": path})
    names = {name for name in _listed(folder, "") if name != ASSETS}
    if ASSETS in os.listdir(path):
        names |= set(_listed(folder, f"{ASSETS}/"))
    if PIECE not in names:
        raise Refused(_("There is no piece.yaml in %(path)s; name the folder of a piece.") % {"path": path})
    return Folder(path, frozenset(names))


def _listed(folder: Folder, below: str) -> list[str]:
    found = [entry for entry in os.scandir(folder.root / below) if not entry.name.startswith(".")]
    if len(found) > MOST_FILES:
        raise Refused(_("There are more than 2,000 files in %(path)s; this is not a piece.") % {"path": folder.root})
    for entry in found:
        is_assets = not below and entry.name == ASSETS
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            raise Mistake(
                _("This is a link to another place; put the file itself here."), file=folder.label(below + entry.name)
            )
        if not (stat.S_ISDIR(mode) if is_assets else stat.S_ISREG(mode)):
            raise Mistake(
                _("This does not belong to a piece; only files and the folder “assets” do."),
                file=folder.label(below + entry.name),
            )
    return [below + entry.name for entry in found]
