"""Postmark: what is said in a call, what an answer means, and that one bad letter harms no other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach.delivery.interface import OutcomeKind
from outreach.delivery.providers.postmark import Postmark
from outreach.foundation import http
from tests.delivery.contracts import cases
from tests.delivery.contracts.cases import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TRANSIENT, kinds, readers, send
from tests.delivery.contracts.counter import Call, Counter, Reply, Rule, by_contract, opened
from tests.delivery.contracts.prism import Prism


def provider(counter: Counter, **own: str) -> Postmark:
    return Postmark({**cases.SETTINGS, "BASE_URL": counter.url, **own})


@pytest.fixture
def contract(prism: Callable[[str], Prism]) -> Iterator[Counter]:
    with opened(by_contract(prism("postmark.json"))) as counter:
        yield counter


def items(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    taken = {"ErrorCode": 0, "Message": "OK", "SubmittedAt": "2026-09-01T12:00:00Z"}
    return [taken | {"MessageID": f"m{number}"} | change for number, change in enumerate(changes, 1)]


def test_a_batch_keeps_the_contract_and_each_reader_has_an_id(contract: Counter) -> None:
    found = send(provider(contract), readers(2))

    assert kinds(found) == [ACCEPTED, ACCEPTED]
    assert len({one.message_id for one in found}) == 2


def test_each_letter_is_whole_and_its_own(contract: Counter) -> None:
    recipients = readers(2)

    send(provider(contract), recipients)

    (call,) = contract.calls
    for written, recipient in zip(call.json, recipients, strict=True):
        headers = {one["Name"]: one["Value"] for one in written["Headers"]}
        assert written["To"].endswith(f"<{recipient.address}>")
        assert written["Metadata"] == {"delivery": str(recipient.delivery_id)}
        assert recipient.values["unsubscribe"] in headers["List-Unsubscribe"]
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["Message-ID"] == f"<{recipient.delivery_id}@csr-centre.example>"
        assert headers["X-PM-KeepID"] == "true"
        assert all(value.isascii() for value in headers.values())
        assert headers["List-Id"].endswith(" <letter.csr.example>")
        assert "&lt;Åsa" in written["HtmlBody"]
        assert written["TextBody"] == f"{recipient.values['first_name']}: {cases.LITERAL}\n"
        assert written["Subject"].endswith(cases.LITERAL)
        assert (written["TrackOpens"], written["TrackLinks"]) == (False, "None")
        assert written["MessageStream"] == "broadcast"
        assert "Attachments" not in written


def test_what_people_ask_for_goes_by_the_transactional_stream(contract: Counter) -> None:
    send(provider(contract, STREAM="letters"), readers(2), stream="system")
    send(provider(contract, STREAM="letters"), readers(2), stream="press")

    assert [call.json[0]["MessageStream"] for call in contract.calls] == ["outbound", "letters"]


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ("code=401", CONFIG),
        ("code=413", CONFIG),
        ("code=422, example=invalidEmail", REJECTED),
        ("code=422, example=inactive", REJECTED),
        ("code=422, example=senderNotFound", CONFIG),
        ("code=422, example=tooManyBatch", CONFIG),
        ("code=429", TRANSIENT),
        ("code=500", AMBIGUOUS),
        ("code=503", TRANSIENT),
    ],
)
def test_a_documented_refusal_has_its_class(prism: Callable[[str], Prism], prefer: str, expected: OutcomeKind) -> None:
    with opened(by_contract(prism("postmark.json"), prefer)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [expected] * 2


def test_a_success_may_hide_a_refusal(prism: Callable[[str], Prism]) -> None:
    with opened(by_contract(prism("postmark.json"), "code=200, example=mixed")) as counter:
        found = send(provider(counter), readers(2))

    assert kinds(found) == [ACCEPTED, REJECTED]
    assert "inactive" in (found[1].reason or "")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"ErrorCode": 300, "Message": "Invalid email request: error parsing 'To'"}, REJECTED),
        ({"ErrorCode": 300, "Message": "Invalid 'From' address"}, CONFIG),
        ({"ErrorCode": 400, "Message": "Sender signature not found"}, CONFIG),
        ({"ErrorCode": 405, "Message": "Not allowed to send: no credits"}, CONFIG),
        ({"ErrorCode": 406, "Message": "Inactive recipient"}, REJECTED),
        ({"ErrorCode": 412, "Message": "Account pending approval"}, CONFIG),
        ({"ErrorCode": 100, "Message": "Maintenance"}, TRANSIENT),
        ({"ErrorCode": 9999, "Message": "Something new"}, REJECTED),
        ({"MessageID": None}, AMBIGUOUS),
        ({"ErrorCode": "odd"}, AMBIGUOUS),
    ],
)
def test_what_is_said_of_one_letter_is_about_that_one(item: dict[str, Any], expected: OutcomeKind) -> None:
    with opened(lambda _call: Reply(200, items({}, item, {}))) as counter:
        assert kinds(send(provider(counter), readers(3))) == [ACCEPTED, expected, ACCEPTED]


@pytest.mark.parametrize("body", [items({}), [], {}, b"<html>", b"", [1, 2], b"[" * 10_000])
def test_an_answer_that_makes_no_sense_leaves_it_open(body: Any) -> None:
    with opened(lambda _call: Reply(200, body)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2


def test_a_call_that_is_refused_whole_is_halved_until_the_bad_letter_is_alone() -> None:
    def rule(call: Call) -> Reply:
        if any("reader3@" in one["To"] for one in call.json):
            return Reply(422, {"ErrorCode": 300, "Message": "Invalid email request: error parsing 'To'"})
        return Reply(200, items(*[{}] * len(call.json)))

    with opened(rule) as counter:
        found = send(provider(counter), readers(5))

    assert kinds(found) == [ACCEPTED, ACCEPTED, REJECTED, ACCEPTED, ACCEPTED]


def test_a_whole_call_refused_for_what_we_do_not_know_stops_the_mailing() -> None:
    with opened(lambda _call: Reply(422, {"ErrorCode": 9999, "Message": "Something new"})) as counter:
        assert kinds(send(provider(counter), readers(4))) == [CONFIG] * 4

    assert len(counter.calls) == 1


def test_a_batch_that_is_too_large_goes_in_smaller_calls() -> None:
    def rule(call: Call) -> Reply:
        return Reply(200, items(*[{}] * len(call.json))) if len(call.json) < 3 else Reply(413, {"ErrorCode": 0})

    with opened(rule) as counter:
        assert kinds(send(provider(counter), readers(5))) == [ACCEPTED] * 5


def test_more_bytes_than_a_call_may_have_are_cut_beforehand(contract: Counter) -> None:
    found = send(provider(contract), readers(4), text="x" * 4_000_000)

    assert [len(call.json) for call in contract.calls] == [2, 2]
    assert kinds(found) == [ACCEPTED] * 4


def test_a_connection_that_is_lost_after_the_body_leaves_it_open_and_nothing_more_is_sent() -> None:
    with opened(lambda _call: Reply(200, None)) as counter:
        found = send(provider(counter), readers(4), text="x" * 4_000_000)

    assert kinds(found) == [AMBIGUOUS, AMBIGUOUS, TRANSIENT, TRANSIENT]
    assert len(counter.calls) == 1


def test_a_provider_that_is_not_there_has_taken_nothing() -> None:
    with opened(lambda _call: Reply()) as counter:
        gone = provider(counter)

    assert kinds(send(gone, readers(2))) == [TRANSIENT] * 2


def test_an_address_that_cannot_be_written_is_refused_alone(contract: Counter) -> None:
    recipients = readers(3)
    broken = [recipients[0], cases.world.recipient("no address"), recipients[2]]

    assert kinds(send(provider(contract), broken)) == [ACCEPTED, REJECTED, ACCEPTED]


def test_a_letter_that_nobody_could_get_stops_the_mailing(contract: Counter) -> None:
    assert kinds(send(provider(contract), readers(2), from_address="nobody")) == [CONFIG] * 2
    assert contract.calls == []


@pytest.mark.parametrize(
    ("answers", "is_well", "said"),
    [
        ({}, True, "takes our key"),
        ({"/server": Reply(401, {"ErrorCode": 10})}, False, "refuses our key"),
        ({"/server": Reply(200, {"TrackOpens": True, "TrackLinks": "None"})}, False, "open and link tracking"),
        ({"/server": Reply(200, {"TrackLinks": "HtmlOnly"})}, False, "open and link tracking"),
        ({"/message-streams/broadcast": Reply(404)}, False, "no message stream"),
        (
            {
                "/message-streams/broadcast": Reply(
                    200, {"SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": "Postmark"}}
                )
            },
            False,
            "manage unsubscribes",
        ),
    ],
)
def test_its_health_is_the_key_and_the_settings_that_would_spoil_letters(
    answers: dict[str, Reply], is_well: bool, said: str
) -> None:
    fine: Rule = lambda call: answers.get(call.path, Reply(200, {"TrackOpens": False, "TrackLinks": "None"}))  # noqa: E731 - a table

    with opened(fine) as counter:
        health = http.run(provider(counter).health())

    assert health.is_well is is_well
    assert said in health.said
