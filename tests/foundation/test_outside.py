"""Looking at addresses that people typed, without letting them look at what is ours (CWE-918)."""

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from outreach.foundation import outside
from outreach.foundation.outside import Answer, Closed

OPEN = ("8.8.8.8", "2606:4700::1111", "193.10.1.1")
OURS = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104 - to be refused
    *("::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:1::"),
)


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_looked_at(address: str) -> None:
    assert outside.is_public(address)


@pytest.mark.parametrize("address", OURS)
def test_what_may_be_ours_is_not_however_it_is_written(address: str) -> None:
    assert not outside.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f000001/", "http://[::1]/"),
        *("http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/", "https://127.0.0.1:443/"),
        *("http://8.8.8.8:6379/", "http://8.8.8.8:5432/", "ftp://8.8.8.8/", "file:///etc/passwd", "https://"),
    ],
)
def test_an_address_of_ours_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Closed):
        asyncio.run(outside.look(url))


class _Site(BaseHTTPRequestHandler):
    """A site that redirects, gives no heads, is broken or gone; it notes what it was asked."""

    asked: list[tuple[str, str, str]]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path, self.headers["host"]))
        status = {"/gone": 404, "/broken": 500, "/no-head": 405 if self.command == "HEAD" else 200}.get(self.path, 200)
        onward = {"/moved": "/here", "/inwards": "http://127.0.0.1:6379/", "/round": "/round"}.get(self.path)
        self.send_response(302 if onward else status)
        if onward:
            self.send_header("location", onward)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_what: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let a site on loopback stand for one of the open internet; all other addresses are judged as ever."""
    _Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    Thread(target=server.serve_forever, daemon=True).start()
    port, judged = server.server_port, outside._public_address

    async def public(url: httpx.URL) -> str:
        return "127.0.0.1" if url.port == port else await judged(url)

    monkeypatch.setattr(outside, "_public_address", public)
    yield f"http://site.example:{port}"
    server.shutdown()
    server.server_close()


def test_it_is_asked_by_its_name_at_the_address_that_was_judged(site: str) -> None:
    assert asyncio.run(outside.look(f"{site}/here")) == Answer(200, f"{site}/here")
    assert _Site.asked == [("HEAD", "/here", site.removeprefix("http://"))]


def test_who_gives_no_heads_is_asked_for_the_page(site: str) -> None:
    assert asyncio.run(outside.look(f"{site}/no-head")).status == 200
    assert [one[0] for one in _Site.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize(("path", "status"), [("/gone", 404), ("/broken", 500), ("/moved", 200)])
def test_what_it_says_is_told_after_the_way_that_it_shows(site: str, path: str, status: int) -> None:
    answer = asyncio.run(outside.look(f"{site}{path}"))

    assert answer.status == status
    assert answer.url == f"{site}/here" if path == "/moved" else f"{site}{path}"


@pytest.mark.parametrize("path", ["/inwards", "/round"])
def test_a_way_inwards_or_in_a_circle_is_not_gone(site: str, path: str) -> None:
    with pytest.raises(Closed):
        asyncio.run(outside.look(f"{site}{path}"))


def test_a_name_that_nobody_has_is_a_fault_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(httpx.HTTPError):
        asyncio.run(outside.look("https://no-such-host.invalid/"))
