"""Reports to the webhook: signed, complete, retried, in disorder, and kept across a restart."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

from tests.sandbox.peer import WEBHOOK_KEY, Peer, Receiver, reader, until


def test_reports_are_signed_as_standard_webhooks_asks(start: Callable[..., Peer], receiver: Receiver) -> None:
    peer = start("--webhook-url", receiver.url)
    peer.reset()

    result = peer.send(reader()).json()["results"][0]
    receiver.wait(1)

    headers, body = receiver.calls[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(WEBHOOK_KEY.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 10
    (event,) = receiver.events()
    assert event.pop("event_id")
    assert event.pop("occurred_at").endswith("Z")
    assert event == {
        "type": "delivered",
        "delivery_id": "delivery-1",
        "message_id": result["message_id"],
        "email": "reader1@company.example",
        "bounce_class": None,
        "diagnostic": None,
    }


def test_addresses_that_say_so_bounce_and_complain(start: Callable[..., Peer], receiver: Receiver) -> None:
    peer = start("--webhook-url", receiver.url)
    peer.reset()

    marks = ["hard-bounce", "soft-bounce", "complaint"]
    peer.send(*(reader(number, email=f"a+{mark}@company.example") for number, mark in enumerate(marks)))
    until(lambda: len(receiver.events()) == 5)

    assert {(event["delivery_id"], event["type"], event["bounce_class"]) for event in receiver.events()} == {
        ("delivery-0", "bounced", "hard"),
        ("delivery-1", "deferred", None),
        ("delivery-1", "bounced", "soft"),
        ("delivery-2", "delivered", None),
        ("delivery-2", "complained", None),
    }
    assert peer.count()["states"] == {
        "accepted": 0,
        "delivered": 0,
        "bounced_hard": 1,
        "bounced_soft": 1,
        "complained": 1,
    }


def test_shares_are_met_and_the_same_address_always_fares_the_same(peer: Peer) -> None:
    peer.http.put("/v1/behaviour", json={"delivered_after": 0, "bounce_hard": 0.1, "bounce_soft": 0.2})
    crowd = [reader(number) for number in range(1000)]

    peer.send(*crowd)
    until(lambda: peer.count()["states"]["accepted"] == 0)
    once = peer.count()["states"]
    peer.send(*crowd)
    until(lambda: peer.count()["states"]["accepted"] == 0)
    twice = peer.count()["states"]

    assert 60 < once["bounced_hard"] < 140
    assert 150 < once["bounced_soft"] < 250
    assert twice == {state: 2 * count for state, count in once.items()}


def test_shares_above_one_together_are_refused(peer: Peer) -> None:
    assert peer.http.put("/v1/behaviour", json={"bounce_hard": 0.7, "complaint": 0.7}).status_code == 422


def test_a_report_is_sent_again_under_its_id_until_it_is_taken(start: Callable[..., Peer], receiver: Receiver) -> None:
    receiver.statuses = [500, 302, 429]
    peer = start("--webhook-url", receiver.url)
    peer.reset()

    peer.send(reader())
    receiver.wait(4)
    until(lambda: peer.count()["webhooks"]["sent"] == 1)

    assert len({headers["webhook-id"] for headers, _body in receiver.calls}) == 1
    assert len({body for _headers, body in receiver.calls}) == 1
    assert peer.count()["webhooks"] == {"waiting": 0, "sent": 1, "given_up": 0}


def test_a_thousand_fates_come_in_two_calls_each_sent_as_often_as_wanted(
    start: Callable[..., Peer], receiver: Receiver
) -> None:
    peer = start("--webhook-url", receiver.url)
    peer.http.put("/v1/behaviour", json={"delivered_after": 0, "repeat": 2, "shuffle": True})

    peer.send(*map(reader, range(1000)))
    receiver.wait(4)

    events = receiver.events()
    assert [len(json.loads(body)["events"]) for _headers, body in receiver.calls] == [500] * 4
    assert len(events) == 2000
    assert len({event["event_id"] for event in events}) == 1000
    assert [event["delivery_id"] for event in events[:500]] != sorted(event["delivery_id"] for event in events[:500])


def test_a_restart_loses_no_report(start: Callable[..., Peer], receiver: Receiver) -> None:
    peer = start("--webhook-url", receiver.url)
    peer.http.put("/v1/behaviour", json={"delivered_after": 1})
    receiver.statuses = [503] * 2
    peer.send(reader(1))
    receiver.wait(1)
    peer.send(reader(2))

    assert peer.stop() == 0
    peer.start()

    until(lambda: {event["delivery_id"] for event in receiver.events()} == {"delivery-1", "delivery-2"})
    until(lambda: peer.count()["webhooks"]["waiting"] == 0)


def test_nothing_is_reported_when_reports_are_off(start: Callable[..., Peer], receiver: Receiver) -> None:
    peer = start("--webhook-url", receiver.url)
    peer.http.put("/v1/behaviour", json={"delivered_after": 0, "events": False})

    peer.send(reader())
    until(lambda: peer.count()["states"]["delivered"] == 1)

    assert receiver.calls == []
    assert peer.count()["webhooks"]["waiting"] == 0
