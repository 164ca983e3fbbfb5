"""The sandbox's file: what it says in a call, and how its reports are checked and read."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from outreach.delivery.interface import ReportKind
from outreach.delivery.providers.sandbox import Sandbox, batch_body
from tests.delivery import world

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
KEY = base64.b64encode(b"thirty-two bytes for the tests!!").decode()


def provider(key: str = f"whsec_{KEY}") -> Sandbox:
    return Sandbox({"WEBHOOK_KEY": key})


def signed(body: bytes, *, sent: str | None = None, webhook_id: str = "msg_1") -> dict[str, str]:
    sent = str(int(NOW.timestamp())) if sent is None else sent
    mac = hmac.digest(base64.b64decode(KEY), f"{webhook_id}.{sent}.".encode() + body, sha256)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(b'other').decode()} v1,{base64.b64encode(mac).decode()}",
    }


def test_a_call_says_the_content_once_and_the_values_per_recipient() -> None:
    readers = [world.recipient("a@b.se", "A"), world.recipient("c@d.se", "C")]

    body = batch_body(world.letter(), readers)

    assert body["subject"] == "Hej \ue000first_name\ue001"
    assert [one["email"] for one in body["recipients"]] == ["a@b.se", "c@d.se"]
    assert body["recipients"][0]["values"]["first_name"] == "Åsa"


def test_a_signed_call_is_authentic() -> None:
    assert provider().verify(signed(b"{}"), b"{}", NOW)
    assert provider().verify(signed(b"{}"), b"{}", NOW + timedelta(seconds=299))
    assert provider().verify(signed(b"{}"), b"{}", NOW - timedelta(seconds=299))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "²"},
    ],
)
def test_a_call_that_was_changed_is_not_authentic(changes: dict[str, str]) -> None:
    assert not provider().verify(signed(b"{}") | changes, b"{}", NOW)
    assert not provider().verify(signed(b"{}"), b"{} ", NOW)


@pytest.mark.parametrize("sent", ["", "soon", "²", "-5", "9" * 400, str(int(NOW.timestamp()) - 301), "1_0"])
def test_a_call_of_another_time_is_not_authentic(sent: str) -> None:
    assert not provider().verify(signed(b"{}", sent=sent), b"{}", NOW)


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_not base64!"])
def test_nothing_is_authentic_without_a_key(key: str) -> None:
    assert not provider(key).verify(signed(b"{}"), b"{}", NOW)
    assert not provider(key).verify({}, b"{}", NOW)


def event(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": "e1",
        "type": "bounced",
        "delivery_id": str(uuid4()),
        "message_id": "m1",
        "email": "a@b.se",
        "occurred_at": "2026-09-01T12:00:00Z",
        "bounce_class": "hard",
        "diagnostic": "550 gone",
    } | changes


def parsed(*events: Any) -> Any:
    return provider().parse(json.dumps({"events": events}).encode())


def test_an_event_is_read_into_our_words() -> None:
    written = event()

    (report,) = parsed(written)

    assert (report.event_id, report.kind, report.bounce_class) == ("e1", ReportKind.BOUNCED, "hard")
    assert str(report.delivery_id) == written["delivery_id"]
    assert report.occurred_at == NOW
    assert report.raw == written


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "opened"},
        {"type": None},
        {"delivery_id": "somebody"},
        {"delivery_id": 5},
        {"occurred_at": "yesterday"},
        {"occurred_at": "2026-09-01T12:00:00"},
        {"event_id": None},
        {"event_id": "x" * 5000},
        {"message_id": {"a": 1}},
        {"diagnostic": ["x"] * 5000},
    ],
)
def test_an_event_that_is_not_understood_is_kept_all_the_same(changes: dict[str, Any]) -> None:
    (report,) = parsed(event(**changes))

    assert report.occurred_at.tzinfo
    assert 0 < len(report.event_id) <= 200
    assert len(report.diagnostic) <= 500
    assert report.message_id is None or isinstance(report.message_id, str)


def test_the_same_event_without_an_id_has_the_same_name_each_time() -> None:
    written = event(event_id=None)

    assert parsed(written)[0].event_id == parsed(written)[0].event_id
    assert parsed(written)[0].event_id != parsed(event(event_id=None))[0].event_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"{}",
        b'{"events": 5}',
        b'{"events": {"a": 1}}',
        b'{"events": ["a", null]}',
        b"\xff",
        b"[" * 100_000,
        b'{"events": "abc"}',
    ],
)
def test_a_body_that_is_no_call_holds_no_reports(body: bytes) -> None:
    assert provider().parse(body) == []


def test_numbers_that_json_does_not_know_are_read_as_words() -> None:
    (report,) = provider().parse(b'{"events": [{"type": "delivered", "score": NaN}]}')

    assert report.raw["score"] == "NaN"
