"""The built front-end assets: their addresses, and the door that serves them."""

import json
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from outreach.foundation.errors import OutreachError
from outreach.foundation.places import static

MOUNT: Final = "/static"
MANIFEST: Final = "manifest.json"
FOR_EVER: Final = "public, max-age=31536000, immutable"  # RFC 8246: the name changes with the content


def asset(name: str) -> str:
    """Return the address of an asset by its logical name, such as `app.css`; a rebuild is seen at once."""
    try:
        return f"{MOUNT}/{_files(static() / MANIFEST)[name]}"
    except KeyError:
        raise OutreachError(f"There is no asset {name}; `make assets` builds those of this version.") from None


def _files(manifest: Path) -> dict[str, str]:
    try:
        return _read(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        raise OutreachError("The front-end assets are not built yet; run `make assets`.") from None


@lru_cache(maxsize=1)
def _read(manifest: Path, _changed: int) -> dict[str, str]:
    entries = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: entry["file"] for name, entry in entries.items()}


class Assets(StaticFiles):
    """Serve the assets, to be kept for ever by browsers: `app.mount(MOUNT, Assets())`."""

    def __init__(self) -> None:
        super().__init__(directory=static(), check_dir=False)

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file; only the manifest keeps its name when its content changes."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if Path(full_path).name != MANIFEST:
            response.headers["Cache-Control"] = FOR_EVER
        return response
