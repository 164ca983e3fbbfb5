"""The one door for outgoing HTTP: small documents are fetched whole or not at all."""

from collections.abc import Iterator

import httpx
import pytest

from outreach.foundation import http
from tests.delivery.contracts.counter import Counter, Reply, opened


@pytest.fixture
def place() -> Iterator[Counter]:
    """A server that says what it is told to."""
    with opened(lambda _call: Reply(200, b"a document")) as counter:
        yield counter


def test_a_small_document_is_fetched(place: Counter) -> None:
    assert http.read(place.url) == b"a document"
    assert place.calls[0].headers["user-agent"] == "Outreach"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"no"),
        Reply(204, b""),
        Reply(302, b"", {"location": "http://127.0.0.1:9/"}),
        Reply(200, b"x" * 101),
        Reply(200, None),
    ],
)
def test_anything_else_is_a_fault(place: Counter, reply: Reply) -> None:
    place.rule = lambda _call: reply

    with pytest.raises(httpx.HTTPError):
        http.read(place.url, most=100)

    assert len(place.calls) == 1


def test_nobody_there_is_a_fault() -> None:
    with pytest.raises(httpx.ConnectError):
        http.read("http://127.0.0.1:9/")
