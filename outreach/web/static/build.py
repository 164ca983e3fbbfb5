"""Build the front-end assets: `python -m outreach.web.static.build [--with-tests]`.

Node.js is needed here and nowhere else. The packages come from `package-lock.json`, without running their scripts;
one esbuild call bundles style and script; every file is named after its content and listed in `dist/manifest.json`. The
same sources give the same bytes. `--with-tests` also installs what only the tests need (axe-core, the reference MJML).
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from outreach.foundation.errors import OutreachError, Refused, Unavailable
from outreach.foundation.places import static
from outreach.web.static.node import Node, find

SOURCES: Final = Path(__file__).resolve().parent
ROOT: Final = SOURCES.parents[2]
ENTRIES: Final = ("app.css", "app.js", "editor.js")  # the editor is for the page where pieces are written alone
COPIES: Final = ("favicon.svg",)
# Old enough for the browsers of public offices, new enough for cascade layers and the popover.
TARGETS: Final = "chrome109,firefox115,safari16.4"


def main(arguments: Iterable[str]) -> int:
    """Build, say what was built in one line a file, and return the exit status."""
    try:
        files = build(with_tests="--with-tests" in set(arguments))
    except OutreachError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_status
    for name, entry in files.items():
        sys.stdout.write(f"{name}: {entry['bytes']} bytes in {entry['file']}\n")
    return 0


def build(*, into: Path | None = None, with_tests: bool = False) -> dict[str, dict[str, str | int]]:
    """Install the packages when they are not the locked ones, bundle, and replace the folder (`dist/`) in one step."""
    if not (ROOT / "package-lock.json").is_file():
        raise Refused("The front-end assets are built in a checkout; an installed Outreach carries them already.")
    node = find()
    _install(node, with_tests=with_tests)
    target = into or static()
    with tempfile.TemporaryDirectory(prefix=".assets-", dir=target.parent) as work:
        made = Path(work) / "dist"
        _bundle(node, Path(work) / "bundle")
        files = _name_by_content(Path(work) / "bundle", made)
        manifest = {"files": files, "versions": _versions()}
        (made / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        if target.exists():
            target.rename(Path(work) / "replaced")
        made.rename(target)
    return files


def _install(node: Node, *, with_tests: bool) -> None:
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".installed"
    wanted = {f"{lock} tests"} if with_tests else {f"{lock} tests", f"{lock} build"}
    if stamp.is_file() and stamp.read_text() in wanted:
        return
    omit = [] if with_tests else ["--omit=dev"]
    _run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit],
        node,
        failure=Unavailable("npm could not install the front-end packages: check the network, then run this again."),
    )
    stamp.write_text(f"{lock} tests" if with_tests else f"{lock} build")


def _bundle(node: Node, folder: Path) -> None:
    _run(
        [
            str(node.binary),
            str(ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"),
            *(str(SOURCES / entry) for entry in ENTRIES),
            "--bundle",
            "--minify",
            "--charset=utf8",
            f"--target={TARGETS}",
            "--loader:.svg=file",
            "--asset-names=[name]-[hash]",
            f"--outdir={folder}",
            "--log-level=warning",
        ],
        node,
        failure=Refused("The front-end sources could not be bundled: mend what is said above."),
    )
    for copy in COPIES:
        shutil.copyfile(SOURCES / copy, folder / copy)


def _run(command: list[str], node: Node, *, failure: OutreachError) -> None:
    path = f"{node.binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False, stdout=sys.stderr)
    if done.returncode:
        raise failure


def _name_by_content(bundle: Path, folder: Path) -> dict[str, dict[str, str | int]]:
    """Copy each file under a name that holds its hash, so that browsers may keep it for ever."""
    folder.mkdir()
    files: dict[str, dict[str, str | int]] = {}
    for file in sorted(bundle.iterdir()):
        content = file.read_bytes()
        named = file.name  # esbuild has put a hash into the names of icons, which the style sheet refers to
        if file.name in (*ENTRIES, *COPIES):
            named = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}"
        (folder / named).write_bytes(content)
        checksum = base64.b64encode(hashlib.sha384(content).digest()).decode()
        files[file.name] = {"file": named, "bytes": len(content), "sha384": f"sha384-{checksum}"}
    return files


def _versions() -> dict[str, str]:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = sorted(packages[""]["dependencies"])
    return {name: packages[f"node_modules/{name}"]["version"] for name in names}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
