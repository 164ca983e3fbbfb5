"""Prism: a mock made from a provider's OpenAPI document; it refuses a request that the document does not allow."""

import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from outreach.web.static.build import ROOT
from outreach.web.static.node import find

PATIENCE: Final = 60.0  # seconds for its start, on a busy machine
BROKEN_CONTRACT: Final = "https://stoplight.io/prism/errors#"


class Prism:
    """One process for one document."""

    def __init__(self, spec: Path) -> None:
        command = ROOT / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
        if not command.is_file():
            pytest.fail(
                "Prism is not installed: run `python -m outreach.web.static.build --with-tests`.", pytrace=False
            )
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [str(find().binary), str(command), "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(spec)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=20)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        pytest.fail("Prism did not start.", pytrace=False)
