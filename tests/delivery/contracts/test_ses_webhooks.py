"""What Amazon SES documents that it reports, read into our words as the index beside it says."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from outreach.delivery.interface import BounceClass, Report, ReportKind
from outreach.delivery.providers.ses import Ses
from tests.delivery.contracts import material

CASES = material.webhooks("amazon-ses") if (material.FOLDER / "webhooks").is_dir() else []


def parsed(message: Any, **envelope: Any) -> list[Report]:
    call = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(message), **envelope}
    return Ses({}).parse(json.dumps(call).encode())


def event(kind: str, **parts: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "mail": {"messageId": "m1", "timestamp": "2026-09-01T12:00:00.000Z", "destination": ["a@QQ.com"]},
        **parts,
    }


def bounce(**changes: Any) -> dict[str, Any]:
    own = {"emailAddress": "a@QQ.com", "diagnosticCode": changes.pop("diagnostic", "smtp; 550 5.1.1 user unknown")}
    content = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [own]}
    return event("Bounce", bounce=content | {"timestamp": "2026-09-01T12:00:01Z"} | changes)


def test_every_documented_call_is_there() -> None:
    assert len(material.webhooks("amazon-ses")) == 16


@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_a_documented_call_means_what_the_index_says(case: dict[str, Any]) -> None:
    reports = Ses({}).parse(json.dumps(case["request"]["body"]).encode())

    assert len(reports) == len(case["expected"])
    for report, wanted in zip(reports, case["expected"], strict=True):
        assert report.kind == wanted["kind"]
        assert report.suppress is wanted["suppress"]
        assert report.address in _any(wanted["recipient"])
        assert report.message_id == wanted["provider_message_id"]
        assert any(
            abs((report.occurred_at - datetime.fromisoformat(one)).total_seconds()) < 0.002
            for one in _any(wanted["occurred_at"])
        )
        assert report.bounce_class == wanted.get("bounce_class")
        assert wanted.get("detail_contains", "") in report.diagnostic
        assert wanted.get("url") in {None, report.url}
        assert report.raw["mail"]["messageId"] == wanted["provider_message_id"]
    assert len({one.event_id for one in reports}) == len(reports)


def _any(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("changes", "kind", "bounce_class", "suppress"),
    [
        ({}, ReportKind.BOUNCED, BounceClass.HARD, True),
        ({"diagnostic": "smtp; 550 Domain frequency limited"}, ReportKind.BOUNCED, BounceClass.SOFT, False),
        ({"diagnostic": "smtp; 550 Mailbox unavailable or access denied"}, ReportKind.BOUNCED, BounceClass.SOFT, False),
        ({"diagnostic": "smtp; 554 DT:SPM 163"}, ReportKind.BOUNCED, BounceClass.BLOCK, False),
        ({"bounceType": "Transient"}, ReportKind.BOUNCED, BounceClass.SOFT, False),
        ({"bounceType": "Transient", "bounceSubType": "ContentRejected"}, ReportKind.BOUNCED, BounceClass.BLOCK, False),
        ({"bounceType": "Undetermined"}, ReportKind.BOUNCED, BounceClass.UNDETERMINED, False),
        ({"bounceType": "New"}, ReportKind.BOUNCED, BounceClass.UNDETERMINED, False),
        ({"bounceSubType": "OnAccountSuppressionList"}, ReportKind.REJECTED, BounceClass.SUPPRESSED, True),
        ({"bounceSubType": "Suppressed"}, ReportKind.REJECTED, BounceClass.SUPPRESSED, True),
    ],
)
def test_only_a_bounce_that_is_about_the_address_suppresses_it(
    changes: dict[str, Any], kind: ReportKind, bounce_class: BounceClass, suppress: bool
) -> None:
    (report,) = parsed(bounce(**changes))

    assert (report.kind, report.bounce_class, report.suppress) == (kind, bounce_class, suppress)
    assert report.address == "a@qq.com"


@pytest.mark.parametrize(
    ("changes", "kind", "suppress"),
    [
        ({}, ReportKind.COMPLAINED, True),
        ({"complaintFeedbackType": "not-spam"}, ReportKind.IGNORED, False),
        ({"complaintSubType": "OnAccountSuppressionList"}, ReportKind.REJECTED, True),
    ],
)
def test_praise_is_no_complaint(changes: dict[str, Any], kind: ReportKind, suppress: bool) -> None:
    content = {"complainedRecipients": [{"emailAddress": "a@b.se"}], "timestamp": "2026-09-01T12:00:01Z"}

    (report,) = parsed(event("Complaint", complaint=content | changes))

    assert (report.kind, report.suppress) == (kind, suppress)


def test_coming_back_is_no_goodbye() -> None:
    wishes = {"unsubscribeAll": False, "topicSubscriptionStatus": [{"subscriptionStatus": "OptIn"}]}

    (report,) = parsed(event("Subscription", subscription={"newTopicPreferences": wishes}))

    assert (report.kind, report.suppress) == (ReportKind.RESUBSCRIBED, False)


def test_a_report_names_our_delivery_when_ses_does() -> None:
    number = uuid4()
    told = event("Send")
    told["mail"]["tags"] = {"delivery": [str(number)]}

    assert parsed(told)[0].delivery_id == number
    assert parsed(event("Send"))[0].delivery_id is None


def test_the_same_call_twice_is_one_event() -> None:
    assert parsed(bounce())[0].event_id == parsed(bounce())[0].event_id
    assert parsed(bounce())[0].event_id != parsed(bounce(), MessageId="2")[0].event_id


@pytest.mark.parametrize(
    "message",
    [
        [],
        5,
        {"eventType": "New Kind"},
        {"eventType": ["Bounce"]},
        {"eventType": "Bounce"},
        {"eventType": "Bounce", "bounce": {"bouncedRecipients": "a@b.se"}},
        {"eventType": "Bounce", "mail": 5, "bounce": []},
        {"eventType": "Delivery", "delivery": {"recipients": None}},
    ],
)
def test_what_is_not_understood_is_kept(message: Any) -> None:
    (report,) = parsed(message)

    assert (report.kind, report.suppress) == (ReportKind.UNKNOWN, False)
    assert report.raw


@pytest.mark.parametrize("message", [bounce(bouncedRecipients=[5, None, {}]), event("Open", open=7), event("Click")])
def test_half_an_event_is_kept_too(message: Any) -> None:
    assert all(one.raw and one.event_id for one in parsed(message))


def test_the_notice_that_a_topic_works_is_kept() -> None:
    call = {"Type": "Notification", "MessageId": "1", "Message": "Successfully validated SNS topic for Amazon SES."}

    (report,) = Ses({}).parse(json.dumps(call).encode())

    assert report.kind is ReportKind.UNKNOWN
    assert report.raw == call


@pytest.mark.parametrize(
    "body", [b"", b"5", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"Type": "UnsubscribeConfirmation"}']
)
def test_what_is_no_notification_holds_no_reports(body: bytes) -> None:
    assert Ses({}).parse(body) == []
