"""Taking a batch: merging, refusals per recipient, faults of the body, idempotency."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.sandbox.peer import Peer, letter, reader


def test_a_batch_is_accepted_in_order_and_merged_per_recipient(peer: Peer) -> None:
    answer = peer.send(reader(1), reader(2))

    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [(result["id"], result["status"]) for result in results] == [
        ("delivery-1", "accepted"),
        ("delivery-2", "accepted"),
    ]
    first, second = peer.messages()
    assert first["message_id"] == results[0]["message_id"] != second["message_id"]
    assert second["subject"] == "Hello Reader2"
    assert "<p>Hello Reader2</p>" in second["html"]
    assert second["text"] == "Hello Reader2\n"
    assert second["headers"] == {"List-Unsubscribe": "<https://centre.example/u/Reader2>"}
    assert (second["from"]["email"], second["language"], second["stream"]) == (
        "letters@centre.example",
        "en",
        "newsletter",
    )


def test_values_are_escaped_in_html_and_cleaned_of_control_characters_elsewhere(peer: Peer) -> None:
    peer.send(reader(values={"first_name": '<b>&"\r\nBcc: all@company.example\x00'}))

    (message,) = peer.messages()
    assert "&lt;b&gt;&amp;&quot;" in message["html"]
    assert "<b>" not in message["html"]
    assert message["subject"] == 'Hello <b>&"Bcc: all@company.example'
    assert message["headers"]["List-Unsubscribe"] == '<https://centre.example/u/<b>&"Bcc: all@company.example>'


def test_a_value_that_looks_like_a_token_stays_text(peer: Peer) -> None:
    peer.send(reader(values={"first_name": "\ue000secret\ue001", "secret": "1234"}))

    assert peer.messages()[0]["text"] == "Hello \ue000secret\ue001\n"


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@b", "two words@company.example", "a@@company.example", "a@company..example", "å" * 300 + "@x.se"],
)
def test_an_invalid_address_is_refused_and_the_rest_of_the_batch_taken(peer: Peer, address: str) -> None:
    first, second = peer.send(reader(1, email=address), reader(2)).json()["results"]

    assert (first["status"], first["code"]) == ("rejected", "invalid_address")
    assert second["status"] == "accepted"
    assert peer.count()["accepted"] == 1


@pytest.mark.parametrize("address", ["åsa@företag.example", "王芳@company.example", "o'brien+news@sub.company.example"])
def test_an_international_address_is_taken(peer: Peer, address: str) -> None:
    assert peer.send(reader(email=address)).json()["results"][0]["status"] == "accepted"


def test_a_recipient_without_a_value_that_the_letter_asks_for_is_refused_by_name(peer: Peer) -> None:
    (result,) = peer.send(reader(values={})).json()["results"]

    assert (result["status"], result["code"]) == ("rejected", "missing_value")
    assert "first_name" in result["reason"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"html": None}, "/html"),
        ({"colour": "red"}, "/colour"),
        ({"from": {"email": "nobody"}}, "/from/email"),
        ({"from": {"email": "a@b.example", "name": "A\r\nBcc: b@b.example"}}, "/from/name"),
        ({"subject": "one\ntwo"}, "/subject"),
        ({"stream": "gossip"}, "/stream"),
        ({"text": "half \ue000first_name"}, "/text"),
        ({"headers": {"List-Id": 4}}, "/headers/List-Id"),
        ({"headers": {"Subject": "twice"}}, "/headers/Subject"),
        ({"headers": {"X-A/B": "line\nbreak"}}, "/headers/X-A~1B"),
        ({"recipients": []}, "/recipients"),
        ({"recipients": [reader(1), {"email": "a@b.example"}]}, "/recipients/1/id"),
        ({"recipients": [reader(values={"first_name": 7})]}, "/recipients/0/values/first_name"),
    ],
)
def test_a_malformed_body_is_refused_whole_with_a_pointer_to_the_fault(
    peer: Peer, changes: dict[str, Any], pointer: str
) -> None:
    answer = peer.http.post("/v1/batches", json=letter(reader()) | changes)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert peer.count()["accepted"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"subject": "\xff"}'])
def test_a_body_that_is_no_batch_is_refused(peer: Peer, body: bytes) -> None:
    assert peer.http.post("/v1/batches", content=body).status_code == 422


def test_more_recipients_or_bytes_than_allowed_are_refused_with_413(peer: Peer) -> None:
    crowd = peer.send(*map(reader, range(1001)))
    heavy = peer.send(reader(), html="x" * (25 * 1024 * 1024))

    assert (crowd.status_code, heavy.status_code) == (413, 413)
    assert heavy.headers["content-type"] == "application/problem+json"
    assert peer.count()["accepted"] == 0


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "Basic a2V5", "Bearer"])
def test_a_wrong_key_opens_nothing(peer: Peer, shown: str | None) -> None:
    with httpx.Client(
        base_url=peer.url, headers={"authorization": shown} if shown else {}, trust_env=False
    ) as stranger:
        answers = [
            stranger.post("/v1/batches", json=letter(reader())),
            stranger.get("/v1/messages"),
            stranger.delete("/v1/messages"),
            stranger.get("/v1/count"),
            stranger.put("/v1/faults", json=[]),
            stranger.put("/v1/behaviour", json={}),
        ]

    assert {answer.status_code for answer in answers} == {401}


def test_the_same_key_takes_nobody_twice_and_answers_as_before(peer: Peer) -> None:
    first = peer.send(reader(1), reader(2), key="batch-1").json()

    again = peer.send(reader(1), reader(2), reader(3), key="batch-1").json()

    assert again["results"][:2] == first["results"]
    assert peer.count()["accepted"] == 3
    assert peer.send(reader(3), key="batch-1").json()["results"] == again["results"][2:]


def test_two_calls_at_once_under_one_key_take_everybody_once(peer: Peer) -> None:
    crowd = [reader(number) for number in range(500)]

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: peer.send(*crowd, key="same").json(), range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert peer.count()["accepted"] == 500


def test_without_a_key_or_with_another_the_same_recipient_is_taken_again_and_counted(peer: Peer) -> None:
    for key in (None, "a", "b"):
        peer.send(reader(), key=key)

    count = peer.count()
    assert (count["accepted"], count["recipients"], count["duplicates"]) == (3, 1, 1)
    assert count["duplicate_ids"] == ["delivery-1"]


def test_a_provider_can_be_told_to_ignore_keys(peer: Peer) -> None:
    peer.http.put("/v1/behaviour", json={"idempotency": False})

    for _ in range(2):
        peer.send(reader(), key="same")

    assert peer.count()["accepted"] == 2
