"""The table of HTTP answers: what is certain, what is not, and whose fault it is."""

from datetime import UTC, datetime

import httpx
import pytest

from outreach.delivery.interface import OutcomeKind
from outreach.delivery.providers import outcomes
from outreach.foundation import clock

REQUEST = httpx.Request("POST", "http://provider.example")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ConnectError, OutcomeKind.TRANSIENT),
        (httpx.ConnectTimeout, OutcomeKind.TRANSIENT),
        (httpx.PoolTimeout, OutcomeKind.TRANSIENT),
        (httpx.WriteError, OutcomeKind.AMBIGUOUS),
        (httpx.WriteTimeout, OutcomeKind.AMBIGUOUS),
        (httpx.ReadError, OutcomeKind.AMBIGUOUS),
        (httpx.ReadTimeout, OutcomeKind.AMBIGUOUS),
        (httpx.RemoteProtocolError, OutcomeKind.AMBIGUOUS),
        (httpx.UnsupportedProtocol, OutcomeKind.CONFIG),
        (httpx.LocalProtocolError, OutcomeKind.CONFIG),
    ],
)
def test_a_fault_is_certain_only_before_the_request_left(fault: type[httpx.TransportError], kind: OutcomeKind) -> None:
    assert outcomes.of_fault(fault("x", request=REQUEST)).kind is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, OutcomeKind.AMBIGUOUS),
        (302, OutcomeKind.CONFIG),
        (400, OutcomeKind.CONFIG),
        (401, OutcomeKind.CONFIG),
        (403, OutcomeKind.CONFIG),
        (404, OutcomeKind.CONFIG),
        (408, OutcomeKind.TRANSIENT),
        (413, OutcomeKind.CONFIG),
        (422, OutcomeKind.CONFIG),
        (425, OutcomeKind.TRANSIENT),
        (429, OutcomeKind.TRANSIENT),
        (500, OutcomeKind.AMBIGUOUS),
        (502, OutcomeKind.AMBIGUOUS),
        (503, OutcomeKind.TRANSIENT),
        (504, OutcomeKind.AMBIGUOUS),
    ],
)
def test_a_status_says_what_became_of_the_batch(status: int, kind: OutcomeKind) -> None:
    found = outcomes.of_status(httpx.Response(status, text="why", request=REQUEST))

    assert found.kind is kind
    assert f"HTTP {status}: why" in (found.reason or "")


def test_a_provider_may_refuse_one_recipient_by_a_status() -> None:
    answer = httpx.Response(422, request=REQUEST)

    assert outcomes.of_status(answer, refusals={422}).kind is OutcomeKind.REJECTED


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("86400", 3600),
        ("9" * 400, 3600),
        ("Tue, 01 Sep 2026 12:01:00 GMT", 60),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_an_hour_at_most(value: str, seconds: float | None) -> None:
    answer = httpx.Response(429, headers=[(b"retry-after", value.encode())], request=REQUEST)

    with clock.fixed(datetime(2026, 9, 1, 12, tzinfo=UTC)):
        assert outcomes.retry_after(answer) == seconds


def test_a_rate_limit_that_says_when_it_ends_is_waited_for() -> None:
    answer = httpx.Response(429, headers={"ratelimit-reset": "7"}, request=REQUEST)

    assert outcomes.retry_after(answer) == 7
