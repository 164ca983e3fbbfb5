"""Every webhook call that a provider documents is normalised as the index beside the documents says."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from outreach.delivery.interface import Provider, Report
from outreach.delivery.providers.mailgun import LATE, Mailgun
from outreach.delivery.providers.postmark import Postmark
from outreach.delivery.providers.resend import Resend
from tests.delivery.contracts import material

PROVIDERS: dict[str, Provider] = {one.name: one({"WEBHOOK_KEY": "a secret"}) for one in (Postmark, Resend, Mailgun)}
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def documented() -> list[Any]:
    """List the calls of our providers; nothing where the documents are missing, which a test below says."""
    if not material.FOLDER.is_dir():
        return []
    return [pytest.param(name, case, id=case["id"]) for name in PROVIDERS for case in material.webhooks(name)]


def read(provider: str, body: Any) -> list[Report]:
    return PROVIDERS[provider].parse(json.dumps(body).encode())


@pytest.mark.parametrize(("provider", "case"), documented())
def test_a_documented_call_says_what_the_index_says(provider: str, case: dict[str, Any]) -> None:
    reports = read(provider, case["request"]["body"])

    left = list(reports)
    for expected in case["expected"]:
        fitting = [one for one in left if not differences(one, expected)]
        assert fitting or expected.get("optional"), [differences(one, expected) for one in reports]
        left = [one for one in left if one not in fitting[:1]]
    assert left == []
    assert all(one.raw for one in reports)


def differences(report: Report, expected: dict[str, Any]) -> list[str]:
    """Compare by the index's matching rules; a list of values means any of them."""
    found = {
        "kind": report.kind.value,
        "recipient": report.address,
        "provider_message_id": report.message_id,
        "bounce_class": report.bounce_class.value if report.bounce_class else None,
        "suppress": report.is_ending,
        "url": report.url,
        "machine": report.machine,
    }
    wrong = [name for name, value in found.items() if name in expected and value not in _any_of(expected[name])]
    if "occurred_at" in expected:
        moment = datetime.fromisoformat(expected["occurred_at"])
        wrong += ["occurred_at"] if abs(report.occurred_at - moment) > timedelta(milliseconds=2) else []
    if expected.get("detail_contains", "") not in report.diagnostic:
        wrong.append("detail_contains")
    if expected.get("dedupe_key_contains", "") not in report.event_id:
        wrong.append("dedupe_key_contains")
    if any(json.dumps(value) not in json.dumps(report.raw) for value in expected.get("correlation", {}).values()):
        wrong.append("correlation")
    return wrong


def _any_of(expected: Any) -> list[Any]:
    return expected if isinstance(expected, list) else [expected]


def test_none_of_the_index_is_left_out() -> None:
    listed = {case["id"] for case in material.index()["cases"] if case["id"].split("/")[0] in PROVIDERS}

    assert listed == {case["id"] for name in PROVIDERS for case in material.webhooks(name)}


def test_our_delivery_comes_back_where_each_provider_keeps_it() -> None:
    own = "0198f3a0-0000-7000-8000-000000000001"
    calls = {
        "postmark": {"RecordType": "Delivery", "Metadata": {"delivery": own}},
        "resend": {"type": "email.delivered", "data": {"tags": {"delivery": own}}},
        "mailgun": {"event-data": {"event": "delivered", "user-variables": {"delivery": own}}},
    }

    assert {str(read(name, body)[0].delivery_id) for name, body in calls.items()} == {own}


def postmark(**event: Any) -> Report:
    (report,) = read("postmark", {"Email": "a@qq.com", "RecordType": "Bounce", **event})
    return report


@pytest.mark.parametrize(
    ("event", "kind", "bounce_class", "is_ending"),
    [
        ({"Type": "HardBounce", "Details": "550 5.1.1 unknown user"}, "bounced", "hard", True),
        ({"Type": "HardBounce", "Details": "550 Domain frequency limited"}, "bounced", "soft", False),
        ({"Type": "HardBounce", "Details": "554 DT:SPM 163 smtp"}, "bounced", "block", False),
        ({"Type": "BadEmailAddress"}, "bounced", "hard", True),
        ({"Type": "SoftBounce"}, "bounced", "soft", False),
        ({"Type": "Transient"}, "bounced", "soft", False),
        ({"Type": "DnsError"}, "bounced", "soft", False),
        ({"Type": "Blocked"}, "bounced", "block", False),
        ({"Type": "SpamNotification", "Inactive": True}, "bounced", "block", False),
        ({"Type": "DMARCPolicy"}, "bounced", "block", False),
        ({"Type": "Unknown"}, "bounced", "undetermined", False),
        ({"Type": "SomethingNew"}, "bounced", "undetermined", False),
        ({"Type": "ManuallyDeactivated"}, "rejected", "suppressed", True),
        ({"Type": "SpamComplaint"}, "complained", None, True),
        ({"Type": "Unsubscribe"}, "unsubscribed", None, True),
        ({"Type": "Subscribe"}, "resubscribed", None, False),
        ({"Type": "AutoResponder"}, "ignored", None, False),
        ({"RecordType": "SubscriptionChange", "SuppressSending": False}, "resubscribed", None, False),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"},
            "ignored",
            None,
            False,
        ),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "SpamComplaint"},
            "ignored",
            None,
            False,
        ),
        (
            {
                "RecordType": "SubscriptionChange",
                "SuppressSending": True,
                "SuppressionReason": "ManualSuppression",
                "Origin": "Admin",
            },
            "ignored",
            None,
            False,
        ),
        ({"RecordType": "Inbound"}, "unknown", None, False),
    ],
)
def test_postmarks_kinds_of_bounces(
    event: dict[str, Any], kind: str, bounce_class: str | None, is_ending: bool
) -> None:
    report = postmark(**event)

    assert (report.kind, report.bounce_class, report.is_ending) == (kind, bounce_class, is_ending)


@pytest.mark.parametrize(
    ("event", "kind", "bounce_class", "is_ending"),
    [
        ({"severity": "temporary", "reason": "generic"}, "deferred", "soft", False),
        ({"severity": "permanent", "reason": "suppress-complaint"}, "rejected", "suppressed", True),
        ({"severity": "permanent", "reason": "suppress-unsubscribe"}, "rejected", "suppressed", True),
        ({"severity": "permanent", "reason": "espblock"}, "bounced", "block", False),
        ({"severity": "permanent", "reason": "old"}, "bounced", "soft", False),
        ({"severity": "permanent", "reason": "bounce"}, "bounced", "hard", True),
        (
            {
                "severity": "permanent",
                "delivery-status": {"code": 550, "message": "Mailbox unavailable or access denied"},
            },
            "bounced",
            "soft",
            False,
        ),
        (
            {"severity": "permanent", "delivery-status": {"code": 552, "message": "5.2.2 mailbox full"}},
            "bounced",
            "soft",
            False,
        ),
    ],
)
def test_mailguns_kinds_of_failures(event: dict[str, Any], kind: str, bounce_class: str, is_ending: bool) -> None:
    (report,) = read("mailgun", {"event-data": {"event": "failed", "recipient": "a@qq.com", **event}})

    assert (report.kind, report.bounce_class, report.is_ending) == (kind, bounce_class, is_ending)


@pytest.mark.parametrize(
    ("event", "kind", "bounce_class", "is_ending"),
    [
        ({"bounce": {"type": "Permanent", "message": "no such user"}}, "bounced", "hard", True),
        ({"bounce": {"type": "Permanent", "subType": "Suppressed"}}, "rejected", "suppressed", True),
        (
            {"bounce": {"type": "Permanent", "diagnosticCode": ["550 IP frequency limited"]}},
            "bounced",
            "soft",
            False,
        ),
        ({"bounce": {"type": "Transient", "subType": "MailboxFull"}}, "bounced", "soft", False),
        ({"bounce": {"type": "Transient", "subType": "ContentRejected"}}, "bounced", "block", False),
        ({"bounce": {"type": "Transient", "diagnosticCode": "554 DT:SPM"}}, "bounced", "block", False),
        ({"bounce": {"type": "Undetermined"}}, "bounced", "undetermined", False),
        ({}, "bounced", "undetermined", False),
    ],
)
def test_resends_kinds_of_bounces(event: dict[str, Any], kind: str, bounce_class: str, is_ending: bool) -> None:
    (report,) = read("resend", {"type": "email.bounced", "data": {"to": ["a@qq.com"], **event}})

    assert (report.kind, report.bounce_class, report.is_ending) == (kind, bounce_class, is_ending)


def test_what_mailgun_takes_for_a_machine_is_marked() -> None:
    event = {"event": "opened", "client-info": {"bot": "apple", "client-type": "unknown"}}

    (report,) = read("mailgun", {"event-data": event})

    assert report.machine is True
    assert report.raw["client-info"]["bot"] == "apple"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"5",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"RecordType": 5, "Metadata": [], "Email": {}, "BouncedAt": [], "ID": {}}',
        b'{"RecordType": "Bounce", "Type": {}, "Details": 5, "BouncedAt": "9999999"}',
        b'{"type": [], "data": [], "created_at": 1e400}',
        b'{"type": "email.bounced", "data": {"to": "a", "bounce": 5, "tags": []}, "created_at": -1e30}',
        b'{"event-data": {"event": {}, "timestamp": NaN, "message": 5, "recipient": 5, "client-info": []}}',
        b'{"event-data": {"event": "failed", "id": [], "timestamp": 1e308, "delivery-status": {"code": "x"}}}',
        b'{"event-data": {"event": "failed", "timestamp": true, "severity": "permanent", "delivery-status": 5}}',
    ],
)
def test_a_call_of_any_shape_is_read_without_an_error(provider: str, body: bytes) -> None:
    for report in PROVIDERS[provider].parse(body):
        assert 0 < len(report.event_id) <= 200
        assert report.occurred_at.tzinfo


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_same_event_has_the_same_name_and_another_one_another(provider: str) -> None:
    for case in material.webhooks(provider):
        body = case["request"]["body"]
        turned = dict(reversed(body.items()))

        assert [one.event_id for one in read(provider, body)] == [one.event_id for one in read(provider, turned)]
    names = [one.event_id for case in material.webhooks(provider) for one in read(provider, case["request"]["body"])]
    assert len(names) == len(set(names))


# --- is it genuine? ---------------------------------------------------------------------------------------------------


def mailgun_call(*, key: str = "a secret", at: datetime = NOW, **changes: str) -> bytes:
    sent, token = str(int(at.timestamp())), "t" * 50
    signature = hmac.new(key.encode(), f"{sent}{token}".encode(), sha256).hexdigest()
    return json.dumps({"signature": {"timestamp": sent, "token": token, "signature": signature} | changes}).encode()


def test_mailguns_signature_is_believed_as_long_as_it_repeats_a_call() -> None:
    for moment in (NOW, NOW - timedelta(seconds=LATE), NOW + timedelta(seconds=299)):
        assert PROVIDERS["mailgun"].verify({}, mailgun_call(at=moment), NOW)
    assert PROVIDERS["mailgun"].ticket(mailgun_call()) == "t" * 50


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"signature": 5}',
        mailgun_call(key="another"),
        mailgun_call(signature=""),
        mailgun_call(signature="²"),
        mailgun_call(token="x" * 50),
        mailgun_call(token=""),
        mailgun_call(timestamp="1"),
        mailgun_call(timestamp="soon"),
        mailgun_call(at=NOW - timedelta(seconds=LATE + 1)),
        mailgun_call(at=NOW + timedelta(seconds=301)),
    ],
)
def test_any_other_call_to_mailguns_address_is_refused(body: bytes) -> None:
    assert not PROVIDERS["mailgun"].verify({}, body, NOW)


@pytest.mark.parametrize(
    ("header", "is_genuine"),
    [
        ("Basic cG9zdG1hcms6YSBzZWNyZXQ=", True),  # postmark:a secret
        ("basic OmEgc2VjcmV0", True),  # :a secret
        ("Basic cG9zdG1hcms6YW5vdGhlcg==", False),  # postmark:another
        ("Basic YSBzZWNyZXQ=", False),  # a secret, without a colon
        ("Bearer cG9zdG1hcms6YSBzZWNyZXQ=", False),
        ("Basic ²", False),
        ("Basic", False),
        ("", False),
    ],
)
def test_postmarks_calls_carry_the_password_of_their_address(header: str, is_genuine: bool) -> None:
    assert PROVIDERS["postmark"].verify({"authorization": header}, b"{}", NOW) is is_genuine


@pytest.mark.parametrize("prefix", ["svix", "webhook"])
def test_resends_calls_are_signed_by_the_standard_under_either_name(prefix: str) -> None:
    secret = b"thirty-two bytes for the tests!!"
    provider = Resend({"WEBHOOK_KEY": "whsec_" + _base64(secret)})
    sent = str(int(NOW.timestamp()))
    signature = "v1," + _base64(hmac.digest(secret, f"msg_1.{sent}.".encode() + b"{}", sha256))
    headers = {f"{prefix}-id": "msg_1", f"{prefix}-timestamp": sent, f"{prefix}-signature": signature}

    assert provider.verify(headers, b"{}", NOW)
    assert not provider.verify(headers, b"{} ", NOW)
    assert not provider.verify(headers, b"{}", NOW + timedelta(seconds=301))
    assert not provider.verify(headers | {f"{prefix}-id": "msg_2"}, b"{}", NOW)


@pytest.mark.parametrize("provider", [Postmark, Resend, Mailgun])
def test_nothing_is_genuine_without_a_key(provider: type[Provider]) -> None:
    assert not provider({}).verify({"authorization": "Basic Og=="}, mailgun_call(key=""), NOW)


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
