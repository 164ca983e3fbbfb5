"""What answers say of our haste: a provider's Retry-After, and the replies of receiving servers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import events, ledger, suppression
from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.delivery.models import HoldKind, Scope, Stream, SuppressionReason
from outreach.delivery.pacing import caps, hearing, holds, refusals
from outreach.delivery.pacing.defaults import NO_LIMITS
from outreach.delivery.pacing.holds import IN_A_ROW, PAUSES
from outreach.foundation import clock
from tests.delivery import world
from tests.delivery.clockwork import pass_time, send_all
from tests.delivery.test_events import report
from tests.delivery.world import ACCEPTED, TOLD

FREQUENCY = "550 Domain frequency limited (http://service.mail.qq.example)"
CONTENT = "554 DT:SPM 163 smtp,spam"
CHINESE_HASTE = [
    ("qq.com", "550 Domain frequency limited"),
    ("qq.com", "550 Sender frequency limited"),
    ("foxmail.com", "550 Connection frequency limited"),
    ("qq.com", "550 Mailbox unavailable or access denied"),
    ("163.com", "421 HL:REP 163 smtp"),
    ("126.com", "421 HL:ICC 126 smtp"),
    ("163.com", "421 HL:IFC 163 smtp"),
    ("yeah.net", "421 HL:MEP yeah smtp"),
    ("163.com", "450 MI:DMC 163 smtp"),
    ("163.com", "451 MI:SFQ 163 smtp"),
    ("163.com", "451 DT:SPM 163 smtp"),
]


def refused(reason: str, kind: OutcomeKind = OutcomeKind.REJECTED) -> Outcome:
    return Outcome(kind, reason=reason)


def readers(number: int, domain: str) -> list[str]:
    return [f"reader{one}@{domain}" for one in range(1, number + 1)]


def without_caps(session: Session, *lanes: str) -> None:
    for lane in lanes:
        caps.set_limits(session, Scope.LANE, lane, NO_LIMITS)


def held(session: Session) -> list[tuple[Scope, str, HoldKind]]:
    return [(one.scope, one.key, one.kind) for one in holds.current(session)]


def test_a_provider_that_says_when_is_left_alone_by_every_mailing_until_then(session: Session) -> None:
    world.launch(session, 4, size=2)
    world.launch(session, 2, stream=Stream.SYSTEM, provider="smtp")
    world.launch(session, 2, stream=Stream.PRESS)
    world.settle(session, *[ACCEPTED] * 2)

    world.settle(session, *[TOLD] * 2)

    assert ledger.claim(session) is None
    assert not ledger.is_due(session)
    (told,) = holds.current(session)
    assert (told.scope, told.key, told.kind, told.reason) == (Scope.PROVIDER, "sandbox", HoldKind.TOLD, "HTTP 429")
    assert told.until
    assert timedelta(seconds=10) < told.until - clock.now() <= timedelta(seconds=30)
    pass_time(session, 31)
    assert [one.letter.stream for one in send_all(session)] == ["press", "newsletter", "newsletter"]


def test_a_request_that_was_about_to_leave_waits_as_well(session: Session) -> None:
    launched = world.launch(session, 4, size=2)
    about_to_leave = ledger.claim(session)
    assert about_to_leave
    world.settle(session, *[TOLD] * 2)

    assert not ledger.start_request(session, about_to_leave)
    assert ledger.give_back(session, about_to_leave)

    assert world.states(session, launched) == {"planned": 4}


@pytest.mark.parametrize(("domain", "reply"), CHINESE_HASTE)
@pytest.mark.parametrize("kind", [OutcomeKind.REJECTED, OutcomeKind.TRANSIENT])
def test_a_server_that_finds_us_too_fast_holds_its_lane_and_nobody_is_rejected_or_suppressed(
    session: Session, domain: str, reply: str, kind: OutcomeKind
) -> None:
    without_caps(session, "qq.com", "163.com")
    launched = world.launch(session, addresses=[*readers(3, domain), *readers(2, "kth.example")])

    world.settle(session, ACCEPTED, refused(reply, kind), refused(reply, kind))
    sent = send_all(session)

    assert [one.asked.lane for one in sent] == [""]
    assert world.states(session, launched) == {"accepted": 3, "planned": 2}
    ((scope, lane, held_for),) = held(session)
    assert (scope, held_for) == (Scope.LANE, HoldKind.THROTTLED)
    assert lane in {"qq.com", "163.com"}
    assert session.execute(text("SELECT count(*) FROM suppression")).scalar_one() == 0
    pass_time(session, PAUSES[0] + 1)
    send_all(session)
    assert world.states(session, launched) == {"accepted": 5}


def test_what_a_server_said_is_kept_without_the_address(session: Session) -> None:
    without_caps(session, "qq.com")
    world.launch(session, addresses=readers(1, "qq.com"))

    world.settle(session, refused("550 <reader1@qq.com>: Domain frequency limited"))

    assert [one.reason for one in holds.current(session)] == ["550 <…>: Domain frequency limited"]


def test_a_pause_costs_no_attempt(session: Session) -> None:
    without_caps(session, "qq.com")
    launched = world.launch(session, addresses=readers(2, "qq.com"))

    world.settle(session, *[refused(FREQUENCY)] * 2)

    assert world.batch(session, launched.batches[0]).attempts == 0


def test_a_lane_waits_minutes_then_an_hour_then_a_day(session: Session) -> None:
    without_caps(session, "qq.com")
    world.launch(session, addresses=readers(6, "qq.com"), size=1)
    waits = []

    for _time in range(4):
        world.settle(session, refused(FREQUENCY))
        (hold,) = holds.current(session)
        assert hold.until
        waits.append((hold.until - clock.now()).total_seconds())
        pass_time(session, waits[-1] + 5)

    assert waits == [pytest.approx(one, abs=5) for one in (*PAUSES, PAUSES[-1])]


def test_a_lane_that_was_well_for_long_begins_with_minutes_again(session: Session) -> None:
    without_caps(session, "qq.com")
    world.launch(session, addresses=readers(6, "qq.com"), size=1)
    world.settle(session, refused(FREQUENCY))
    pass_time(session, PAUSES[0] + IN_A_ROW + 10)

    world.settle(session, refused(FREQUENCY))

    (hold,) = holds.current(session)
    assert hold.until
    assert hold.until - clock.now() <= timedelta(seconds=PAUSES[0] + 1)


def test_what_was_on_its_way_already_makes_no_pause_longer(session: Session) -> None:
    without_caps(session, "qq.com")
    world.launch(session, addresses=readers(6, "qq.com"), size=1)
    first, second = world.claim(session), world.claim(session)

    ledger.settle(session, first, [refused(FREQUENCY)])
    before = holds.current(session)
    ledger.settle(session, second, [refused(FREQUENCY)])

    assert holds.current(session) == before


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("550 5.1.1 user unknown", "rejected"),
        ("554 DT:SPM 163 smtp", "rejected"),
        ("550 MI:SPF 163 smtp", "rejected"),
        ("HTTP 422: too many recipients", "rejected"),
        (FREQUENCY, "planned"),
    ],
)
def test_only_haste_is_tried_again(session: Session, reply: str, state: str) -> None:
    launched = world.launch(session, addresses=readers(1, "company.example"))

    world.settle(session, refused(reply))

    assert world.states(session, launched) == {state: 1}
    assert held(session) == []


def test_a_lane_that_refuses_our_words_is_held_for_a_person_who_sees_the_reply(session: Session) -> None:
    without_caps(session, "163.com")
    world.launch(session, addresses=[*readers(100, "163.com"), *readers(3, "kth.example")], size=20)
    world.settle(session, *[ACCEPTED] * 18, *[refused(CONTENT)] * 2)
    assert held(session) == []

    world.settle(session, *[ACCEPTED] * 19, refused(CONTENT))

    (hold,) = holds.current(session)
    assert (hold.scope, hold.key, hold.kind) == (Scope.LANE, "163.com", HoldKind.REFUSED)
    assert (hold.until, hold.reason) == (None, CONTENT)
    assert [one.asked.lane for one in send_all(session)] == [""]


def test_few_refusals_of_many_letters_hold_nothing(session: Session) -> None:
    without_caps(session, "163.com")
    world.launch(session, addresses=readers(100, "163.com"), size=100)

    world.settle(session, *[ACCEPTED] * 96, *[refused(CONTENT)] * 4)

    assert refusals.FEWEST <= 4 < refusals.SHARE * 100
    assert held(session) == []


def test_a_lane_that_was_released_is_judged_anew(session: Session) -> None:
    without_caps(session, "163.com")
    world.launch(session, addresses=readers(60, "163.com"), size=20)
    world.settle(session, *[ACCEPTED] * 10, *[refused(CONTENT)] * 10)
    assert holds.release(session, Scope.LANE, "163.com")
    session.execute(text("UPDATE delivery SET changed_at = changed_at - interval '2 seconds'"))
    session.execute(text("UPDATE hold SET until = until - interval '1 second'"))

    world.settle(session, *[ACCEPTED] * 18, *[refused(CONTENT)] * 2)
    assert held(session) == []
    world.settle(session, *[ACCEPTED] * 17, *[refused(CONTENT)] * 3)

    assert held(session) == [(Scope.LANE, "163.com", HoldKind.REFUSED)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (FREQUENCY, [(Scope.LANE, "qq.com", HoldKind.THROTTLED)]),
        ("550 Mail content denied", [(Scope.LANE, "qq.com", HoldKind.REFUSED)]),
        ("552 mailbox full", []),
    ],
)
def test_reports_of_letters_that_came_back_are_heard_too(
    session: Session, said: str, expected: list[tuple[Scope, str, HoldKind]]
) -> None:
    without_caps(session, "qq.com")
    launched = world.launch(session, addresses=readers(6, "qq.com"))
    world.settle(session, *[ACCEPTED] * 6)
    now = clock.now()
    reports = [report("bounced_soft", one, said=said, occurred_at=now) for one in launched.deliveries[:3]]
    events.keep(session, "sandbox", reports)

    hearing.hear_reports(session, [one.delivery_id for one in events.apply(session)])

    assert held(session) == expected


def test_a_report_that_is_an_hour_late_says_nothing_of_now(session: Session) -> None:
    launched = world.launch(session, addresses=readers(1, "qq.com"))
    world.settle(session, ACCEPTED)
    late = report("bounced_soft", launched.deliveries[0], said=FREQUENCY, occurred_at=clock.now() - timedelta(hours=1))
    events.keep(session, "sandbox", [late])

    hearing.hear_reports(session, [one.delivery_id for one in events.apply(session)])

    assert held(session) == []


@pytest.mark.parametrize("act", [ledger.pause, ledger.cancel])
def test_a_held_letter_follows_its_mailing(session: Session, act: Callable[[Session, object], object]) -> None:
    without_caps(session, "qq.com")
    launched = world.launch(session, addresses=readers(2, "qq.com"))
    world.settle(session, *[refused(FREQUENCY)] * 2)
    suppression.add(session, ["reader1@qq.com"], SuppressionReason.MANUAL)

    act(session, launched.mailing)
    pass_time(session, PAUSES[0] + 1)

    assert send_all(session) == []
