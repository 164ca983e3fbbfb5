"""Lanes as an officer watches them, halts them and lets them go on."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from outreach.delivery import lanes, ledger
from outreach.delivery.lanes import Lane
from outreach.delivery.models import HoldKind, Scope, Stream
from outreach.delivery.pacing import caps, holds
from outreach.delivery.pacing.defaults import Limits, defaults
from outreach.foundation import clock, redis
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import use
from tests.delivery import world
from tests.delivery.clockwork import pass_time, send_all


@pytest.fixture(autouse=True)
def empty_redis(servers: object) -> None:
    redis.client().flushdb()


def readers(number: int, domain: str) -> list[str]:
    return [f"reader{one}@{domain}" for one in range(1, number + 1)]


def lane(session: Session, key: str) -> Lane:
    return next(one for one in lanes.overview(session) if one.key == key)


def test_an_overview_shows_what_waits_what_left_and_the_caps(session: Session) -> None:
    caps.set_limits(session, Scope.LANE, "qq.com", Limits(per_hour=10, per_day=12))
    world.launch(session, addresses=[*readers(30, "foxmail.com"), *readers(4, "kth.example")], stream=Stream.SYSTEM)

    send_all(session)
    pass_time(session, 3800)
    send_all(session)
    qq, others = lanes.overview(session)

    assert (qq.key, qq.waiting, qq.leaving, qq.left_hour, qq.left_day) == ("qq.com", 18, 0, 2, 12)
    assert qq.domains == defaults().lanes["qq.com"].domains
    assert qq.limits == Limits(per_hour=10, per_day=12)
    (full,) = qq.holds
    assert (full.kind, full.reason) == (HoldKind.FULL, "per_day")
    assert full.until
    assert full.until - clock.now() < timedelta(days=1)
    assert not qq.is_halted
    assert (others.key, others.domains, others.waiting, others.left_day) == ("", (), 0, 4)


def test_letters_on_their_way_are_shown(session: Session) -> None:
    world.launch(session, 3)
    world.claim(session)

    assert (lane(session, "").leaving, lane(session, "").waiting) == (3, 0)


def test_a_lane_without_letters_is_shown_when_it_is_capped_or_halted(session: Session) -> None:
    caps.set_limits(session, Scope.LANE, "kth.example", Limits(per_hour=10))
    lanes.halt(session, "sina.com", "Vi väntar på svar")

    assert {one.key for one in lanes.overview(session)} == {"", "kth.example", "sina.com"}
    assert lane(session, "kth.example").domains == ("kth.example",)


def test_a_halted_lane_waits_until_it_is_released_and_the_others_go_on(session: Session) -> None:
    launched = world.launch(session, addresses=[*readers(1, "qq.com"), *readers(2, "kth.example")])

    lanes.halt(session, "qq.com", "They called")
    send_all(session)

    assert world.states(session, launched) == {"accepted": 2, "planned": 1}
    halted = lane(session, "qq.com")
    assert halted.is_halted
    assert [(one.kind, one.until, one.reason) for one in halted.holds] == [(HoldKind.HALTED, None, "They called")]
    pass_time(session, 100_000)
    assert send_all(session) == []

    lanes.release(session, "qq.com")
    send_all(session)

    assert world.states(session, launched) == {"accepted": 3}
    assert lane(session, "qq.com").holds == ()


def test_what_is_about_to_leave_is_stopped_by_a_halt(session: Session) -> None:
    world.launch(session, addresses=readers(1, "qq.com"))
    claim = ledger.claim(session)
    assert claim

    lanes.halt(session, "qq.com", "Stop")

    assert not ledger.start_request(session, claim)


def test_nothing_is_released_that_is_not_held(session: Session) -> None:
    with pytest.raises(NotFound):
        lanes.release(session, "qq.com")
    lanes.halt(session, "qq.com", "Stop")
    lanes.release(session, "qq.com")
    with pytest.raises(NotFound):
        lanes.release(session, "qq.com")


def test_all_other_domains_together_cannot_be_halted(session: Session) -> None:
    with pytest.raises(Refused):
        lanes.halt(session, "", "Stop")


def test_what_holds_a_provider_is_shown_beside_the_lanes(session: Session) -> None:
    holds.put(session, Scope.PROVIDER, "sandbox", HoldKind.TOLD, seconds=30, reason="HTTP 429")

    (held,) = lanes.halted_elsewhere(session)

    assert (held.scope, held.key, held.reason) == (Scope.PROVIDER, "sandbox", "HTTP 429")


@pytest.mark.parametrize("kind", list(HoldKind))
def test_every_hold_is_said_in_words(session: Session, kind: HoldKind) -> None:
    holds.put(session, Scope.LANE, "qq.com", kind, seconds=30, reason="")

    (held,) = holds.current(session)

    with use("en"):
        assert held.sentence().endswith(".")
