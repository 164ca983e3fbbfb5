"""Reports: kept as they came, applied once, and the same end whatever their order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import settings as run_with
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import events, suppression
from outreach.delivery.events import Effect
from outreach.delivery.interface import BounceClass, Report, ReportKind
from outreach.delivery.models import SuppressionReason
from outreach.foundation.database import engine
from tests.delivery import world

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def report(kind: str, delivery: UUID | None, *, minute: int = 0, said: str = "", **changes: Any) -> Report:
    """A report as a provider's file makes it; `bounced_hard` is a bounce of class hard."""
    name, _underscore, bounce_class = kind.partition("_")
    values: dict[str, Any] = {
        "event_id": f"{delivery}.{kind}.{minute}.{said}",
        "kind": ReportKind(name),
        "occurred_at": NOON + timedelta(minutes=minute),
        "delivery_id": delivery,
        "message_id": "theirs",
        "bounce_class": BounceClass(bounce_class) if bounce_class else None,
        "suppress": True if kind in {"unsubscribed", "rejected_suppressed"} else None,
        "diagnostic": said,
        "raw": {"type": kind},
    }
    return Report(**(values | changes))


def sent(session: Session, people: int = 1) -> world.Launched:
    launched = world.launch(session, people)
    world.settle(session, *[world.ACCEPTED] * people)
    return launched


@pytest.mark.parametrize(
    ("kind", "state", "time", "effect"),
    [
        ("delivered", "delivered", "delivered_at", None),
        ("bounced_soft", "bounced_soft", "bounced_at", "bounced_soft"),
        ("bounced_hard", "bounced_hard", "bounced_at", "bounced_hard"),
        ("complained", "complained", "complained_at", "complained"),
        ("deferred", "accepted", None, None),
        ("unknown", "accepted", None, None),
    ],
)
def test_a_report_moves_its_delivery(
    session: Session, kind: str, state: str, time: str | None, effect: str | None
) -> None:
    launched = sent(session)

    events.keep(session, "sandbox", [report(kind, launched.deliveries[0])])
    effects = events.apply(session)

    row = world.row(session, launched.deliveries[0])
    assert row.state == state
    assert [name for name in ("delivered_at", "bounced_at", "complained_at") if getattr(row, name)] == (
        [time] if time else []
    )
    assert effects == ([Effect(effect, row.id, row.contact_id, row.address)] if effect else [])
    assert session.execute(text("SELECT count(*) FROM provider_event WHERE applied_at IS NULL")).scalar_one() == 0


def test_a_report_is_kept_raw_and_only_once(session: Session) -> None:
    launched = sent(session)
    one = report("delivered", launched.deliveries[0], raw={"type": "delivered", "proxy": True})

    assert events.keep(session, "sandbox", [one, one]) == 1
    assert events.keep(session, "sandbox", [one]) == 0
    assert events.keep(session, "other", [one]) == 1
    assert events.keep(session, "sandbox", []) == 0

    raw = session.execute(text("SELECT raw FROM provider_event WHERE provider = 'sandbox'")).scalar_one()
    assert raw["raw"] == {"type": "delivered", "proxy": True}


def test_what_postgresql_cannot_store_does_not_stop_the_others(session: Session) -> None:
    launched = sent(session, 2)
    odd = "a\x00b \ud800 \\u0000 \\\x00"

    events.keep(
        session,
        "sandbox",
        [
            report("bounced_hard", launched.deliveries[0], said=odd, raw={odd: [odd]}),
            report("delivered", launched.deliveries[1]),
        ],
    )
    events.apply(session)

    assert world.states(session, launched) == {"bounced_hard": 1, "delivered": 1}
    assert world.row(session, launched.deliveries[0]).reason == "ab ? \\u0000 \\"


def test_a_report_without_a_delivery_of_ours_waits_three_days_and_stops_nobody(session: Session) -> None:
    stranger = uuid4()
    events.keep(session, "sandbox", [report("delivered", stranger, minute=one) for one in range(5)])
    events.keep(session, "sandbox", [report("delivered", None)])
    launched = sent(session)
    events.keep(session, "sandbox", [report("delivered", launched.deliveries[0])])

    events.apply(session, limit=3)

    assert world.states(session, launched) == {"delivered": 1}
    waiting = text("SELECT count(*) FROM provider_event WHERE applied_at IS NULL")
    assert session.execute(waiting).scalar_one() == 6
    session.execute(text("UPDATE provider_event SET received_at = now() - interval '73 hours'"))
    events.apply(session)
    assert session.execute(waiting).scalar_one() == 0


def test_a_report_that_came_before_the_delivery_was_there_is_applied_then(session: Session) -> None:
    launched = sent(session)
    session.execute(text("CREATE TEMP TABLE aside ON COMMIT DROP AS SELECT * FROM delivery"))
    session.execute(text("DELETE FROM delivery"))
    events.keep(session, "sandbox", [report("delivered", launched.deliveries[0])])
    assert events.apply(session) == []
    session.execute(text("INSERT INTO delivery SELECT * FROM aside"))

    events.apply(session)

    assert world.states(session, launched) == {"delivered": 1}


def test_a_backlog_of_days_is_applied_and_not_forgotten(session: Session) -> None:
    launched = sent(session, 3)
    events.keep(session, "sandbox", [report("delivered", one) for one in launched.deliveries])
    session.execute(text("UPDATE provider_event SET received_at = now() - interval '100 hours'"))

    for _turn in range(3):
        events.apply(session, limit=1)

    assert world.states(session, launched) == {"delivered": 3}


@pytest.mark.parametrize("state", ["planned", "claimed", "ambiguous", "abandoned", "rejected", "expired", "suppressed"])
def test_what_the_provider_says_is_believed_whatever_we_thought(session: Session, state: str) -> None:
    launched = world.launch(session, 1)
    session.execute(text("UPDATE delivery SET state = :state, reason = 'we thought'"), {"state": state})

    events.keep(session, "sandbox", [report("delivered", launched.deliveries[0])])
    events.apply(session)

    row = world.row(session, launched.deliveries[0])
    assert (row.state, row.reason, row.provider_message_id) == ("delivered", None, "theirs")
    assert row.accepted_at == row.delivered_at == NOON


def test_a_late_report_of_little_weight_has_no_effect_again(session: Session) -> None:
    launched = sent(session)
    events.keep(session, "sandbox", [report("complained", launched.deliveries[0])])
    assert len(events.apply(session)) == 1

    events.keep(session, "sandbox", [report("delivered", launched.deliveries[0])])

    assert events.apply(session) == []
    assert world.states(session, launched) == {"complained": 1}


KINDS = [
    *("accepted", "delivered", "deferred", "rejected", "failed", "complained", "unsubscribed", "resubscribed"),
    *("bounced_soft", "bounced_block", "bounced_hard", "bounced_undetermined", "rejected_suppressed"),
    *("opened", "clicked", "ignored", "unknown"),
]
HISTORY = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.sampled_from(["", "full", "gone"])), min_size=1, max_size=6
)


@run_with(max_examples=30, deadline=None)
@given(st.data())
def test_any_order_and_any_repetition_of_reports_ends_the_same(servers: object, data: st.DataObject) -> None:
    history = data.draw(HISTORY)
    calls = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=4))))
    cuts = data.draw(st.lists(st.booleans(), min_size=len(calls), max_size=len(calls)))

    assert _end(history, [False] * len(history)) == _end(calls, cuts)


def _end(history: list[tuple[str, int, str]], apply_after: list[bool]) -> list[Any]:
    with engine().connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            launched = sent(session)
            for (kind, minute, said), is_cut in zip(history, apply_after, strict=True):
                events.keep(session, "sandbox", [report(kind, launched.deliveries[0], minute=minute, said=said)])
                if is_cut:
                    _suppress(session, events.apply(session))
            _suppress(session, events.apply(session))
            suppressed = session.execute(text("SELECT reason FROM suppression")).scalars().all()
            row = world.row(session, launched.deliveries[0])
        outer.rollback()
    times = [row.accepted_at is not None, row.delivered_at, row.bounced_at, row.complained_at]
    return [row.state, row.reason, *times, suppressed]


REASONS = {
    "bounced_hard": SuppressionReason.HARD_BOUNCE,
    "listed": SuppressionReason.HARD_BOUNCE,
    "unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "complained": SuppressionReason.COMPLAINT,
}


def _suppress(session: Session, effects: list[Effect]) -> None:
    for one in (one for one in effects if one.kind in REASONS):  # of soft bounces it takes three
        suppression.add(session, [one.address], REASONS[one.kind])


@pytest.mark.parametrize(
    ("kind", "state", "effect"),
    [
        ("accepted", "accepted", None),
        ("rejected", "rejected", None),
        ("rejected_suppressed", "rejected", "listed"),
        ("failed", "rejected", None),
        ("bounced_block", "bounced_soft", "bounced_soft"),
        ("bounced_undetermined", "bounced_soft", "bounced_soft"),
        ("unsubscribed", "accepted", "unsubscribed"),
        ("resubscribed", "accepted", None),
        ("opened", "accepted", None),
        ("clicked", "accepted", None),
        ("ignored", "accepted", None),
    ],
)
def test_what_else_a_provider_reports_has_its_state_and_its_effect(
    session: Session, kind: str, state: str, effect: str | None
) -> None:
    launched = sent(session)

    events.keep(session, "sandbox", [report(kind, launched.deliveries[0])])

    assert [one.kind for one in events.apply(session)] == ([effect] if effect else [])
    assert world.states(session, launched) == {state: 1}
    assert not session.execute(text("SELECT 1 FROM provider_event WHERE applied_at IS NULL")).all()


def test_a_complaint_that_takes_itself_back_changes_nothing(session: Session) -> None:
    launched = sent(session)

    events.keep(session, "sandbox", [report("complained", launched.deliveries[0], suppress=False)])

    assert events.apply(session) == []
    assert world.states(session, launched) == {"accepted": 1}


def test_a_bounce_and_a_goodbye_at_once_are_both_followed(session: Session) -> None:
    launched = sent(session)

    events.keep(session, "sandbox", [report(one, launched.deliveries[0]) for one in ("bounced_hard", "unsubscribed")])

    assert {one.kind for one in events.apply(session)} == {"bounced_hard", "unsubscribed"}


def test_a_report_that_names_no_letter_still_ends_mail_to_its_address(session: Session) -> None:
    events.keep(
        session,
        "sandbox",
        [
            report("complained", None, address="a@b.se"),
            report("bounced_hard", None, address="c@d.se"),
            report("bounced_soft", None, address="e@f.se"),
            report("delivered", None, address="g@h.se"),
        ],
    )

    notices = events.apply_nameless(session)

    assert {(one.kind, one.address) for one in notices} == {("complained", "a@b.se"), ("bounced_hard", "c@d.se")}
    assert events.apply_nameless(session) == []


def test_an_unclear_letter_is_accepted_when_the_provider_says_so(session: Session) -> None:
    launched = world.launch(session, 1)
    world.settle(session, world.AMBIGUOUS)

    events.keep(session, "sandbox", [report("accepted", launched.deliveries[0])])
    events.apply(session)

    assert world.states(session, launched) == {"accepted": 1}


def test_of_two_reasons_of_a_provider_the_graver_is_kept_and_an_officers_own_always(session: Session) -> None:
    suppression.add(session, ["a@b.se"], SuppressionReason.COMPLAINT)
    assert suppression.add(session, ["a@b.se", "c@d.se"], SuppressionReason.HARD_BOUNCE) == 1
    assert suppression.add(session, ["c@d.se"], SuppressionReason.UNSUBSCRIBED) == 0
    suppression.add(session, ["e@f.se"], SuppressionReason.MANUAL)
    suppression.add(session, ["e@f.se"], SuppressionReason.COMPLAINT)

    found = session.execute(text("SELECT address, reason FROM suppression ORDER BY address")).all()
    assert [tuple(one) for one in found] == [("a@b.se", "complaint"), ("c@d.se", "unsubscribed"), ("e@f.se", "manual")]
