"""A provider's address on loopback: notes each call and answers by a rule, or passes it on to Prism."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps, loads
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.delivery.contracts.prism import BROKEN_CONTRACT, Prism


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body as JSON."""
        return loads(self.body)

    @property
    def form(self) -> dict[str, list[str]]:
        """Its body as a form, urlencoded."""
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True)
class Reply:
    """What is answered; `None` for a body hangs up without an answer."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Rule = Callable[[Call], Reply]


class Counter:
    """Where a provider takes calls."""

    def __init__(self, rule: Rule) -> None:
        self.calls: list[Call] = []
        self.rule = rule
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(counter) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler inside
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.command, self.path, headers, body)
                counter.calls.append(call)
                reply = counter.rule(call)
                if reply.body is None:
                    self.close_connection = True
                    return
                content = reply.body if isinstance(reply.body, bytes) else dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in {"content-type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET = _answer  # noqa: N815 - names that the library looks for

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def opened(rule: Rule) -> Iterator[Counter]:
    """Open a counter that answers by a rule."""
    counter = Counter(rule)
    try:
        yield counter
    finally:
        counter.close()


def by_contract(prism: Prism, prefer: str = "") -> Rule:
    """Pass calls on to Prism, with a wish for an answer such as `code=429`; a call against the contract gets 418."""

    def rule(call: Call) -> Reply:
        kept = {name: value for name, value in call.headers.items() if name not in {"host", "content-length"}}
        wished = {"prefer": prefer} if prefer else {}
        answer = httpx.request(
            call.method, prism.url + call.path, headers=kept | wished, content=call.body, trust_env=False, timeout=30
        )
        broken = answer.headers.get("sl-violations") or (answer.text if BROKEN_CONTRACT in answer.text else None)
        if broken:
            return Reply(418, {"broken contract": broken})
        return Reply(answer.status_code, answer.content)

    return rule
