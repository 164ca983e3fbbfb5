"""Finding and counting what was accepted."""

import signal
from collections.abc import Callable

from tests.sandbox.peer import Peer, reader


def test_messages_are_found_by_delivery_id_either_way(peer: Peer) -> None:
    results = peer.send(*map(reader, range(5))).json()["results"]

    by_query = peer.http.get("/v1/messages", params={"id": ["delivery-3", "delivery-1", "nobody"]}).json()
    by_body = peer.http.post("/v1/messages/search", json={"ids": ["delivery-1", "delivery-3"]}).json()

    assert by_query == by_body
    assert [(one["id"], one["message_id"], one["email"]) for one in by_query] == [
        ("delivery-1", results[1]["message_id"], "reader1@company.example"),
        ("delivery-3", results[3]["message_id"], "reader3@company.example"),
    ]
    assert by_query[0]["accepted_at"].endswith("Z")


def test_a_search_takes_a_thousand_ids_and_no_more(peer: Peer) -> None:
    peer.send(reader())
    ids = [f"delivery-{number}" for number in range(1001)]

    assert len(peer.http.post("/v1/messages/search", json={"ids": ids[:1000]}).json()) == 1
    assert peer.http.post("/v1/messages/search", json={"ids": ids}).status_code == 422


def test_pages_follow_each_other_without_a_gap(peer: Peer) -> None:
    peer.send(*map(reader, range(7)))

    seen: list[str] = []
    after = 0
    while page := peer.http.get("/v1/messages", params={"after": after, "limit": 3}).json():
        seen += [message["id"] for message in page]
        after = page[-1]["n"]

    assert seen == [f"delivery-{number}" for number in range(7)]


def test_a_page_that_makes_no_sense_is_refused(peer: Peer) -> None:
    for parameters in ({"limit": "0"}, {"limit": "1001"}, {"after": "x"}, {"colour": "red"}):
        assert peer.http.get("/v1/messages", params=parameters).status_code == 422


def test_emptying_forgets_everything_but_goes_on_numbering(peer: Peer) -> None:
    peer.send(reader(), key="k")
    before = peer.messages()[0]["n"]

    assert peer.http.delete("/v1/messages").status_code == 204

    count = peer.count()
    assert (count["accepted"], count["recipients"], count["requests"]) == (0, 0, 0)
    assert sum(count["states"].values()) == 0
    peer.send(reader(), key="k")
    assert peer.messages()[0]["n"] > before


def test_letters_counts_keys_and_switches_survive_a_violent_end(start: Callable[..., Peer]) -> None:
    peer = start()
    first = peer.send(*map(reader, range(3)), key="k").json()
    peer.http.put("/v1/behaviour", json={"bounce_soft": 0.25, "delivered_after": 0})
    peer.http.put("/v1/faults", json=[{"kind": "429", "count": 5}])
    peer.process.send_signal(signal.SIGKILL)
    peer.process.communicate()
    peer.http.close()

    peer.start()

    assert (peer.count()["accepted"], peer.count()["requests"]) == (3, 1)
    assert peer.http.get("/v1/behaviour").json()["bounce_soft"] == 0.25
    assert peer.http.get("/v1/faults").json()[0]["count"] == 5
    peer.http.put("/v1/faults", json=[])
    assert peer.send(*map(reader, range(3)), key="k").json() == first
    assert peer.count()["accepted"] == 3
