"""Mailgun: what is said in a call, what it makes of it, and that one bad address harms nobody else."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach.delivery.interface import OutcomeKind
from outreach.delivery.providers.mailgun import Mailgun
from outreach.foundation import http
from tests.delivery.contracts import cases
from tests.delivery.contracts.cases import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TRANSIENT, kinds, readers, send
from tests.delivery.contracts.counter import Call, Counter, Reply, by_contract, opened
from tests.delivery.contracts.prism import Prism

QUEUED = Reply(200, {"id": "<20260901.1@mail.csr-centre.example>", "message": "Queued. Thank you."})


def provider(counter: Counter, **own: str) -> Mailgun:
    return Mailgun({**cases.SETTINGS, "BASE_URL": counter.url, **own})


@pytest.fixture
def contract(prism: Callable[[str], Prism]) -> Iterator[Counter]:
    with opened(by_contract(prism("mailgun.json"))) as counter:
        yield counter


def field(call: Call, name: str) -> str:
    (value,) = call.form[name]
    return value


def merged(call: Call, name: str, address: str) -> str:
    """Fill one field for one recipient as Mailgun does: each name in it once, values are not looked at again."""
    values = json.loads(field(call, "recipient-variables"))[address]
    return re.sub(r"%recipient\.([^%\s]+)%", lambda one: values.get(one[1], "?"), field(call, name))


def test_a_batch_keeps_the_contract_and_all_have_the_one_id(contract: Counter) -> None:
    found = send(provider(contract), readers(3))

    assert kinds(found) == [ACCEPTED] * 3
    assert {one.message_id for one in found} == {"20130913030404.23048.99999@example.com"}
    assert contract.calls[0].path == "/v3/mail.csr-centre.example/messages"


def test_what_mailgun_fills_in_is_each_readers_own_letter(contract: Counter) -> None:
    recipients = readers(2)

    send(provider(contract), recipients)

    (call,) = contract.calls
    for one in recipients:
        first_name, leave = one.values["first_name"], one.values["unsubscribe"]
        assert merged(call, "text", one.address) == f"{first_name}: {cases.LITERAL}\n"
        assert merged(call, "subject", one.address) == f"你好 {first_name}: {cases.LITERAL}"
        escaped = first_name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        page = f"<p>{escaped}</p><a href='https://x.example/{leave}'>{cases.LITERAL}</a>"
        assert merged(call, "html", one.address) == page
        assert f"{leave}>" in merged(call, "h:List-Unsubscribe", one.address)
        assert merged(call, "v:delivery", one.address) == str(one.delivery_id)


def test_nothing_is_followed_shown_or_added(contract: Counter) -> None:
    send(provider(contract), readers(2))

    (call,) = contract.calls
    assert field(call, "h:List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert {field(call, f"o:tracking{one}") for one in ("", "-clicks", "-opens")} == {"no"}
    assert field(call, "o:suppress-headers") == "X-Mailgun-Variables"
    assert field(call, "h:Reply-To") == "svar@csr-centre.example"
    assert field(call, "h:List-Id").isascii()
    assert not {"h:Message-ID", "attachment", "inline"} & set(call.form)


def test_the_names_of_slots_cannot_be_written_by_an_author(contract: Counter) -> None:
    send(provider(contract), readers(1), key="one")
    send(provider(contract), readers(1), key="another")

    first, second = (set(json.loads(field(call, "recipient-variables")).popitem()[1]) for call in contract.calls)
    assert not first & second


def test_without_a_domain_of_its_own_the_senders_is_used(contract: Counter) -> None:
    send(provider(contract, DOMAIN=""), readers(1))

    assert contract.calls[0].path == "/v3/csr-centre.example/messages"


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ("code=400", REJECTED),
        ("code=401", CONFIG),
        ("code=413", CONFIG),
        ("code=429", TRANSIENT),
        ("code=500", AMBIGUOUS),
        ("code=502", AMBIGUOUS),
    ],
)
def test_a_documented_refusal_has_its_class(prism: Callable[[str], Prism], prefer: str, expected: OutcomeKind) -> None:
    with opened(by_contract(prism("mailgun.json"), prefer)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [expected] * 2


def test_how_long_to_wait_stands_in_the_words(prism: Callable[[str], Prism]) -> None:
    with opened(by_contract(prism("mailgun.json"), "code=429")) as counter:
        found = send(provider(counter), readers(1))

    assert found[0].retry_after == 120


def test_a_call_that_is_refused_for_one_address_is_halved_until_that_one_is_alone() -> None:
    taken: list[str] = []

    def rule(call: Call) -> Reply:
        people = json.loads(field(call, "recipient-variables"))
        if "reader77@company.example" in people:
            return Reply(400, {"message": "'to' parameter is not a valid address. please check documentation"})
        taken.extend(people)
        return QUEUED

    with opened(rule) as counter:
        found = send(provider(counter), readers(100))

    assert [position for position, one in enumerate(found, 1) if one.kind is REJECTED] == [77]
    assert kinds(found).count(ACCEPTED) == 99
    assert len(taken) == len(set(taken)) == 99


@pytest.mark.parametrize(
    "message",
    [
        "from parameter is missing",
        "'from' parameter is not a valid address. please check documentation",
        "Domain csr.example is not verified",
        "Send options are limited to 16KB total",
    ],
)
def test_a_refusal_that_would_befall_everybody_stops_the_mailing(message: str) -> None:
    with opened(lambda _call: Reply(400, {"message": message})) as counter:
        found = send(provider(counter), readers(4))

    assert kinds(found) == [CONFIG] * 4
    assert len(counter.calls) == 1


@pytest.mark.parametrize("body", [{}, {"message": "Queued"}, [], b"Mailgun Magnificent API", b""])
def test_an_answer_without_an_id_leaves_it_open(body: Any) -> None:
    with opened(lambda _call: Reply(200, body)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2


def test_a_connection_that_is_lost_after_the_body_leaves_it_open_and_is_not_tried_again() -> None:
    with opened(lambda _call: Reply(200, None)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2

    assert len(counter.calls) == 1


def test_a_reader_without_a_value_and_one_without_an_address_are_refused_alone(contract: Counter) -> None:
    recipients = readers(4)
    recipients[1] = cases.world.recipient("a@b.se,c@d.se")
    recipients[2] = cases.Recipient(recipients[2].delivery_id, "c@d.se", "C", {})

    found = send(provider(contract), recipients)

    assert kinds(found) == [ACCEPTED, REJECTED, REJECTED, ACCEPTED]
    assert "needs a value" in (found[2].reason or "")


@pytest.mark.parametrize(
    ("answer", "is_well"), [(Reply(200, {"domain": {}}), True), (Reply(401, b"Forbidden"), False), (Reply(404), False)]
)
def test_its_health_is_whether_it_knows_our_domain(answer: Reply, is_well: bool) -> None:
    with opened(lambda _call: answer) as counter:
        assert http.run(provider(counter).health()).is_well is is_well

    assert counter.calls[0].path == "/v3/domains/mail.csr-centre.example"
