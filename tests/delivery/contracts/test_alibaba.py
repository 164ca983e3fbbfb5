"""Alibaba Cloud DirectMail: every call against a document made from its SDK, every answer and event in our words."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from outreach.delivery import fitting
from outreach.delivery.interface import BounceClass, Letter, Outcome, OutcomeKind, Recipient, Report, ReportKind
from outreach.delivery.providers import certificates
from outreach.delivery.providers.alibaba import Alibaba
from outreach.foundation import http, urls
from outreach.foundation.errors import Unavailable
from tests.delivery import notary, world
from tests.delivery.contracts.counter import Call, Counter, Reply, by_contract, opened
from tests.delivery.contracts.prism import Prism

ACCEPTED, REJECTED, TRANSIENT = OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.TRANSIENT
CONFIG, AMBIGUOUS = OutcomeKind.CONFIG, OutcomeKind.AMBIGUOUS
TAKEN = Reply(200, {"EnvId": "600000016565064", "RequestId": "2D086F6"})
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
TOKEN = "a token of ours"
FILE = "/x509_public_certificate.pem"


def readers(number: int) -> list[Recipient]:
    return [world.recipient(f"reader{one}@qq.com", f"Reader {one}") for one in range(1, number + 1)]


def provider(counter: Counter, **own: str) -> Alibaba:
    return Alibaba({"BASE_URL": counter.url, "KEY_ID": "LTAI", "SECRET_KEY": "secret", **own})


def send(alibaba: Alibaba, recipients: list[Recipient], letter: Letter | None = None) -> list[Outcome]:
    return http.run(alibaba.send(letter or world.letter(), recipients, key="k"))


def kinds(outcomes: list[Outcome]) -> list[OutcomeKind]:
    return [one.kind for one in outcomes]


def error(code: str, status: int = 400) -> Reply:
    return Reply(status, {"RequestId": "1", "HostId": "dm.aliyuncs.com", "Code": code, "Message": "It says so."})


# --- sending ---


@pytest.fixture
def mock(prism: Callable[[str], Prism]) -> Prism:
    return prism("alibaba-directmail.derived.json")


@pytest.mark.parametrize("own", [{}, {"TAG": "newsletter", "SESSION_TOKEN": "t"}])
@pytest.mark.parametrize(
    "letter", [world.letter(), world.letter(reply_to="svar@csr-centre.example", subject="企业社会责任 + & = %")]
)
def test_a_call_is_as_the_document_wants_it(mock: Prism, own: dict[str, str], letter: Letter) -> None:
    with opened(by_contract(mock)) as counter:
        outcomes = send(provider(counter, **own), readers(2), letter)

    assert outcomes == [Outcome(ACCEPTED, message_id="600000016565064")] * 2
    assert all(one.headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=LTAI,") for one in counter.calls)


def test_each_reader_gets_a_letter_that_nobody_else_sees() -> None:
    with opened(lambda _call: TAKEN) as counter:
        everybody = readers(3)
        send(provider(counter, CONCURRENCY="1"), everybody)

    forms = [{name: value[0] for name, value in one.form.items()} for one in counter.calls]
    assert [one["ToAddress"] for one in forms] == [one.address for one in everybody]
    assert {one["ClickTrace"] for one in forms} == {"0"}
    assert {one["UnSubscribeLinkType"] for one in forms} == {"disabled"}
    assert {one["FromAlias"] for one in forms} == {"CSR-centret"}
    headers = [json.loads(one["Headers"]) for one in forms]
    assert set(headers[0]) == {"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "X-User-Notify-Delivery"}
    assert [one["X-User-Notify-Delivery"] for one in headers] == [str(one.delivery_id) for one in everybody]
    assert everybody[1].values["unsubscribe"] in headers[1]["List-Unsubscribe"]
    assert forms[0]["HtmlBody"].count("Hej Åsa") == 1


def test_a_nonce_is_used_once() -> None:
    with opened(lambda _call: TAKEN) as counter:
        send(provider(counter), readers(20))

    assert len({one.headers["x-acs-signature-nonce"] for one in counter.calls}) == 20


def test_calls_are_made_a_few_at_once_and_no_more() -> None:
    together, lock, at_once, most = threading.Barrier(4), threading.Lock(), 0, 0

    def rule(_call: Call) -> Reply:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        together.wait(timeout=10)
        with lock:
            at_once -= 1
        return TAKEN

    with opened(rule) as counter:
        outcomes = send(provider(counter, CONCURRENCY="4"), readers(24))

    assert kinds(outcomes) == [ACCEPTED] * 24
    assert most == 4


@pytest.mark.parametrize(
    ("prefer", "kind"),
    [
        ("code=400, example=InvalidMailAddress.NotFound", CONFIG),
        ("code=400, example=InvalidToAddress", REJECTED),
        ("code=400, example=InvalidSubject.Malformed", CONFIG),
        ("code=403", CONFIG),
        ("code=429", TRANSIENT),
        ("code=500", AMBIGUOUS),
    ],
)
def test_a_documented_error_is_understood(mock: Prism, prefer: str, kind: OutcomeKind) -> None:
    with opened(by_contract(mock, prefer)) as counter:
        (outcome,) = send(provider(counter), readers(1))

    assert outcome.kind is kind
    assert ":" in (outcome.reason or "")


@pytest.mark.parametrize(
    ("code", "status", "kind", "wait"),
    [
        ("InvalidToAddress.Spam", 400, REJECTED, None),
        ("InvalidReceiver.NotFound", 404, REJECTED, None),
        ("Throttling", 400, TRANSIENT, 5.0),
        ("Throttling.User", 503, TRANSIENT, 5.0),
        ("Throttling.Api", 429, TRANSIENT, 5.0),
        ("ServiceUnavailable", 503, TRANSIENT, 5.0),
        ("SignatureNonceUsed", 400, AMBIGUOUS, None),
        ("InternalError", 500, AMBIGUOUS, None),
        ("InvalidMailAddressStatus.Malformed", 400, CONFIG, None),
        ("InvalidSendMail.Spam", 400, CONFIG, None),
        ("InvalidFromAlias.Malformed", 400, CONFIG, None),
        ("InvalidBody", 400, CONFIG, None),
        ("InvalidAccessKeyId.NotFound", 404, CONFIG, None),
        ("SignatureDoesNotMatch", 400, CONFIG, None),
        ("InvalidTimeStamp.Expired", 400, CONFIG, None),
        ("Forbidden.RAM", 403, CONFIG, None),
        ("SomethingNew", 400, CONFIG, None),
        ("SomethingNew", 502, AMBIGUOUS, None),
        ("SomethingNew", 200, AMBIGUOUS, None),
    ],
)
def test_each_code_has_its_meaning(code: str, status: int, kind: OutcomeKind, wait: float | None) -> None:
    with opened(lambda _call: error(code, status)) as counter:
        (outcome,) = send(provider(counter), readers(1))

    assert (outcome.kind, outcome.retry_after) == (kind, wait)
    assert outcome.reason == f"{code}: It says so."


def test_one_address_that_is_refused_holds_up_nobody_else() -> None:
    with opened(lambda call: error("InvalidToAddress") if b"reader2%40" in call.body else TAKEN) as counter:
        outcomes = send(provider(counter), readers(4))

    assert kinds(outcomes) == [ACCEPTED, REJECTED, ACCEPTED, ACCEPTED]


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "Throttling.User"])
def test_what_would_befall_everybody_ends_the_batch_and_loses_nobody(code: str) -> None:
    with opened(lambda call: error(code) if b"reader3%40" in call.body else TAKEN) as counter:
        outcomes = send(provider(counter, CONCURRENCY="1"), readers(6))

    rest = CONFIG if code.startswith("Signature") else TRANSIENT
    assert kinds(outcomes) == [ACCEPTED, ACCEPTED, rest, rest, rest, rest]
    assert len(counter.calls) == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"EnvId": ""}', b"\xff", b"null"])
def test_an_answer_that_makes_no_sense_leaves_the_letter_in_doubt(body: bytes) -> None:
    with opened(lambda _call: Reply(200, body)) as counter:
        assert kinds(send(provider(counter), readers(1))) == [AMBIGUOUS]


def test_no_answer_is_in_doubt_and_nobody_there_is_not() -> None:
    with opened(lambda _call: Reply(200, None)) as counter:
        assert kinds(send(provider(counter, CONCURRENCY="1"), readers(6))) == [AMBIGUOUS] * 3 + [TRANSIENT] * 3
        http.close()
    assert kinds(send(Alibaba({"BASE_URL": "http://127.0.0.1:9"}), readers(2))) == [TRANSIENT] * 2


def test_what_there_is_no_time_for_costs_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.delivery.providers.singles.STARTING", 0.2)

    def rule(_call: Call) -> Reply:
        time.sleep(0.15)
        return TAKEN

    with opened(rule) as counter:
        outcomes = send(provider(counter, CONCURRENCY="1"), readers(6))

    assert outcomes[0].kind is ACCEPTED
    assert (outcomes[-1].kind, outcomes[-1].retry_after) == (TRANSIENT, 0)


def test_a_call_that_is_not_answered_in_time_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.delivery.providers.singles.CALL", 0.1)

    def rule(_call: Call) -> Reply:
        time.sleep(0.5)
        return TAKEN

    with opened(rule) as counter:
        assert kinds(send(provider(counter), readers(1))) == [AMBIGUOUS]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from_address": "no address"}, "cannot be sent"),
        ({"subject": "a" * 257}, "256 characters"),
        ({"html": "a" * 10_000_001}, "larger than"),
    ],
)
def test_a_letter_that_nobody_could_get_stops_the_mailing(changes: dict[str, str], said: str) -> None:
    with opened(lambda _call: TAKEN) as counter:
        outcomes = send(provider(counter), readers(2), world.letter(**changes))

    assert kinds(outcomes) == [CONFIG] * 2
    assert said in (outcomes[0].reason or "")
    assert counter.calls == []


def test_a_name_that_is_too_long_is_said_before_anything_is_sent() -> None:
    assert fitting.problem(world.letter(from_name="企业社会责任中心"), Alibaba.capabilities) is None
    said = fitting.problem(world.letter(from_name="The Centre for Corporate Responsibility"), Alibaba.capabilities)
    assert "15 characters" in (said or "")


def test_a_reader_whom_the_letter_cannot_be_written_to_is_alone_with_it() -> None:
    odd = [
        world.recipient("a@qq.com,b@qq.com"),
        world.recipient("åsa@qq.com"),
        world.recipient("c@qq.com", first_name="x" * 300),
    ]
    with opened(lambda _call: TAKEN) as counter:
        outcomes = send(provider(counter), [*odd, *readers(1)])

    assert kinds(outcomes) == [REJECTED] * 3 + [ACCEPTED]
    assert len(counter.calls) == 1


@pytest.mark.parametrize(
    ("answer", "is_well", "said"),
    [
        (Reply(200, {"UserStatus": 0, "DailyQuota": 2000}), True, "2000 letters a day"),
        (Reply(200, {"UserStatus": 2}), False, "in arrears"),
        (error("InvalidAccessKeyId.NotFound", 404), False, "InvalidAccessKeyId"),
        (Reply(200, b"<html>"), False, "no sense"),
        (Reply(200, None), False, "did not answer"),
    ],
)
def test_health_says_whether_the_account_may_send(answer: Reply, is_well: bool, said: str) -> None:
    with opened(lambda _call: answer) as counter:
        health = http.run(provider(counter).health())

    assert health.is_well is is_well
    assert said in health.said


# --- events: is it genuine? ---


@pytest.fixture
def bucket() -> Iterator[Counter]:
    """Where the certificate is."""
    certificates.forget()
    with opened(lambda _call: Reply(200, notary.CERTIFICATE)) as counter:
        yield counter
    certificates.forget()


def signed(body: bytes, *, ending: bytes = b"", target: str | None = None, **changes: str) -> dict[str, str]:
    """Sign as EventBridge documents it."""
    headers = {
        "x-eventbridge-signature-timestamp": str(int(NOW.timestamp() * 1000)),
        "x-eventbridge-hash-method": "SHA256",
        "x-eventbridge-signature-version": "1.0",
        "x-eventbridge-signature-url": f"https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com{FILE}",
        "x-eventbridge-signature-token": TOKEN,
    } | {f"x-eventbridge-{name.replace('_', '-')}": value for name, value in changes.items()}
    lines = [target or urls.provider_hook("alibaba"), *(f"{name}: {value}" for name, value in headers.items() if value)]
    text = "\n".join(lines).encode() + b"\n" + body + ending
    return headers | {"x-eventbridge-signature-v2": notary.sign(text)}


def is_genuine(bucket: Counter, headers: dict[str, str], body: bytes = b"{}", *, key: str = TOKEN) -> bool:
    return Alibaba({"WEBHOOK_KEY": key, "CERTIFICATES_URL": bucket.url}).verify(headers, body, NOW)


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_signed_event_is_genuine(bucket: Counter, ending: bytes) -> None:
    assert is_genuine(bucket, signed(b"{}", ending=ending))
    assert is_genuine(bucket, signed(b"{}"))
    assert [one.path for one in bucket.calls] == [FILE]


def test_an_altered_event_is_not(bucket: Counter) -> None:
    assert not is_genuine(bucket, signed(b"{}"), b"[]")
    assert not is_genuine(bucket, signed(b"{}", target="https://elsewhere.example/hooks/alibaba"))
    assert not is_genuine(bucket, signed(b"{}") | {"x-eventbridge-signature-v2": "AAAA"})
    assert not is_genuine(bucket, signed(b"{}") | {"x-eventbridge-signature-v2": "²"})
    assert not is_genuine(bucket, signed(b"{}") | {"x-eventbridge-signature-version": "2.0"})


@pytest.mark.parametrize("token", ["another", "", "²"])
def test_an_event_without_our_token_is_not_looked_at(bucket: Counter, token: str) -> None:
    assert not is_genuine(bucket, signed(b"{}", signature_token=token))
    assert not is_genuine(bucket, {})
    assert bucket.calls == []


def test_without_a_key_nothing_is_genuine(bucket: Counter) -> None:
    assert not is_genuine(bucket, signed(b"{}", signature_token=""), key="")


@pytest.mark.parametrize(("seconds", "expected"), [(-59, True), (-61, False), (59, True), (61, False)])
def test_an_old_event_is_not_taken(bucket: Counter, seconds: int, expected: bool) -> None:
    sent = str(int((NOW + timedelta(seconds=seconds)).timestamp() * 1000))

    assert is_genuine(bucket, signed(b"{}", signature_timestamp=sent)) is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"signature_timestamp": "yesterday"},
        {"hash_method": "MD5"},
        {"signature_url": f"http://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com{FILE}"},
        {"signature_url": f"https://evil-eventbridge.oss-accelerate.aliyuncs.com{FILE}"},
        {"signature_url": f"https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com.evil.example{FILE}"},
        {"signature_url": f"https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com@evil.example{FILE}"},
        {"signature_url": "https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/other.pem"},
        {"signature_url": "http://169.254.169.254/"},
        {"signature_url": "https://["},
    ],
)
def test_a_certificate_is_fetched_from_nowhere_but_eventbridge(bucket: Counter, changes: dict[str, str]) -> None:
    assert not is_genuine(bucket, signed(b"{}", **changes))
    assert bucket.calls == []


def test_a_certificate_that_cannot_be_had_lets_the_caller_come_again(bucket: Counter) -> None:
    bucket.rule = lambda _call: Reply(503, b"")

    with pytest.raises(Unavailable):
        is_genuine(bucket, signed(b"{}"))


# --- events: what do they mean? ---


def event(kind: str, **data: Any) -> dict[str, Any]:
    own = {"env_id": "60000001", "rcpt": "Anna@QQ.com", "event": kind, "region": "cn-hangzhou"}
    return {
        "id": "8734hhidu983hi457",
        "source": "acs:dm",
        "specversion": "1.0",
        "type": kind,
        "time": "2026-09-01T20:00:00+08:00",
        "data": own | data,
    }


def parsed(*events: Any) -> list[Report]:
    return Alibaba({}).parse(json.dumps(events[0] if len(events) == 1 else events).encode())


@pytest.mark.parametrize(
    ("kind", "meaning", "suppress"),
    [
        ("dm:Deliver:Succeed", ReportKind.DELIVERED, False),
        ("dm:Feedback:FblReport", ReportKind.COMPLAINED, True),
        ("dm:Feedback:UnSubscribe", ReportKind.UNSUBSCRIBED, True),
        ("dm:Feedback:Subscribe", ReportKind.RESUBSCRIBED, False),
        ("dm:Trace:Open", ReportKind.OPENED, False),
        ("dm:Trace:Click", ReportKind.CLICKED, False),
        ("dm:Validator:GrayListResult", ReportKind.IGNORED, False),
        ("dm:Something:New", ReportKind.UNKNOWN, False),
    ],
)
def test_an_event_is_read_into_our_words(kind: str, meaning: ReportKind, suppress: bool) -> None:
    number = uuid4()

    (report,) = parsed(event(kind, header={"X-User-Notify-Delivery": str(number)}, url="https://x.example/"))

    assert (report.kind, report.suppress, report.delivery_id) == (meaning, suppress, number)
    assert (report.event_id, report.message_id, report.address) == ("8734hhidu983hi457", "60000001", "Anna@qq.com")
    assert report.occurred_at == NOW
    assert report.raw["type"] == kind


@pytest.mark.parametrize(
    ("data", "kind", "bounce_class", "suppress"),
    [
        ({"failed_type": "SmtpNxBox", "status": "2", "err_msg": "554 RCPT x dosn't exist"}, "bounced", "hard", True),
        ({"failed_type": "SmtpNxBox", "err_msg": "550 Domain frequency limited"}, "bounced", "soft", False),
        ({"failed_type": "SmtpMfdFreq", "status": "2", "err_msg": "550 5.1.1 x"}, "bounced", "soft", False),
        ({"failed_type": "SmtpContSpam", "status": "3"}, "bounced", "block", False),
        ({"failed_type": "SmtpSpfFail"}, "bounced", "block", False),
        ({"failed_type": "SysOutRcptOnAccountLevelBounceList"}, "rejected", "suppressed", True),
        ({"failed_type": "New", "status": "2", "err_msg": "550 no such user"}, "bounced", "hard", True),
        ({"failed_type": "New", "status": "4", "err_msg": "550 no such user"}, "bounced", "soft", False),
        ({"failed_type": "New", "status": "4", "err_msg": "554 DT:SPM 163"}, "bounced", "block", False),
        ({}, "bounced", "soft", False),
    ],
)
def test_only_a_failure_that_is_about_the_address_suppresses_it(
    data: dict[str, str], kind: str, bounce_class: str, suppress: bool
) -> None:
    (report,) = parsed(event("dm:Deliver:Fail", **data))

    assert (report.kind, report.bounce_class, report.suppress) == (
        ReportKind(kind),
        BounceClass(bounce_class),
        suppress,
    )


def test_a_complaint_finds_the_letter_by_its_message_id() -> None:
    number = uuid4()
    told = event("dm:Feedback:FblReport", message_id=f"<{number}@csr-centre.example>", block_email="a@qq.com")
    told["data"].pop("rcpt")

    (report,) = parsed(told)

    assert (report.delivery_id, report.address) == (number, "a@qq.com")


def test_several_events_of_a_call_are_read_each() -> None:
    assert len(parsed(event("dm:Trace:Open"), 5, event("dm:Trace:Click"))) == 2


@pytest.mark.parametrize("told", [{"type": 5, "data": []}, {"data": {"header": "x"}}, {"id": "x" * 500}, {}])
def test_an_event_that_is_not_understood_is_kept(told: Any) -> None:
    (report,) = parsed(told)

    assert report.kind is ReportKind.UNKNOWN
    assert 0 < len(report.event_id) <= 200


@pytest.mark.parametrize("body", [b"", b"5", b'"x"', b"\xff", b"[" * 100_000, b"[5, null]"])
def test_a_body_that_is_no_event_holds_no_reports(body: bytes) -> None:
    assert Alibaba({}).parse(body) == []
