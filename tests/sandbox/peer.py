"""A sandbox in a process of its own, a caller that talks to it over HTTP, and what a receiver of its reports saw."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

API_KEY = "a key for tests"
WEBHOOK_KEY = "whsec_" + base64.b64encode(b"thirty-two bytes for the tests!!").decode()


class Peer:
    """A running sandbox and a client with its key."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.start()

    def start(self) -> None:
        """Start the process and wait for the line with its address."""
        command = [sys.executable, "-W", "error", "-m", "outreach.sandbox", "--port", "0", "--data", str(self.folder)]
        environment = os.environ | {
            "OUTREACH_SANDBOX_API_KEY": API_KEY,
            "OUTREACH_SANDBOX_WEBHOOK_KEY": WEBHOOK_KEY,
            "LC_ALL": "en",
        }
        self.process = subprocess.Popen(
            [*command, *self.options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        self.url = line.split()[-1]
        self.http = httpx.Client(
            base_url=self.url, headers={"authorization": f"Bearer {API_KEY}"}, timeout=30, trust_env=False
        )

    def stop(self) -> int:
        """Ask the process to end, check that it complained of nothing, and return its exit status."""
        self.http.close()
        self.process.terminate()
        _said, complained = self.process.communicate(timeout=20)
        assert complained == "", complained
        return self.process.returncode

    def reset(self) -> None:
        """Empty the mailbox and put the switches back."""
        self.http.delete("/v1/messages").raise_for_status()
        self.http.put("/v1/behaviour", json={"delivered_after": 0}).raise_for_status()
        self.http.put("/v1/faults", json=[]).raise_for_status()

    def send(self, *recipients: dict[str, Any], key: str | None = None, **changes: Any) -> httpx.Response:
        """Post a batch: a short letter with one merge field, changed as wanted."""
        body = letter(*recipients) | changes
        return self.http.post("/v1/batches", json=body, headers={"idempotency-key": key} if key else {})

    def messages(self) -> list[dict[str, Any]]:
        """Read everything that was accepted."""
        found: list[dict[str, Any]] = self.http.get("/v1/messages", params={"content": "true"}).json()
        return found

    def count(self) -> dict[str, Any]:
        """Read the totals."""
        totals: dict[str, Any] = self.http.get("/v1/count").json()
        return totals


def letter(*recipients: dict[str, Any]) -> dict[str, Any]:
    """A short letter that greets by first name."""
    head = "<!doctype html><html><head><title>x</title></head>"
    return {
        "from": {"email": "letters@centre.example", "name": "The Centre"},
        "reply_to": None,
        "subject": "Hello \ue000first_name\ue001",
        "html": f"{head}<body><p>Hello \ue000first_name\ue001</p></body></html>",
        "text": "Hello \ue000first_name\ue001\n",
        "headers": {"List-Unsubscribe": "<https://centre.example/u/\ue000first_name\ue001>"},
        "language": "en",
        "stream": "newsletter",
        "recipients": list(recipients),
    }


def reader(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A reader who agreed."""
    return {
        "id": f"delivery-{number}",
        "email": f"reader{number}@company.example",
        "name": f"Reader {number}",
        "values": {"first_name": f"Reader{number}"},
    } | changes


@dataclass
class Receiver:
    """An HTTP server that takes reports: it answers with `statuses` in turn, then with 204."""

    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def events(self) -> list[dict[str, Any]]:
        """Everything reported so far, in the order of arrival."""
        return [event for _headers, body in self.calls for event in json.loads(body)["events"]]

    def wait(self, calls: int) -> None:
        """Wait until so many calls came."""
        until(lambda: len(self.calls) >= calls)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until a condition holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)
