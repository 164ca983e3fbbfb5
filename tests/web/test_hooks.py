"""Where providers report: signature first, Redis next, PostgreSQL later."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.consent.models import Subscription, SubscriptionState
from outreach.delivery import providers
from outreach.delivery.models import DeliveryState, ProviderEvent, Suppression, SuppressionReason
from outreach.foundation import clock, embedded, streams
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.sandbox import signing
from outreach.tracking import reports
from tests import mailings
from tests.mailings import Sent
from tests.web.conftest import serving

KEY = "whsec_" + base64.b64encode(b"thirty-two bytes for the tests!!").decode()


@pytest.fixture(autouse=True)
def _key(servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OUTREACH_SANDBOX_WEBHOOK_KEY", KEY)
    settings.cache_clear()
    providers.load.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    providers.load.cache_clear()


@pytest.fixture
def sent(database: embedded.Addresses) -> Sent:
    with transaction() as session:
        readers = [mailings.reader(session, name, keys=("labour", "press")) for name in ("anna", "bo", "cy")]
        return mailings.send(session, *readers, state=DeliveryState.ACCEPTED)


def event(sent: Sent, name: str, kind: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"{kind}-{name}-{number}",
        "type": kind,
        "delivery_id": str(sent[name]),
        "email": f"{name}@firma.example",
        "occurred_at": clock.now().isoformat(),
        **more,
    }


def signed(body: bytes, *, key: str = KEY, at: int | None = None) -> dict[str, str]:
    moment = int(clock.now().timestamp()) if at is None else at
    return signing.headers(signing.key(key), webhook_id="call-1", timestamp=moment, body=body)


def call(client: TestClient, *events: dict[str, Any]) -> int:
    body = json.dumps({"events": events}).encode()
    return client.post("/hooks/sandbox", content=body, headers=signed(body)).status_code


def work() -> None:
    """Do what the worker's tick does."""
    while True:
        with transaction() as session:
            if not reports.keep(session):
                break
    with transaction() as session:
        reports.trim(session)
    with transaction() as session:
        reports.apply(session)


def state(sent: Sent, name: str) -> DeliveryState:
    with transaction() as session:
        return mailings.delivery(session, sent[name]).state


def test_a_report_moves_its_delivery(client: TestClient, sent: Sent) -> None:
    assert call(client, event(sent, "anna", "delivered")) == 200
    assert state(sent, "anna") is DeliveryState.ACCEPTED  # nothing is applied in the request

    work()

    assert state(sent, "anna") is DeliveryState.DELIVERED
    assert streams.length(reports.STREAM) == 0


def test_a_hard_bounce_suppresses_the_address_and_a_soft_one_does_not(client: TestClient, sent: Sent) -> None:
    call(
        client,
        event(sent, "anna", "bounced", bounce_class="hard", diagnostic="550 no such user"),
        event(sent, "bo", "bounced", bounce_class="soft", diagnostic="452 mailbox full"),
    )

    work()

    assert (state(sent, "anna"), state(sent, "bo")) == (DeliveryState.BOUNCED_HARD, DeliveryState.BOUNCED_SOFT)
    with transaction() as session:
        suppressed = {one.address: one.reason for one in session.exec(select(Suppression))}
    assert suppressed == {"anna@firma.example": SuppressionReason.HARD_BOUNCE}


def test_a_complaint_is_a_goodbye_to_everything(client: TestClient, sent: Sent) -> None:
    call(client, event(sent, "anna", "complained"))

    work()

    with transaction() as session:
        states = session.exec(
            select(Subscription.state).where(Subscription.contact_id == sent.deliveries["anna"].contact_id)
        ).all()
        suppressed = {one.address: one.reason for one in session.exec(select(Suppression))}
    assert set(states) == {SubscriptionState.UNSUBSCRIBED}
    assert suppressed == {"anna@firma.example": SuppressionReason.COMPLAINT}


def test_the_same_report_five_times_counts_once(client: TestClient, sent: Sent) -> None:
    for _ in range(5):
        call(client, event(sent, "anna", "complained"))
        work()

    with transaction() as session:
        assert len(session.exec(select(ProviderEvent)).all()) == 1
        assert len(session.exec(select(Suppression)).all()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
    ],
)
def test_a_report_without_a_genuine_signature_is_refused(
    client: TestClient, sent: Sent, headers: dict[str, str]
) -> None:
    body = json.dumps({"events": [event(sent, "anna", "complained")]}).encode()

    assert client.post("/hooks/sandbox", content=body, headers=headers).status_code == 403
    assert streams.length(reports.STREAM) == 0


def test_an_altered_byte_an_old_timestamp_and_another_key_are_refused(client: TestClient, sent: Sent) -> None:
    body = json.dumps({"events": [event(sent, "anna", "complained")]}).encode()
    old = int(clock.now().timestamp()) - 3600
    other = "whsec_" + base64.b64encode(b"another key, just as long as it!").decode()

    for headers, sent_body in (
        (signed(body), body + b" "),
        (signed(body, at=old), body),
        (signed(body, key=other), body),
    ):
        assert client.post("/hooks/sandbox", content=sent_body, headers=headers).status_code == 403
    assert streams.length(reports.STREAM) == 0


def test_where_no_key_is_set_and_for_a_provider_that_does_not_exist_there_is_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.post("/hooks/nobody", content=b"{}").status_code == 404
    assert client.post("/hooks/smtp", content=b"{}").status_code == 404
    monkeypatch.delenv("OUTREACH_SANDBOX_WEBHOOK_KEY")
    settings.cache_clear()
    providers.load.cache_clear()

    assert client.post("/hooks/sandbox", content=b"{}", headers=signed(b"{}")).status_code == 404


def test_more_than_a_megabyte_is_refused_unread(client: TestClient) -> None:
    body = b"x" * 1_000_001

    assert client.post("/hooks/sandbox", content=body, headers=signed(body)).status_code == 413


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"events": [1, null, {}]}', b"\xff\xfe", b'{"events": 5}'])
def test_a_signed_body_that_makes_no_sense_is_taken_and_holds_up_nothing(
    client: TestClient, sent: Sent, body: bytes
) -> None:
    assert client.post("/hooks/sandbox", content=body, headers=signed(body)).status_code == 200
    assert call(client, event(sent, "bo", "delivered")) == 200

    work()

    assert state(sent, "bo") is DeliveryState.DELIVERED


def test_a_report_is_taken_while_postgresql_is_down_and_asked_for_again_while_redis_is(sent: Sent) -> None:
    body = json.dumps({"events": [event(sent, "anna", "delivered")]}).encode()

    with serving(_addresses()) as served:
        served.postgresql.cut()
        taken = served.visitor.post("/hooks/sandbox", content=body, headers=signed(body))
        served.redis.cut()
        refused = served.visitor.post("/hooks/sandbox", content=body, headers=signed(body))

    assert (taken.status_code, refused.status_code) == (200, 503)
    assert refused.headers["retry-after"]
    work()
    assert state(sent, "anna") is DeliveryState.DELIVERED


def _addresses() -> embedded.Addresses:
    return embedded.addresses(settings())


def test_a_worker_killed_before_its_commit_keeps_nothing_and_loses_nothing(client: TestClient, sent: Sent) -> None:
    call(client, event(sent, "anna", "delivered"))
    with pytest.raises(KeyboardInterrupt), transaction() as session:
        _keep_and_die(session)

    work()

    assert state(sent, "anna") is DeliveryState.DELIVERED


def _keep_and_die(session: Any) -> None:
    assert reports.keep(session) == 1
    raise KeyboardInterrupt
