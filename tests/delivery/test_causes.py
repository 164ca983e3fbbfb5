"""Many replies, few causes."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import causes
from outreach.delivery.causes import Cause
from outreach.delivery.models import DeliveryState
from outreach.delivery.replies import ReplyClass
from tests.delivery import world


def come_back(session: Session, address: str, reason: str, state: str = "bounced_soft") -> None:
    """Let a letter to one address come back."""
    launched = world.launch(session, addresses=[address])
    session.execute(
        text("UPDATE delivery SET state = :state, reason = :reason, accepted_at = now() WHERE id = :id"),
        {"state": state, "reason": reason, "id": launched.deliveries[0]},
    )


@pytest.mark.parametrize(
    ("said", "domain", "state", "cause"),
    [
        ("550 Domain frequency limited", "qq.com", DeliveryState.BOUNCED_SOFT, Cause.THROTTLE),
        ("554 DT:SPM 163 smtp8", "163.com", DeliveryState.BOUNCED_SOFT, Cause.CONTENT),
        ("550 5.1.1 no such user", "x.example", DeliveryState.BOUNCED_HARD, Cause.INVALID_RECIPIENT),
        ("", "x.example", DeliveryState.BOUNCED_HARD, Cause.INVALID_RECIPIENT),
        ("", "x.example", DeliveryState.BOUNCED_SOFT, Cause.UNKNOWN),
        ("no", "x.example", DeliveryState.REJECTED, Cause.PROVIDER_REFUSES),
        ("550 5.1.1 no such user", "x.example", DeliveryState.COMPLAINED, Cause.COMPLAINT),
        ("ReadTimeout", "x.example", DeliveryState.AMBIGUOUS, Cause.LOST),
        ("ConnectError", "x.example", DeliveryState.EXPIRED, Cause.LATE),
        ("HTTP 429: slow down", "", None, Cause.PROVIDER_SLOW),
        ("HTTP 503: back soon", "", None, Cause.PROVIDER_AWAY),
        ("ConnectError: the provider did not answer", "", None, Cause.PROVIDER_AWAY),
        ("The provider refuses our key (HTTP 401: )", "", None, Cause.PROVIDER_REFUSES),
    ],
)
def test_a_reply_has_a_cause(said: str, domain: str, state: DeliveryState | None, cause: Cause) -> None:
    assert causes.of_reply(said, domain, state) is cause


def test_every_meaning_of_a_reply_is_a_cause() -> None:
    assert {one.value for one in ReplyClass} <= {one.value for one in Cause}


def test_replies_that_differ_in_numbers_only_are_one_group_per_lane(session: Session) -> None:
    come_back(session, "a@qq.com", "550 Domain frequency limited, id 0123456789abcdef01")
    come_back(session, "b@foxmail.com", "550 Domain frequency limited, id fedcba987654321002")
    come_back(session, "c@firma.example", "552 5.2.2 mailbox full")
    world.launch(session, 1)

    found = causes.listed(session, days=7)

    assert [(one.lane, one.cause, one.letters) for one in found] == [
        ("qq.com", Cause.THROTTLE, 2),
        ("", Cause.MAILBOX_FULL, 1),
    ]
    assert found[0].said == "550 Domain frequency limited, id …"


def test_what_is_older_than_the_period_is_left_out(session: Session) -> None:
    come_back(session, "a@qq.com", "550 Domain frequency limited")
    session.execute(text("UPDATE mailing SET created_at = now() - interval '8 days'"))

    assert causes.listed(session, days=7) == []
    assert causes.results(session, days=7) == []
    assert len(causes.results(session, days=30)) == 1


def test_results_are_counted_per_lane(session: Session) -> None:
    come_back(session, "a@qq.com", "550 Domain frequency limited")
    come_back(session, "b@vip.qq.com", "", "delivered")
    come_back(session, "c@firma.example", "", "complained")
    come_back(session, "d@firma.example", "", "accepted")
    come_back(session, "e@firma.example", "", "accepted")

    others, qq = causes.results(session, days=7)

    assert (others.lane, others.letters, others.delivered, others.returned, others.complained) == ("", 3, 1, 0, 1)
    assert (qq.lane, qq.letters, qq.delivered, qq.returned, qq.complained) == ("qq.com", 2, 1, 1, 0)
