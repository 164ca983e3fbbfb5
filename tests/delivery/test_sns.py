"""Reports of Amazon SES by SNS: only calls of our topic, signed with the key that SNS keeps at its own address."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from outreach.delivery.providers import certificates
from outreach.delivery.providers.ses import Ses
from outreach.foundation.errors import Unavailable
from tests.delivery import notary
from tests.delivery.contracts.counter import Call, Counter, Reply, opened

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:ses-events"
FILE = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@pytest.fixture
def amazon() -> Iterator[Counter]:
    """Where the certificate is; it says what it is told to."""
    certificates.forget()
    with opened(lambda _call: Reply(200, notary.CERTIFICATE)) as counter:
        yield counter
    certificates.forget()


def provider(amazon: Counter, topic: str = TOPIC) -> Ses:
    return Ses({"WEBHOOK_KEY": topic, "CERTIFICATES_URL": amazon.url})


def call(**changes: Any) -> dict[str, Any]:
    return {
        "Type": "Notification",
        "MessageId": "95df01b4",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": '{"eventType": "Delivery", "å": "中"}',
        "Timestamp": "2026-09-01T11:59:30.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": f"https://sns.eu-west-1.amazonaws.com{FILE}",
    } | changes


def confirmation(**changes: Any) -> dict[str, Any]:
    own = {
        "Type": "SubscriptionConfirmation",
        "Token": "2336412f37",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
    }
    return {name: value for name, value in call().items() if name != "Subject"} | own | changes


def signed(envelope: dict[str, Any]) -> dict[str, Any]:
    """Sign as SNS documents it: names and values in the order of the alphabet, each on a line."""
    names = {"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
    text = "".join(f"{name}\n{envelope[name]}\n" for name in sorted(names & set(envelope)))
    digest = "sha1" if envelope["SignatureVersion"] == "1" else "sha256"
    return envelope | {"Signature": notary.sign(text.encode(), digest)}


def body(envelope: dict[str, Any]) -> bytes:
    return json.dumps(envelope).encode()


def is_genuine(amazon: Counter, envelope: dict[str, Any], *, now: datetime = NOW, topic: str = TOPIC) -> bool:
    return provider(amazon, topic).verify({}, body(envelope), now)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("envelope", [call(), confirmation(), {**call(), "Subject": "x"}])
def test_a_signed_call_of_our_topic_is_genuine(amazon: Counter, envelope: dict[str, Any], version: str) -> None:
    assert is_genuine(amazon, signed(envelope | {"SignatureVersion": version}))


def test_a_notification_may_have_no_subject(amazon: Counter) -> None:
    bare = {name: value for name, value in call().items() if name != "Subject"}

    assert is_genuine(amazon, signed(bare))
    assert not is_genuine(amazon, signed(bare) | {"Subject": "added"})


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": '{"eventType": "Bounce"}'},
        {"MessageId": "another"},
        {"Timestamp": "2026-09-01T11:59:31.000Z"},
        {"Type": "SubscriptionConfirmation"},
        {"Type": "Other"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"Signature": ""},
        {"Signature": "NOT-A-REAL-SIGNATURE"},
        {"Signature": None},
        {"Signature": notary.sign(b"something else")},
    ],
)
def test_an_altered_call_is_not(amazon: Counter, changes: dict[str, Any]) -> None:
    assert not is_genuine(amazon, signed(call()) | changes)


@pytest.mark.parametrize(
    "address",
    [
        f"http://sns.eu-west-1.amazonaws.com{FILE}",
        f"https://sns.eu-west-1.amazonaws.com.evil.example{FILE}",
        f"https://evil.example/sns.eu-west-1.amazonaws.com{FILE}",
        f"https://sns.eu-west-1.amazonaws.com@evil.example{FILE}",
        f"https://sns.eu-west-1.amazonaws.com:8443{FILE}",
        f"https://sns.us-east-1.amazonaws.com{FILE}",
        f"https://bucket.s3.amazonaws.com{FILE}",
        f"https://sns.eu-west-1.amazonaws.com{FILE}?x=1",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        f"https://sns.eu-west-1.amazonaws.com/..{FILE}",
        "http://169.254.169.254/latest/meta-data",
        "https://[",
        "",
    ],
)
def test_a_certificate_is_fetched_from_nowhere_but_sns_in_our_region(amazon: Counter, address: str) -> None:
    assert not is_genuine(amazon, signed(call(SigningCertURL=address)))
    assert amazon.calls == []


@pytest.mark.parametrize(
    "topic", ["arn:aws:sns:eu-west-1:123456789012:another", "arn:aws:sns:eu-west-1:999999999999:ses-events"]
)
def test_another_topic_is_not_ours_however_well_it_is_signed(amazon: Counter, topic: str) -> None:
    assert not is_genuine(amazon, signed(call(TopicArn=topic)))
    assert amazon.calls == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (NOW - timedelta(minutes=59), True),
        (NOW - timedelta(minutes=61), False),
        (NOW + timedelta(minutes=4), True),
        (NOW + timedelta(minutes=6), False),
    ],
)
def test_an_old_call_is_not_taken(amazon: Counter, sent: datetime, expected: bool) -> None:
    assert is_genuine(amazon, signed(call(Timestamp=sent.isoformat()))) is expected


@pytest.mark.parametrize("sent", ["", "yesterday", "2026-09-01T12:00:00", None, 5])
def test_a_call_without_a_time_is_not_taken(amazon: Counter, sent: Any) -> None:
    assert not is_genuine(amazon, signed(call(Timestamp=sent)))


@pytest.mark.parametrize("content", [b"", b"[]", b"5", b"\xff", b"{", b'{"Type": ["Notification"]}', b"[" * 100_000])
def test_what_is_no_call_is_not_genuine(amazon: Counter, content: bytes) -> None:
    assert not provider(amazon).verify({}, content, NOW)


def test_without_a_topic_nothing_is_genuine(amazon: Counter) -> None:
    assert not Ses({"CERTIFICATES_URL": amazon.url}).verify({}, body(signed(call())), NOW)


@pytest.mark.parametrize("topic", ["key", "arn:aws:sqs:eu-west-1:123456789012:x", "arn:aws:sns:eu.evil:123456789012:x"])
def test_a_topic_that_is_none_is_said_to_be(topic: str) -> None:
    with pytest.raises(ValueError, match="ARN"):
        Ses({"WEBHOOK_KEY": topic})


def test_china_has_hosts_of_its_own(amazon: Counter) -> None:
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:ses-events"
    address = f"https://sns.cn-north-1.amazonaws.com.cn{FILE}"

    assert is_genuine(amazon, signed(call(TopicArn=topic, SigningCertURL=address)), topic=topic)


def test_the_certificate_is_fetched_once(amazon: Counter) -> None:
    for _number in range(3):
        assert is_genuine(amazon, signed(call()))

    assert [one.path for one in amazon.calls] == [FILE]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500, b"no"),
        Reply(302, b"", {"location": "http://127.0.0.1:9/"}),
        Reply(200, b"x"),
        Reply(200, b"x" * 200_000),
    ],
)
def test_a_certificate_that_cannot_be_had_lets_sns_come_again_and_is_not_asked_for_at_once(
    amazon: Counter, answer: Reply
) -> None:
    def say(_call: Call) -> Reply:
        return answer

    amazon.rule = say
    for _number in range(2):
        with pytest.raises(Unavailable):
            is_genuine(amazon, signed(call()))

    assert len(amazon.calls) == 1


def test_many_calls_at_once_lead_to_one_question_and_to_no_crowd_of_waiting_threads(
    amazon: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "PATIENCE", 0.05)
    left = threading.Semaphore(0)

    def when_the_others_left(_call: Call) -> Reply:
        for _number in range(7):
            left.acquire(timeout=4)
        return Reply(200, notary.CERTIFICATE)

    def ask(_number: int) -> str:
        try:
            return str(is_genuine(amazon, signed(call())))
        except Unavailable:
            left.release()
            return "come again"

    amazon.rule = when_the_others_left
    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(ask, range(8)))

    assert answers == ["True"] + ["come again"] * 7
    assert len(amazon.calls) == 1


def test_what_is_remembered_has_an_end(amazon: Counter) -> None:
    for number in range(certificates.MOST + 3):
        file = f"/SimpleNotificationService-{number:032x}.pem"
        assert is_genuine(amazon, signed(call(SigningCertURL=f"https://sns.eu-west-1.amazonaws.com{file}")))

    assert len(certificates._known) == certificates.MOST


def test_the_address_of_a_confirmation_is_shown_to_a_person_and_not_called(amazon: Counter) -> None:
    with structlog.testing.capture_logs() as logged:
        assert provider(amazon).parse(body(confirmation())) == []
        assert provider(amazon).parse(body(confirmation(SubscribeURL="https://evil.example/"))) == []

    assert [one["open_in_browser"] for one in logged] == [confirmation()["SubscribeURL"]]
    assert amazon.calls == []
