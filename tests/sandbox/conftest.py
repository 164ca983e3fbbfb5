"""Fixtures: a shared sandbox, sandboxes of one's own, a receiver for reports."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.peer import Peer, Receiver


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    peer = Peer(tmp_path_factory.mktemp("sandbox"))
    yield peer
    assert peer.stop() == 0


@pytest.fixture
def peer(_running: Peer) -> Peer:
    """An empty sandbox that behaves well and reports nowhere."""
    _running.reset()
    return _running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Peer]]:
    """Start a sandbox of one's own, with more options."""
    with ExitStack() as stack:

        def start(*options: str, folder: Path = tmp_path / "data") -> Peer:
            peer = Peer(folder, *options)
            stack.callback(lambda: peer.process.poll() is None and peer.stop())
            return peer

        yield start


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver for reports on a port of its own."""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = received.statuses.pop(0) if received.statuses else 204
            received.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with closing(_Server(("127.0.0.1", 0), Handler)) as server:
        received.url = f"http://127.0.0.1:{server.server_port}/hooks/sandbox"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield received
        server.shutdown()
        thread.join()


class _Server(ThreadingHTTPServer):
    def close(self) -> None:
        self.server_close()
