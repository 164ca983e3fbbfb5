"""The front-end assets: whole, named by their content, the same twice, light, and from nowhere else."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from outreach.foundation.errors import OutreachError
from outreach.foundation.places import static
from outreach.web.assets import MANIFEST, MOUNT, Assets, asset
from outreach.web.static.build import ROOT, build

ADDRESS = re.compile(r"\b(?:https?|git|ssh)://")


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    """Return the manifest of the assets that the product serves, built where they are not yet."""
    if not (static() / MANIFEST).is_file():
        build()
    manifest: dict[str, Any] = json.loads((static() / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def test_the_manifest_lists_every_file_and_no_other(built: dict[str, Any]) -> None:
    listed = {entry["file"] for entry in built["files"].values()}

    assert {"app.css", "app.js", "favicon.svg"} <= set(built["files"])
    assert listed | {MANIFEST} == {file.name for file in static().iterdir()}


def test_names_and_checksums_match_the_content(built: dict[str, Any]) -> None:
    for name, entry in built["files"].items():
        content = (static() / entry["file"]).read_bytes()

        assert len(content) == entry["bytes"]
        assert entry["sha384"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
        if name in ("app.css", "app.js", "favicon.svg"):
            assert hashlib.sha256(content).hexdigest().startswith(entry["file"].split(".")[1])


def test_the_style_sheet_refers_only_to_files_that_are_there(built: dict[str, Any]) -> None:
    style = (static() / built["files"]["app.css"]["file"]).read_text(encoding="utf-8")

    references = set(re.findall(r'url\("?\./([^")]+)"?\)', style))

    assert references
    assert references <= {entry["file"] for entry in built["files"].values()}
    assert "@import" not in style
    assert not re.search(r'url\("?(?:https?:)?//', style)


def test_an_ordinary_page_loads_at_most_40_kilobytes(built: dict[str, Any]) -> None:
    weight = sum(
        len(gzip.compress((static() / built["files"][name]["file"]).read_bytes())) for name in ("app.css", "app.js")
    )

    assert weight <= 40 * 1024


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    build(into=tmp_path / "first")
    build(into=tmp_path / "second")

    first, second = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("first", "second"))

    assert first == second


def test_browsers_may_keep_an_asset_for_ever(built: dict[str, Any]) -> None:
    client = TestClient(Starlette(routes=[Mount(MOUNT, Assets())]))

    style, manifest = client.get(asset("app.css")), client.get(f"{MOUNT}/{MANIFEST}")

    assert asset("app.css") == f"{MOUNT}/{built['files']['app.css']['file']}"
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Type"].startswith("text/css")
    assert "Cache-Control" not in manifest.headers


def test_an_unknown_asset_says_what_to_do(built: dict[str, Any]) -> None:
    with pytest.raises(OutreachError, match="make assets"):
        asset("other.css")


def test_every_package_is_pinned_to_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_the_lock_names_no_registry() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in locked.values():
        assert "resolved" not in entry
        told = {key: value for key, value in entry.items() if key not in ("funding", "license")}
        assert not ADDRESS.search(json.dumps(told))

    assert not ADDRESS.search((ROOT / ".npmrc").read_text(encoding="utf-8"))
    assert not ADDRESS.search((ROOT / "package.json").read_text(encoding="utf-8"))
