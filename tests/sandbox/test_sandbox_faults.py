"""Each fault: what the caller sees, and whether the letters were taken."""

import time

import httpx
import pytest

from tests.sandbox.peer import Peer, letter, reader


@pytest.mark.parametrize(
    ("kind", "status", "taken"),
    [("429", 429, 0), ("401", 401, 0), ("500_before", 500, 0), ("500_after", 500, 1), ("timeout_after", 504, 1)],
)
def test_a_fault_answers_badly_before_or_after_taking_the_letters(
    peer: Peer, kind: str, status: int, taken: int
) -> None:
    peer.http.put("/v1/faults", json=[{"kind": kind, "count": 1, "retry_after": 7, "seconds": 0.2}])

    spoilt = peer.send(reader(), key="k")

    assert spoilt.status_code == status
    assert spoilt.headers["content-type"] == "application/problem+json"
    assert peer.count()["accepted"] == taken
    assert spoilt.headers.get("retry-after") == ("7" if kind == "429" else None)
    assert peer.send(reader(), key="k").status_code == 200
    assert peer.count()["accepted"] == 1
    assert peer.http.get("/v1/faults").json() == []


def test_a_malformed_answer_comes_after_taking_the_letters(peer: Peer) -> None:
    peer.http.put("/v1/faults", json=[{"kind": "malformed", "count": 1}])

    answer = peer.send(reader())

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert peer.count()["accepted"] == 1


def test_a_caller_that_loses_patience_finds_its_letters_by_their_ids(peer: Peer) -> None:
    peer.http.put("/v1/faults", json=[{"kind": "timeout_after", "count": 1, "seconds": 60}])

    with pytest.raises(httpx.ReadTimeout):
        peer.http.post("/v1/batches", timeout=0.5, json=letter(reader()))

    found = peer.http.get("/v1/messages", params={"id": "delivery-1"}).json()
    assert [message["email"] for message in found] == ["reader1@company.example"]


def test_a_fault_without_a_count_strikes_until_it_is_cleared(peer: Peer) -> None:
    peer.http.put("/v1/faults", json=[{"kind": "500_before"}])
    assert {peer.send(reader()).status_code for _ in range(3)} == {500}

    peer.http.put("/v1/faults", json=[])

    assert peer.send(reader()).status_code == 200


def test_a_share_strikes_some_calls_and_spares_others(peer: Peer) -> None:
    peer.http.put("/v1/faults", json=[{"kind": "429", "share": 0.5, "retry_after": 0}])

    statuses = [peer.send(reader(number)).status_code for number in range(60)]

    assert set(statuses) == {200, 429}
    assert peer.count()["accepted"] == statuses.count(200)
    assert peer.count()["requests"] == 60


def test_several_faults_strike_one_after_the_other(peer: Peer) -> None:
    peer.http.put("/v1/faults", json=[{"kind": "429", "count": 1}, {"kind": "500_before", "count": 1}])

    assert [peer.send(reader()).status_code for _ in range(3)] == [429, 500, 200]


def test_an_unknown_fault_is_refused_and_changes_nothing(peer: Peer) -> None:
    answer = peer.http.put("/v1/faults", json=[{"kind": "earthquake"}])

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/0/kind"
    assert peer.http.get("/v1/faults").json() == []


def test_latency_makes_every_call_wait(peer: Peer) -> None:
    peer.http.put("/v1/behaviour", json={"latency": 0.3})

    begun = time.monotonic()
    peer.send(reader())

    assert time.monotonic() - begun >= 0.3
