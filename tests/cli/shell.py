"""A shell that types `outreach …`: each command is a process of its own, forked from one that has imported the product.

Importing is most of what a short command does; done once, a hundred commands take seconds. Nothing has been read or
opened before the fork, so what the command meets is what a person's would. Run as a module it is that first process:
a request is a line of JSON, the answer to it the command's exit status.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from outreach.cli import entry
from tests.whole.commands import environment


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    said: str
    complained: str

    @property
    def json(self) -> Any:
        """Read the answer as JSON."""
        return json.loads(self.said)

    def done_json(self) -> Any:
        """Return what it said, read as JSON; fail unless it succeeded."""
        return json.loads(self.done())

    def refused(self, status: int = 1) -> str:
        """Return its one sentence; fail unless that is all it said."""
        assert (self.status, self.said) == (status, ""), self
        assert self.complained.count("\n") == 1, self.complained
        assert self.complained.startswith("outreach: "), self.complained
        assert self.complained.rstrip("\n").endswith("."), self.complained
        return self.complained.removeprefix("outreach: ").rstrip("\n")

    def done(self) -> str:
        """Return what it said; fail unless it succeeded without complaint."""
        assert (self.status, self.complained) == (0, ""), self
        return self.said


class Shell:
    """The running first process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def run(self, *words: object, folder: Path, **settings: object) -> Said:
        """Type a command in a folder, with these settings and no others; wait for its end."""
        assert self._process.stdin
        assert self._process.stdout
        with TemporaryDirectory() as outputs:
            request = {
                "words": list(map(str, words)),
                "folder": str(folder),
                "environment": environment(**settings),
                "outputs": outputs,
            }
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            said, complained = ((Path(outputs) / name).read_text(encoding="utf-8") for name in ("1", "2"))
        return Said(status, said, complained)

    def close(self) -> None:
        """End the first process."""
        self._process.communicate(timeout=20)


def main() -> None:
    """Answer requests until there are no more; in a child, be the command."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
            entry.main()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> None:
    sys.argv = ["outreach", *request["words"]]
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(os.open(f"{request['outputs']}/{number}", os.O_WRONLY | os.O_CREAT), number)


if __name__ == "__main__":
    main()
