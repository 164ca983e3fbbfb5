"""Servers from npm that stand in for a provider: a process each, on a port of its own, waited for."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final

import httpx
import pytest

from outreach.web.static.build import ROOT
from outreach.web.static.node import find

PATIENCE: Final = 60.0  # seconds for its start, on a busy machine


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class NodePeer:
    """One package's command; `package` is where its script is below `node_modules`."""

    def __init__(
        self, package: str, arguments: Sequence[str], *, url: str, environment: Mapping[str, str] | None = None
    ) -> None:
        script = ROOT / "node_modules" / package
        if not script.is_file():
            pytest.fail(
                f"{package} is not installed: run `python -m outreach.web.static.build --with-tests`.", pytrace=False
            )
        self.url = url
        self._process = subprocess.Popen(
            [str(find().binary), str(script), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )

    def __enter__(self) -> "NodePeer":
        """Wait until it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return self
        self._stop()
        pytest.fail(f"Nothing answers at {self.url}.", pytrace=False)

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _where: TracebackType | None
    ) -> None:
        """End the process."""
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
