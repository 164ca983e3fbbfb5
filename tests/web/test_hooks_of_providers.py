"""Webhooks of real providers: whose route exists, what is refused, and what an emptied Redis costs."""

import asyncio
import hmac
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.consent.models import Subscription, SubscriptionState
from outreach.delivery import events, providers
from outreach.delivery.models import DeliveryState, ProviderEvent, Suppression, SuppressionReason
from outreach.foundation import clock, embedded, redis, streams
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.tracking import reports
from outreach.tracking.receiving import Receiving
from tests import mailings
from tests.mailings import Sent
from tests.web.conftest import serving
from tests.web.test_hooks import KEY, signed, work

POSTMARK = "/hooks/postmark"
PASSWORD = ("postmark", "a long password for the tests")
MAILGUN = "/hooks/mailgun"
SIGNING_KEY = "a signing key for the tests"


@pytest.fixture(autouse=True)
def _keys(servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OUTREACH_POSTMARK_WEBHOOK_KEY", PASSWORD[1])
    monkeypatch.setenv("OUTREACH_MAILGUN_WEBHOOK_KEY", SIGNING_KEY)
    _read_again()
    yield
    monkeypatch.undo()
    _read_again()


@pytest.fixture
def sent(database: embedded.Addresses) -> Sent:
    with transaction() as session:
        readers = [mailings.reader(session, name, keys=("labour", "press")) for name in ("anna", "bo", "cy")]
        return mailings.send(session, *readers, state=DeliveryState.ACCEPTED)


def postmark(sent: Sent, name: str, **event: Any) -> dict[str, Any]:
    return {"Metadata": {"delivery": str(sent[name])}, "Recipient": f"{name}@firma.example", **event}


def mailgun(event: dict[str, Any], *, token: str = "t" * 50) -> bytes:
    at = str(int(clock.now().timestamp()))
    signature = hmac.new(SIGNING_KEY.encode(), f"{at}{token}".encode(), sha256).hexdigest()
    return json.dumps(
        {"signature": {"timestamp": at, "token": token, "signature": signature}, "event-data": event}
    ).encode()


def delivered(sent: Sent, name: str) -> dict[str, Any]:
    return {
        "event": "delivered",
        "id": f"event-{name}",
        "timestamp": 1.5e9,
        "recipient": f"{name}@firma.example",
        "user-variables": {"delivery": str(sent[name])},
    }


def state(sent: Sent, name: str) -> DeliveryState:
    with transaction() as session:
        return mailings.delivery(session, sent[name]).state


def suppressed() -> dict[str, SuppressionReason]:
    with transaction() as session:
        return {one.address: one.reason for one in session.exec(select(Suppression))}


def test_a_route_exists_only_for_a_provider_with_a_key(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post(POSTMARK, content=b"{}", auth=PASSWORD).status_code == 200
    assert client.post("/hooks/resend", content=b"{}").status_code == 404
    monkeypatch.delenv("OUTREACH_POSTMARK_WEBHOOK_KEY")
    _read_again()

    assert client.post(POSTMARK, content=b"{}", auth=PASSWORD).status_code == 404


def test_a_wrong_password_is_refused(client: TestClient) -> None:
    for auth in (None, ("postmark", ""), ("postmark", "another")):
        assert client.post(POSTMARK, content=b"{}", auth=auth).status_code == 403
    assert streams.length(reports.STREAM) == 0


def test_a_report_moves_its_delivery(client: TestClient, sent: Sent) -> None:
    client.post(POSTMARK, json=postmark(sent, "anna", RecordType="Delivery"), auth=PASSWORD)
    client.post(MAILGUN, content=mailgun(delivered(sent, "bo")))

    work()

    assert (state(sent, "anna"), state(sent, "bo")) == (DeliveryState.DELIVERED, DeliveryState.DELIVERED)


def test_only_what_is_about_the_address_suppresses_it(client: TestClient, sent: Sent) -> None:
    gone, blocked = {"RecordType": "Bounce", "Type": "HardBounce"}, {"RecordType": "Bounce", "Type": "Blocked"}
    client.post(POSTMARK, json=postmark(sent, "anna", **gone, Details="550 5.1.1 no such user"), auth=PASSWORD)
    client.post(POSTMARK, json=postmark(sent, "bo", **gone, Details="550 Domain frequency limited"), auth=PASSWORD)
    client.post(POSTMARK, json=postmark(sent, "cy", **blocked, Inactive=True), auth=PASSWORD)

    work()

    assert state(sent, "anna") is DeliveryState.BOUNCED_HARD
    assert state(sent, "bo") is state(sent, "cy") is DeliveryState.BOUNCED_SOFT
    assert suppressed() == {"anna@firma.example": SuppressionReason.HARD_BOUNCE}


def test_leaving_by_the_providers_way_ends_everything_and_coming_back_by_it_restores_nothing(
    client: TestClient, sent: Sent
) -> None:
    left = {"SuppressSending": True, "SuppressionReason": "ManualSuppression", "Origin": "Recipient"}
    for change in (left, {"SuppressSending": False}):
        event = postmark(sent, "anna", RecordType="SubscriptionChange", **change)
        client.post(POSTMARK, json=event, auth=PASSWORD)
        work()

    with transaction() as session:
        contact = sent.deliveries["anna"].contact_id
        states = session.exec(select(Subscription.state).where(Subscription.contact_id == contact)).all()
    assert set(states) == {SubscriptionState.UNSUBSCRIBED}
    assert suppressed() == {"anna@firma.example": SuppressionReason.UNSUBSCRIBED}
    assert state(sent, "anna") is DeliveryState.ACCEPTED


def test_a_complaint_without_our_mark_is_heard_by_its_address(client: TestClient, sent: Sent) -> None:
    event = {"event": "complained", "id": "c1", "recipient": "Anna@Firma.example"}
    client.post(MAILGUN, content=mailgun(event))

    work()

    with transaction() as session:
        contact = sent.deliveries["anna"].contact_id
        states = session.exec(select(Subscription.state).where(Subscription.contact_id == contact)).all()
    assert set(states) == {SubscriptionState.UNSUBSCRIBED}
    assert suppressed() == {"anna@firma.example": SuppressionReason.COMPLAINT}


def test_a_signature_that_does_not_cover_the_body_is_good_for_one_body(client: TestClient, sent: Sent) -> None:
    genuine = mailgun(delivered(sent, "anna"))
    forged = genuine.replace(b'"delivered"', b'"complained"')

    assert client.post(MAILGUN, content=genuine).status_code == 200
    assert client.post(MAILGUN, content=forged).status_code == 403
    assert client.post(MAILGUN, content=genuine).status_code == 200  # the provider missed our answer
    work()

    assert state(sent, "anna") is DeliveryState.DELIVERED
    with transaction() as session:
        assert len(session.exec(select(ProviderEvent)).all()) == 1


def test_more_than_a_thousand_events_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SANDBOX_WEBHOOK_KEY", KEY)
    _read_again()

    assert _sandbox_call(client, 1000) == 200
    assert _sandbox_call(client, 1001) == 422


def test_a_genuine_call_that_nobody_understands_is_kept_for_a_person(client: TestClient, sent: Sent) -> None:
    client.post(POSTMARK, content=b"not \x00 json \xff", auth=PASSWORD)

    work()

    with transaction() as session:
        (kept,) = session.exec(select(ProviderEvent)).all()
    assert kept.raw["body"].startswith("not ")


@pytest.mark.parametrize(
    "odd", ["1e400", "-1e400", "NaN", '"\\u0000"', '"\\ud800"', "9" * 4000, "[" * 900 + "]" * 900, '{"": {"": ""}}']
)
def test_odd_values_in_a_report_hold_up_nothing(client: TestClient, sent: Sent, odd: str) -> None:
    event = json.dumps(postmark(sent, "anna", RecordType="Delivery")).replace('"Delivery"', f'"Delivery", "Odd": {odd}')
    client.post(POSTMARK, content=event, auth=PASSWORD)
    client.post(POSTMARK, json=postmark(sent, "bo", RecordType="Delivery"), auth=PASSWORD)

    work()

    assert state(sent, "anna") is state(sent, "bo") is DeliveryState.DELIVERED


# --- Redis forgets ----------------------------------------------------------------------------------------------------


def test_an_emptied_redis_gets_the_calls_again_and_nothing_is_lost(sent: Sent) -> None:
    with serving(embedded.addresses(settings())) as served:
        for name in ("anna", "bo"):
            event = postmark(sent, name, RecordType="Delivery")
            assert served.visitor.post(POSTMARK, json=event, auth=PASSWORD).status_code == 200
        redis.client().flushdb()
        served.wait_until(lambda: streams.length(reports.STREAM) == 2)
        work()

    assert state(sent, "anna") is state(sent, "bo") is DeliveryState.DELIVERED


def test_what_is_stored_is_let_go_and_what_is_not_is_held(sent: Sent) -> None:
    body = json.dumps(postmark(sent, "anna", RecordType="Delivery")).encode()

    async def story(receiving: Receiving) -> list[int]:
        await receiving.look()
        await receiving.take("postmark", body)
        held = [await _held(receiving)]
        await asyncio.to_thread(work)
        return [*held, await _held(receiving)]

    assert _with_receiving(story) == [1, 0]


def test_no_more_is_held_than_there_is_room_for(database: embedded.Addresses) -> None:
    async def story(receiving: Receiving) -> list[int]:
        await receiving.look()
        for _call in range(10):
            await receiving.take("postmark", b"x" * 300)
        return [await _held(receiving)]

    assert _with_receiving(story, room=1000) == [3]
    assert streams.length(reports.STREAM) == 10


def test_that_redis_was_emptied_is_noted_once_and_shown(client: TestClient, sent: Sent) -> None:
    client.post(POSTMARK, json=postmark(sent, "anna", RecordType="Delivery"), auth=PASSWORD)
    work()
    with transaction() as session:
        assert events.gaps(session) == []
    redis.client().flushdb()

    work()
    work()

    with transaction() as session:
        assert len(events.gaps(session)) == 1


async def _held(receiving: Receiving) -> int:
    await receiving.look()
    return len(receiving)


def _with_receiving(story: Callable[[Receiving], Any], **limits: int) -> Any:
    async def run() -> Any:
        own = redis.async_client()
        try:
            return await story(Receiving(own, **limits))
        finally:
            await own.aclose()

    return asyncio.run(run())


def _sandbox_call(client: TestClient, count: int) -> int:
    body = json.dumps({"events": [{"event_id": str(number)} for number in range(count)]}).encode()
    return client.post("/hooks/sandbox", content=body, headers=signed(body)).status_code


def _read_again() -> None:
    settings.cache_clear()
    providers.load.cache_clear()
