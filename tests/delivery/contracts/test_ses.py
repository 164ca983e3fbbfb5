"""Amazon SES: every call against its OpenAPI document, every answer into our words, and letters read back."""

import base64
import email
import email.policy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach.delivery.interface import Health, Letter, Outcome, OutcomeKind, Recipient
from outreach.delivery.providers.ses import BULK, Ses
from outreach.foundation import http
from outreach.foundation.slots import slot
from tests.delivery import world
from tests.delivery.contracts.counter import Call, Counter, Reply, Rule, by_contract, opened
from tests.delivery.contracts.peers import NodePeer, free_port
from tests.delivery.contracts.prism import Prism

ACCEPTED, REJECTED, TRANSIENT = OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.TRANSIENT
CONFIG, AMBIGUOUS = OutcomeKind.CONFIG, OutcomeKind.AMBIGUOUS

ACCOUNT = {
    "DedicatedIpAutoWarmupEnabled": False,
    "Details": {
        "AdditionalContactEmailAddresses": ["a@b.se"],
        "ContactLanguage": "EN",
        "MailType": "MARKETING",
        "ReviewDetails": {"CaseId": "1", "Status": "GRANTED"},
        "UseCaseDescription": "Newsletters",
        "WebsiteURL": "https://csr-centre.example",
    },
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "SendQuota": {"Max24HourSend": 50000, "MaxSendRate": 14, "SentLast24Hours": 12},
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE"]},
}


def readers(number: int) -> list[Recipient]:
    return [world.recipient(f"reader{one}@company.example", f"Reader {one}") for one in range(1, number + 1)]


def provider(counter: Counter | NodePeer, **own: str) -> Ses:
    return Ses({"BASE_URL": counter.url, "KEY_ID": "AKIDEXAMPLE", "SECRET_KEY": "secret", **own})


def send(ses: Ses, recipients: list[Recipient], letter: Letter | None = None) -> list[Outcome]:
    return http.run(ses.send(letter or world.letter(), recipients, key="k"))


def kinds(outcomes: list[Outcome]) -> list[OutcomeKind]:
    return [one.kind for one in outcomes]


def alone(**changes: Any) -> Letter:
    """A letter with a header that bulk calls do not take."""
    letter = world.letter(**changes)
    return world.letter(**changes, headers=dict(letter.headers) | {"X-Long": "a " * 600})


def to_bulk(answer: Callable[[int], list[Any]], single: Reply | None = None) -> Rule:
    """Answer bulk calls by a function of the number of entries, and others by one reply."""

    def rule(call: Call) -> Reply:
        if call.path == BULK:
            return Reply(200, {"BulkEmailEntryResults": answer(len(call.json["BulkEmailEntries"]))})
        return single or Reply(200, {"MessageId": "alone"})

    return rule


# --- the contract ---


@pytest.fixture
def mock(prism: Callable[[str], Prism]) -> Prism:
    return prism("amazon-ses-v2.json")


@pytest.mark.parametrize("own", [{}, {"CONFIGURATION_SET": "outreach", "SESSION_TOKEN": "t"}])
@pytest.mark.parametrize("letter", [world.letter(), alone(), world.letter(reply_to="svar@csr-centre.example")])
def test_a_call_is_as_the_document_wants_it(mock: Prism, own: dict[str, str], letter: Letter) -> None:
    with opened(by_contract(mock)) as counter:
        outcomes = send(provider(counter, **own), readers(2), letter)

    assert kinds(outcomes) == [ACCEPTED, ACCEPTED]
    assert all(
        one.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") for one in counter.calls
    )
    tracking = {"Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}}
    assert all(one.json["ConfigurationOverrides"] == tracking for one in counter.calls)
    assert all(one.json.get("ConfigurationSetName") == own.get("CONFIGURATION_SET") for one in counter.calls)


def test_what_the_document_does_not_allow_would_be_noticed(mock: Prism) -> None:
    with opened(by_contract(mock)) as counter:
        outcomes = http.run(_broken(provider(counter)))

    assert outcomes == 418


async def _broken(ses: Ses) -> int:
    answer = await ses._call("POST", BULK, b'{"FromEmailAddress": "a@b.se", "Unknown": 1}')
    return 0 if isinstance(answer, Outcome) else answer.status_code


@pytest.mark.parametrize(
    ("prefer", "kind", "wait"),
    [
        ("code=429, example=sendingRate", TRANSIENT, 5.0),
        ("code=429, example=daily", TRANSIENT, 3600.0),
        ("code=404", CONFIG, None),
        ("code=503", TRANSIENT, None),
        ("code=500", AMBIGUOUS, None),
    ],
)
@pytest.mark.parametrize("letter", [world.letter(), alone()])
def test_a_documented_error_is_understood(
    mock: Prism, prefer: str, kind: OutcomeKind, wait: float | None, letter: Letter
) -> None:
    with opened(by_contract(mock, prefer)) as counter:
        (outcome,) = send(provider(counter), readers(1), letter)

    assert (outcome.kind, outcome.retry_after) == (kind, wait)


def test_the_documented_mixed_answer_is_one_outcome_for_each(mock: Prism) -> None:
    with opened(by_contract(mock, "example=mixed")) as counter:
        outcomes = send(provider(counter), readers(5))

    assert kinds(outcomes) == [ACCEPTED, TRANSIENT, TRANSIENT, CONFIG, AMBIGUOUS]
    assert outcomes[0].message_id == "010001-ex-000001"
    assert outcomes[1].retry_after == 5.0


# --- answers ---


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("MESSAGE_REJECTED", "virus", REJECTED),
        ("MESSAGE_REJECTED", "Email address is not verified.", CONFIG),
        ("INVALID_PARAMETER", "Local address contains a space", REJECTED),
        ("MAIL_FROM_DOMAIN_NOT_VERIFIED", "", CONFIG),
        ("CONFIGURATION_SET_NOT_FOUND", "", CONFIG),
        ("TEMPLATE_NOT_FOUND", "", CONFIG),
        ("ACCOUNT_SUSPENDED", "", CONFIG),
        ("INVALID_SENDING_POOL_NAME", "", CONFIG),
        ("ACCOUNT_SENDING_PAUSED", "", CONFIG),
        ("CONFIGURATION_SET_SENDING_PAUSED", "", CONFIG),
        ("ACCOUNT_THROTTLED", "", TRANSIENT),
        ("ACCOUNT_DAILY_QUOTA_EXCEEDED", "", TRANSIENT),
        ("TRANSIENT_FAILURE", "", TRANSIENT),
        ("FAILED", "internal", TRANSIENT),
        ("FAILED", "Invalid recipient email address(es)", REJECTED),
        ("SOMETHING_NEW", "", AMBIGUOUS),
    ],
)
def test_each_status_of_an_entry_has_its_meaning(status: str, error: str, kind: OutcomeKind) -> None:
    def answer(number: int) -> list[Any]:
        return [{"Status": "SUCCESS", "MessageId": "m1"}, {"Status": status, "Error": error}][:number]

    with opened(to_bulk(answer)) as counter:
        outcomes = send(provider(counter), readers(2))

    assert kinds(outcomes) == [ACCEPTED, kind]
    assert len(counter.calls) == 1


@pytest.mark.parametrize(
    "results", [None, {}, [], [5], [None], [{"Status": "SUCCESS"}], [{"MessageId": "m1"}], "SUCCESS"]
)
def test_an_answer_that_makes_no_sense_leaves_its_letters_in_doubt(results: Any) -> None:
    with opened(lambda _call: Reply(200, {"BulkEmailEntryResults": results})) as counter:
        outcomes = send(provider(counter), readers(1))

    assert kinds(outcomes) == [AMBIGUOUS]


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[]", b"\xff"])
@pytest.mark.parametrize("letter", [world.letter(), alone()])
def test_an_answer_that_is_not_theirs_leaves_its_letters_in_doubt(body: bytes, letter: Letter) -> None:
    with opened(lambda _call: Reply(200, body)) as counter:
        outcomes = send(provider(counter), readers(2), letter)

    assert kinds(outcomes) == [AMBIGUOUS, AMBIGUOUS]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("letter", [world.letter(), alone()])
def test_a_wrong_key_stops_the_mailing_and_is_named(status: int, letter: Letter) -> None:
    refusal = Reply(
        status, {"message": "The security token is invalid"}, {"x-amzn-errortype": "UnrecognizedClientException:"}
    )
    with opened(lambda _call: refusal) as counter:
        outcomes = send(provider(counter, CONCURRENCY="1"), readers(3), letter)

    assert kinds(outcomes) == [CONFIG] * 3
    assert "key" in (outcomes[0].reason or "")
    assert "security token" in (outcomes[0].reason or "")
    assert len(counter.calls) == 1


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("AccountSuspendedException", "", CONFIG),
        ("SendingPausedException", "", CONFIG),
        ("MailFromDomainNotVerifiedException", "", CONFIG),
        ("ThrottlingException", "Rate exceeded", TRANSIENT),
        ("LimitExceededException", "", TRANSIENT),
        ("MessageRejected", "Email address is not verified: brev@csr-centre.example", CONFIG),
        ("BadRequestException", "Invalid FromEmailAddress", CONFIG),
        ("BadRequestException", "Missing final '@domain'", REJECTED),
        ("BadRequestException", "Duplicate header", CONFIG),
        ("", "", CONFIG),
    ],
)
@pytest.mark.parametrize("where", ["header", "body"])
def test_an_error_has_its_meaning_wherever_it_is_named(name: str, message: str, kind: OutcomeKind, where: str) -> None:
    in_header = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/"} if where == "header" else {}
    body = {"message": message} | ({} if where == "header" else {"__type": f"com.amazonaws.sesv2#{name}"})
    with opened(lambda _call: Reply(400, body, in_header)) as counter:
        (outcome,) = send(provider(counter), readers(1), alone())

    assert outcome.kind is kind
    assert message in (outcome.reason or "")


def test_one_address_that_is_refused_holds_up_nobody_else() -> None:
    taken = to_bulk(lambda number: [{"Status": "SUCCESS", "MessageId": "m"}] * number)

    def rule(call: Call) -> Reply:
        is_odd = b"reader2@company.example" in call.body
        return Reply(400, {"message": "Domain contains illegal character"}) if is_odd else taken(call)

    with opened(rule) as counter:
        outcomes = send(provider(counter), readers(4))

    assert kinds(outcomes) == [ACCEPTED, REJECTED, ACCEPTED, ACCEPTED]
    assert [len(one.json["BulkEmailEntries"]) for one in counter.calls] == [4, 2, 1, 1, 2]


def test_a_letter_that_is_refused_for_everybody_is_no_fault_of_theirs() -> None:
    with opened(lambda _call: Reply(400, {"message": "Duplicate header 'X-Odd'"})) as counter:
        outcomes = send(provider(counter), readers(3))

    assert kinds(outcomes) == [CONFIG] * 3
    assert "Duplicate header" in (outcomes[0].reason or "")


def test_a_call_without_an_answer_is_in_doubt_and_a_call_to_nowhere_is_not() -> None:
    with opened(lambda _call: Reply(200, None)) as counter:
        assert kinds(send(provider(counter), readers(2))) == [AMBIGUOUS] * 2
        http.close()
    assert kinds(send(Ses({"BASE_URL": "http://127.0.0.1:9"}), readers(2))) == [TRANSIENT] * 2


def test_silence_puts_no_more_than_a_few_letters_in_doubt() -> None:
    with opened(lambda _call: Reply(500, {})) as counter:
        outcomes = send(provider(counter, CONCURRENCY="1"), readers(9), alone())

    assert kinds(outcomes) == [AMBIGUOUS] * 3 + [TRANSIENT] * 6
    assert len(counter.calls) == 3


def test_a_letter_that_nobody_could_get_stops_the_mailing() -> None:
    with opened(lambda _call: Reply()) as counter:
        broken = send(provider(counter), readers(1), world.letter(from_address="no address"))
        large = send(provider(counter), readers(2), world.letter(html="a" * 11_000_000))

    assert kinds(broken) == [CONFIG]
    assert kinds(large) == [CONFIG] * 2
    assert "larger than" in (large[0].reason or "")
    assert counter.calls == []


def test_a_reader_whom_the_letter_cannot_be_written_to_is_alone_with_it() -> None:
    odd = [world.recipient("alice@example.org)bob@example.com"), world.recipient("åsa@company.example")]
    with opened(to_bulk(lambda number: [{"Status": "SUCCESS", "MessageId": "m"}] * number)) as counter:
        outcomes = send(provider(counter), [*odd, *readers(1)])

    assert kinds(outcomes) == [REJECTED, REJECTED, ACCEPTED]


def test_a_batch_is_cut_into_calls_that_ses_takes() -> None:
    with opened(to_bulk(lambda number: [{"Status": "SUCCESS", "MessageId": "m"}] * number)) as counter:
        many = send(provider(counter), readers(120))
        wide = send(provider(counter), [world.recipient(f"r{one}@b.se", first_name="a" * 120_000) for one in range(50)])

    assert kinds(many + wide) == [ACCEPTED] * 170
    sizes = [len(one.json["BulkEmailEntries"]) for one in counter.calls]
    assert sizes[:3] == [50, 50, 20]
    assert len(sizes) > 4
    assert sum(sizes[3:]) == 50
    assert all(len(one.body) <= Ses.capabilities.max_bytes for one in counter.calls)


# --- health ---


@pytest.mark.parametrize(
    ("changes", "is_well", "said"),
    [
        ({}, True, "12 of 50000 sent in 24 hours, at most 14 a second"),
        ({"SendingEnabled": False}, False, "Sending is paused (HEALTHY)"),
        ({"ProductionAccessEnabled": False}, False, "sandbox"),
    ],
)
def test_health_says_whether_the_account_may_send(changes: dict[str, Any], is_well: bool, said: str) -> None:
    with opened(lambda _call: Reply(200, ACCOUNT | changes)) as counter:
        health = http.run(provider(counter).health())

    assert health.is_well is is_well
    assert said in health.said


def test_health_asks_as_the_document_wants_it(mock: Prism) -> None:
    # An answer of 200 would be made up by Prism, and not as the document wants it.
    with opened(by_contract(mock, "code=429")) as counter:
        health = http.run(provider(counter).health())

    assert [(one.method, one.path) for one in counter.calls] == [("GET", "/v2/email/account")]
    assert "HTTP 429" in health.said


def test_health_of_a_wrong_key_and_of_nobody_is_bad() -> None:
    with opened(lambda _call: Reply(403, {"message": "wrong"})) as counter:
        assert not http.run(provider(counter).health()).is_well
        http.close()
    assert http.run(Ses({"BASE_URL": "http://127.0.0.1:9"}).health()) == Health(
        is_well=False, said="ConnectError: the provider did not answer"
    )


# --- read back ---


@pytest.fixture(scope="module")
def local() -> Iterator[NodePeer]:
    port = free_port()
    with NodePeer(
        "aws-ses-v2-local/dist/cli.js",
        ["--host", "127.0.0.1", "--port", str(port)],
        url=f"http://127.0.0.1:{port}/store",
        environment={"AWS_SES_ACCOUNT": json.dumps(ACCOUNT), "AWS_SES_STRICT_TEMPLATE_RENDERING": "true"},
    ) as peer:
        peer.url = peer.url.removesuffix("/store")
        yield peer


def stored(local: NodePeer) -> dict[str, dict[str, Any]]:
    """Return what arrived, by address, and forget it there."""
    emails = json.loads(http.read(f"{local.url}/store"))["emails"]
    http.run(http.client("test").post(f"{local.url}/clear-store"))
    return {one["destination"]["to"][0]: one for one in emails}


def test_letters_in_bulk_arrive_as_they_were_written(local: NodePeer) -> None:
    braces = "{{ Hej }} {{{first_name}}} \\{{x}} }} { \\"
    letter = world.letter(
        subject=f"{slot('first_name')} {braces}{slot('first_name')}",
        text=f"{braces}{slot('first_name')}}} 中",
        html=f"<style>@media x{{a{{b:c}}}}</style><p>{braces}{slot('first_name')}}} 中</p>",
    )
    everybody = [
        world.recipient("a@b.se", "Åsa", first_name="<Åsa> {{x}}"),
        world.recipient("c@d.se", "小李", first_name="小李"),
    ]

    outcomes = send(provider(local), everybody, letter)

    found = stored(local)
    assert kinds(outcomes) == [ACCEPTED, ACCEPTED]
    first = found["a@b.se"]
    assert first["messageId"] == outcomes[0].message_id
    assert first["subject"] == f"<Åsa> {{{{x}}}} {braces}<Åsa> {{{{x}}}}"
    assert first["body"]["text"] == f"{braces}<Åsa> {{{{x}}}}}} 中"
    assert first["body"]["html"] == (f"<style>@media x{{a{{b:c}}}}</style><p>{braces}&lt;Åsa&gt; {{{{x}}}}}} 中</p>")
    assert found["c@d.se"]["body"]["text"] == f"{braces}小李}} 中"
    headers = {one["name"]: one["value"] for one in first["headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert everybody[0].values["unsubscribe"] in headers["List-Unsubscribe"]
    others = {one["name"]: one["value"] for one in found["c@d.se"]["headers"]}
    assert others["List-Unsubscribe"].startswith("<http")


def test_a_letter_by_itself_arrives_as_mail(local: NodePeer) -> None:
    (reader,) = readers(1)

    (outcome,) = send(provider(local), [reader], alone())

    (found,) = stored(local).values()
    assert outcome == Outcome(ACCEPTED, message_id=found["messageId"])
    assert found["subject"] == "Hej Åsa"
    assert "Hej Åsa" in found["body"]["text"]
    assert "<p>Hej Åsa</p>" in found["body"]["html"]


def test_a_letter_by_itself_is_the_mail_that_smtp_would_carry() -> None:
    (reader,) = readers(1)
    with opened(lambda _call: Reply(200, {"MessageId": "m"})) as counter:
        send(provider(counter), [reader], alone())

    (call,) = counter.calls
    mail = email.message_from_bytes(base64.b64decode(call.json["Content"]["Raw"]["Data"]), policy=email.policy.default)
    assert mail["To"] == "Reader 1 <reader1@company.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert call.json["EmailTags"] == [{"Name": "delivery", "Value": str(reader.delivery_id)}]


def test_health_is_read_from_an_account(local: NodePeer) -> None:
    assert http.run(provider(local).health()).is_well
