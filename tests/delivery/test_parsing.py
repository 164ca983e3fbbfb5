"""Whatever a provider sends, or somebody who knows its key: reading it never fails, and nothing of it is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.interface import ReportKind
from outreach.delivery.providers.alibaba import Alibaba
from outreach.delivery.providers.ses import Ses

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SES: dict[str, Any] = {
    "eventType": "Bounce",
    "mail": {
        "messageId": "m",
        "timestamp": "2026-09-01T12:00:00Z",
        "destination": ["a@b.se"],
        "tags": {"delivery": ["x"]},
    },
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "timestamp": "2026-09-01T12:00:00Z",
        "bouncedRecipients": [{"emailAddress": "a@b.se", "diagnosticCode": "smtp; 550 5.1.1"}],
    },
    "complaint": {"complainedRecipients": [{"emailAddress": "a@b.se"}], "complaintFeedbackType": "abuse"},
    "delivery": {"recipients": ["a@b.se"], "timestamp": "2026-09-01T12:00:00Z"},
    "deliveryDelay": {"delayedRecipients": [{"emailAddress": "a@b.se"}]},
    "subscription": {"newTopicPreferences": {"topicSubscriptionStatus": [{"subscriptionStatus": "OptOut"}]}},
    "click": {"link": "https://x.example/", "timestamp": "2026-09-01T12:00:00Z"},
}
KINDS = ["Bounce", "Complaint", "Delivery", "DeliveryDelay", "Subscription", "Click", "Open", "Reject"]
ALIBABA: dict[str, Any] = {
    "id": "1",
    "type": "dm:Deliver:Fail",
    "time": "2026-09-01T20:00:00+08:00",
    "data": {"rcpt": "a@b.se", "err_msg": "550", "failed_type": "SmtpNxBox", "header": {"X-User-Notify-Delivery": "x"}},
}


def places(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List where something stands in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(place for name, one in inner for place in places(one, (*above, name)))]


def changed(document: Any, place: tuple[str | int, ...], odd: Any) -> Any:
    """Return a copy with something odd at a place."""
    if not place:
        return odd
    copy = json.loads(json.dumps(document))
    at = copy
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = odd
    return copy


@pytest.mark.parametrize("kind", KINDS)
@given(place=st.sampled_from(places(SES)), odd=ODD)
def test_an_odd_event_of_amazon_is_kept(kind: str, place: tuple[str | int, ...], odd: Any) -> None:
    event = changed(SES | {"eventType": kind}, place, odd)
    call = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(event)}

    found = Ses({}).parse(json.dumps(call).encode())

    assert found
    assert all(isinstance(one.kind, ReportKind) and 0 < len(one.event_id) <= 200 for one in found)
    assert all(one.occurred_at.tzinfo and isinstance(one.diagnostic, str) for one in found)


@given(place=st.sampled_from(places(ALIBABA)[1:]), odd=ODD)
def test_an_odd_event_of_alibaba_is_kept(place: tuple[str | int, ...], odd: Any) -> None:
    (found,) = Alibaba({}).parse(json.dumps(changed(ALIBABA, place, odd)).encode())

    assert 0 < len(found.event_id) <= 200
    assert found.raw
    assert isinstance(found.diagnostic, str)


@given(st.binary(max_size=50) | ODD.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_event_fails_nobody(body: bytes) -> None:
    assert Ses({}).parse(body) == []
    Alibaba({}).parse(body)
