"""Uploaded pictures and files, as letters and the newsroom show them."""

import re
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from outreach.foundation.errors import NotFound
from outreach.foundation.settings import settings
from outreach.web.assets import FOR_EVER

router = APIRouter(include_in_schema=False)

PICTURES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_NAME: Final = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]{1,5})")


@router.api_route("/media/{name}", methods=["GET", "HEAD"])
def media(name: str) -> FileResponse:
    """Send a file for ever: its name holds the hash of its bytes. Whatever is no picture is saved, never shown."""
    found = _NAME.fullmatch(name)
    file = settings().media / name
    if found is None or not _is_there(file):
        raise NotFound
    kind = PICTURES.get(found[1])
    return FileResponse(
        file,
        media_type=kind or "application/octet-stream",
        filename=None if kind else name,
        headers={
            "Cache-Control": FOR_EVER,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",  # mail programs on the web show our pictures
        },
    )


def _is_there(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
