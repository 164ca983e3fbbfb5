"""Resend: what is said in a call, what an answer means, and that a key is worth what it promises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach.delivery.interface import OutcomeKind
from outreach.delivery.providers.resend import QUOTA, Resend
from outreach.foundation import http
from tests.delivery.contracts import cases
from tests.delivery.contracts.cases import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TRANSIENT, kinds, readers, send
from tests.delivery.contracts.counter import Call, Counter, Reply, by_contract, opened
from tests.delivery.contracts.prism import Prism


def provider(counter: Counter) -> Resend:
    return Resend({**cases.SETTINGS, "BASE_URL": counter.url}, again=(0, 0.1))


@pytest.fixture
def contract(prism: Callable[[str], Prism]) -> Iterator[Counter]:
    with opened(by_contract(prism("resend.json"))) as counter:
        yield counter


def test_a_batch_keeps_the_contract_and_each_reader_has_an_id(contract: Counter) -> None:
    found = send(provider(contract), readers(2))

    assert kinds(found) == [ACCEPTED, ACCEPTED]
    assert len({one.message_id for one in found}) == 2


def test_each_letter_is_whole_and_its_own(contract: Counter) -> None:
    recipients = readers(2)

    send(provider(contract), recipients)

    (call,) = contract.calls
    assert call.headers["idempotency-key"] == cases.KEY
    assert call.headers["authorization"] == "Bearer a key"
    for written, recipient in zip(call.json, recipients, strict=True):
        assert written["to"][0].endswith(f"<{recipient.address}>")
        assert written["tags"] == [{"name": "delivery", "value": str(recipient.delivery_id)}]
        assert recipient.values["unsubscribe"] in written["headers"]["List-Unsubscribe"]
        assert written["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "Message-ID" not in written["headers"]
        assert all(value.isascii() for value in written["headers"].values())
        assert "&lt;Åsa" in written["html"]
        assert written["text"] == f"{recipient.values['first_name']}: {cases.LITERAL}\n"
        assert "attachments" not in written


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ("code=400, example=invalid_idempotency_key", CONFIG),
        ("code=400, example=validation_error", CONFIG),
        ("code=401, example=missing_api_key", CONFIG),
        ("code=401, example=restricted_api_key", CONFIG),
        ("code=403, example=validation_error", CONFIG),
        ("code=403, example=invalid_api_key", CONFIG),
        ("code=422, example=missing_required_field", CONFIG),
        ("code=422, example=invalid_from_address", CONFIG),
        ("code=422, example=invalid_attachment", CONFIG),
        ("code=429, example=rate_limit_exceeded", TRANSIENT),
        ("code=429, example=daily_quota_exceeded", TRANSIENT),
        ("code=429, example=monthly_quota_exceeded", CONFIG),
    ],
)
def test_a_documented_refusal_has_its_class(prism: Callable[[str], Prism], prefer: str, expected: OutcomeKind) -> None:
    with opened(by_contract(prism("resend.json"), prefer)) as counter:
        found = send(provider(counter), readers(2))

    assert kinds(found) == [expected] * 2
    assert len(counter.calls) == 1


@pytest.mark.parametrize(
    "prefer",
    [
        "code=500",
        "code=409, example=concurrent_idempotent_requests",
        "code=409, example=invalid_idempotent_request",
    ],
)
def test_what_may_have_been_taken_is_asked_again_with_the_same_key_and_then_left_open(
    prism: Callable[[str], Prism], prefer: str
) -> None:
    with opened(by_contract(prism("resend.json"), prefer)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2

    assert len(counter.calls) == 3
    assert len({(call.headers["idempotency-key"], call.body) for call in counter.calls}) == 1


def test_a_quota_of_the_day_waits_long(prism: Callable[[str], Prism]) -> None:
    with opened(by_contract(prism("resend.json"), "code=429, example=daily_quota_exceeded")) as counter:
        assert send(provider(counter), readers(1))[0].retry_after == QUOTA


class Account:
    """Takes a key once: the same call gets the first answer, another one with that key is refused."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[bytes, Reply]] = {}
        self.letters: list[str] = []
        self.hang_ups = 0

    def __call__(self, call: Call) -> Reply:
        key = call.headers["idempotency-key"]
        if key not in self.seen:
            self.seen[key] = (call.body, self._take(call))
        body, reply = self.seen[key]
        if body != call.body:
            return Reply(409, {"statusCode": 409, "name": "invalid_idempotent_request", "message": "differs"})
        if self.hang_ups:
            self.hang_ups -= 1
            return Reply(200, None)
        return reply

    def _take(self, call: Call) -> Reply:
        bad = [position for position, one in enumerate(call.json) if "reader2@" in one["to"][0]]
        good = [one["to"][0] for position, one in enumerate(call.json) if position not in bad]
        self.letters += good
        errors = [{"index": position, "message": "Invalid `to` field"} for position in bad]
        return Reply(200, {"data": [{"id": f"id-{one}"} for one in good], "errors": errors})


def test_an_answer_that_got_lost_is_asked_for_again_and_nobody_gets_two_letters() -> None:
    account = Account()
    account.hang_ups = 2
    with opened(account) as counter:
        found = send(provider(counter), readers(3))

    assert kinds(found) == [ACCEPTED, REJECTED, ACCEPTED]
    assert len(account.letters) == 2


def test_the_same_batch_again_is_answered_as_the_first_time() -> None:
    account, recipients = Account(), readers(3)
    with opened(account) as counter:
        first = send(provider(counter), recipients)

        assert send(provider(counter), recipients) == first

    assert len(account.letters) == 2


def test_the_key_of_other_people_leaves_it_open_for_their_letters_may_have_gone() -> None:
    account, recipients = Account(), readers(3)
    with opened(account) as counter:
        send(provider(counter), recipients)

        assert kinds(send(provider(counter), recipients[:1])) == [AMBIGUOUS]

    assert len(account.letters) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "a"}]},
        {"data": [{"id": "a"}, {}]},
        {"data": []},
        {"data": [{"id": "a"}, {"id": "b"}, {"id": "c"}]},
        {},
        [],
        b"<html>",
        b"",
    ],
)
def test_an_answer_that_makes_no_sense_leaves_it_open(body: Any) -> None:
    with opened(lambda _call: Reply(200, body)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2


@pytest.mark.parametrize("errors", [5, [5], [{"index": [1]}], [{"index": "0"}], {"index": 0}])
def test_errors_that_make_no_sense_are_not_about_anybody(errors: Any) -> None:
    with opened(lambda _call: Reply(200, {"data": [{"id": "a"}, {"id": "b"}], "errors": errors})) as counter:
        assert kinds(send(provider(counter), readers(2))) == [ACCEPTED] * 2


def test_a_call_refused_for_one_address_is_halved_each_half_with_its_own_key() -> None:
    def rule(call: Call) -> Reply:
        if any("reader2@" in one["to"][0] for one in call.json):
            return Reply(422, {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."})
        return Reply(200, {"data": [{"id": one["to"][0]} for one in call.json]})

    with opened(rule) as counter:
        found = send(provider(counter), readers(4))

    assert kinds(found) == [ACCEPTED, REJECTED, ACCEPTED, ACCEPTED]
    keys = [call.headers["idempotency-key"] for call in counter.calls]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 256 for key in keys)


@pytest.mark.parametrize(
    ("answer", "is_well", "said"),
    [
        (Reply(200, {"data": []}), True, "takes our key"),
        (Reply(401, {"name": "restricted_api_key", "message": "only send"}), True, "may only send"),
        (Reply(401, {"name": "missing_api_key"}), False, "refuses our key"),
        (Reply(200, {"data": [{"name": "csr.example", "click_tracking": True}]}), False, "csr.example"),
        (Reply(200, None), False, "did not answer"),
    ],
)
def test_its_health_is_the_key_and_the_tracking_of_its_domains(answer: Reply, is_well: bool, said: str) -> None:
    with opened(lambda _call: answer) as counter:
        health = http.run(provider(counter).health())

    assert health.is_well is is_well
    assert said in health.said
