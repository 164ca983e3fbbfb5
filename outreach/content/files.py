"""A piece as a folder, in and out.

ansvar-2026-04/
├── piece.yaml              kind, key, topics, blocks in order with what all languages share
├── edition.sv.md           title, subject, preheader … of one language
├── labour.sv.md            one block in one language: front matter and Markdown
└── assets/
    ├── orderbok-suzhou.jpg
    └── orderbok-suzhou.sv.md   alternative text, caption, credit, licence
"""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from sqlmodel import Session

from outreach.consent import topics
from outreach.content import assets, pieces, reading, writing
from outreach.content.folders import ASSETS, PIECE, open_folder
from outreach.content.manuscript import Manuscript
from outreach.content.models import Piece
from outreach.foundation.errors import NotFound, Refused, Unavailable
from outreach.foundation.locale import gettext as _


def import_folder(session: Session, path: Path) -> Piece:
    """Read one piece and create it, or replace the one with the same key: all of it, or nothing.

    Raises Refused; a `Mistake` among them names file, line and field.
    """
    return pieces.save(session, _read(session, path))


def import_tree(session: Session, path: Path) -> list[Piece]:
    """Read a piece, or a folder of pieces, in the order of their names: all of them, or nothing."""
    if path.is_file() and path.name == PIECE:
        path = path.parent
    folders = [path] if (path / PIECE).exists() else sorted(one.parent for one in path.glob(f"*/{PIECE}"))
    if not folders:
        raise Refused(_("There is no piece.yaml in %(path)s nor in a folder in it.") % {"path": path})
    manuscripts = [_read(session, folder) for folder in folders]
    keys = [one.key for one in manuscripts]
    if double := next((key for key in keys if keys.count(key) > 1), None):
        raise Refused(_("Two folders hold a piece with the key “%(key)s”; change one of them.") % {"key": double})
    return [pieces.save(session, one) for one in manuscripts]


def export_folder(session: Session, piece: Piece, path: Path) -> None:
    """Write a piece as a folder, whole or not at all. An earlier export in its place is replaced.

    Raises Refused where `path` holds something else, Unavailable where it cannot be written.
    """
    manuscript = pieces.load(session, piece)
    _insist_on_room(path)
    pictures = {one.name: _picture(manuscript, one.name) for one in manuscript.pictures}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        try:
            _write(partial, writing.files(manuscript), pictures)
            if path.exists():
                shutil.rmtree(path)
            partial.rename(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as fault:
        raise Unavailable(
            _("The folder %(path)s cannot be written (%(reason)s); check its permissions and free space.")
            % {"path": path, "reason": fault.strerror}
        ) from fault


def _read(session: Session, path: Path) -> Manuscript:
    return reading.read(open_folder(path), [topic.key for topic in topics.listed(session)])


def _insist_on_room(path: Path) -> None:
    if path.exists() and not (path.is_dir() and ((path / PIECE).is_file() or not any(path.iterdir()))):
        raise Refused(_("%(path)s holds something else; name a new or empty folder.") % {"path": path})


def _picture(manuscript: Manuscript, name: str) -> bytes:
    picture = manuscript.picture(name)
    try:
        return assets.read(assets.served_name(name, picture.sha256 if picture else "")).content
    except NotFound as missing:
        raise Refused(
            _("The picture %(name)s is gone from the home folder; restore it from a backup.") % {"name": name}
        ) from missing


def _write(folder: Path, texts: dict[str, str], pictures: dict[str, bytes]) -> None:
    folder.chmod(0o755)
    if pictures:
        (folder / ASSETS).mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for name, content in pictures.items():
        (folder / ASSETS / name).write_bytes(content)
