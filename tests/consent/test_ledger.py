"""The ledger: each entry is evidence, the state follows it, and nothing can be rewritten."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from outreach.consent import ledger, permission, queries, topics
from outreach.consent.models import Basis, ConsentAction, ConsentPurpose, SubscriptionState
from outreach.consent.permission import Permission, Refusal
from outreach.contacts.models import Contact, SourceKind
from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from tests.consent import cast

ASKED, GIVEN, WITHDRAWN = ConsentAction.ASKED, ConsentAction.GIVEN, ConsentAction.WITHDRAWN


def state(session: Session, contact: Contact, key: str = "labour") -> SubscriptionState | None:
    return next(one.state for one in queries.standing(session, contact).topics if one.key == key)


@pytest.mark.parametrize(
    ("history", "ends"),
    [
        ([], None),
        ([ASKED], SubscriptionState.PENDING),
        ([ASKED, GIVEN], SubscriptionState.SUBSCRIBED),
        ([GIVEN, ASKED], SubscriptionState.SUBSCRIBED),
        ([GIVEN, WITHDRAWN], SubscriptionState.UNSUBSCRIBED),
        ([GIVEN, WITHDRAWN, ASKED], SubscriptionState.PENDING),
        ([GIVEN, WITHDRAWN, ASKED, GIVEN], SubscriptionState.SUBSCRIBED),
        ([WITHDRAWN], SubscriptionState.UNSUBSCRIBED),
    ],
)
def test_the_state_follows_from_the_history(
    session: Session, history: list[ConsentAction], ends: SubscriptionState | None
) -> None:
    reader = cast.newcomer(session)

    for action in history:
        ledger.record(session, reader, action=action, topic=cast.topic(session), source="test")

    assert state(session, reader) is ends
    assert [line.action for line in queries.standing(session, reader).history] == history[::-1]


def test_an_entry_keeps_what_was_agreed_to_and_where(session: Session) -> None:
    reader = cast.newcomer(session)

    ledger.record(
        session,
        reader,
        action=GIVEN,
        topic=cast.topic(session),
        source="sign-up form",
        wording="Jag vill få brev om arbetsvillkor.",
        language="sv",
        evidence={"form": "2026-1"},
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )

    line = queries.standing(session, reader).history[0]
    assert (line.source, line.actor, line.basis) == ("sign-up form", "subscriber", Basis.CONSENT)
    assert (line.wording, line.language) == ("Jag vill få brev om arbetsvillkor.", "sv")
    assert (line.detail, line.at.isoformat()) == ({"form": "2026-1"}, "2026-03-02T00:00:00+00:00")


@pytest.mark.parametrize("change", ["UPDATE consent_record SET source = 'x'", "DELETE FROM consent_record"])
def test_evidence_can_be_neither_changed_nor_removed(session: Session, change: str) -> None:
    cast.reader(session)

    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(change))


def test_since_tells_when_the_present_state_began(session: Session) -> None:
    reader = cast.newcomer(session)
    for year in (2024, 2025):
        at = datetime(year, 1, 1, tzinfo=UTC)
        ledger.record(session, reader, action=GIVEN, topic=cast.topic(session), source="test", at=at)

    assert queries.standing(session, reader).topics[1].since == datetime(2024, 1, 1, tzinfo=UTC)


def test_withdrawing_all_ends_every_permission_on_its_own_ground(session: Session) -> None:
    reader = cast.reader(session, "labour", "environment", tracking=True)
    press = topics.by_keys(session, ["press"])[0]
    ledger.record(
        session, reader, action=GIVEN, topic=press, basis=Basis.PUBLIC_TASK, source="byline page", actor="eva"
    )

    left = ledger.withdraw_all(session, reader, source="one-click")

    standing = queries.standing(session, reader)
    assert left == 3
    assert {one.key for one in standing.topics if one.state is SubscriptionState.UNSUBSCRIBED} == {
        "labour",
        "environment",
        "press",
    }
    assert standing.tracking is False
    ended = {line.topic: line.basis for line in standing.history if line.action is WITHDRAWN}
    assert ended == {
        "Labour conditions": Basis.CONSENT,
        "Environment": Basis.CONSENT,
        "Press releases": Basis.PUBLIC_TASK,
        None: Basis.CONSENT,
    }


def test_what_ends_names_the_ground_on_which_it_stood(session: Session) -> None:
    journalist = cast.newcomer(session)
    press = cast.topic(session, "press")
    ledger.record(session, journalist, action=GIVEN, topic=press, basis=Basis.PUBLIC_TASK, source="list", actor="eva")

    ledger.record(session, journalist, action=WITHDRAWN, topic=press, source="unsubscribe link")
    ledger.record(session, journalist, action=GIVEN, topic=press, source="preference page")

    shown = [(line.basis, line.is_objection) for line in queries.standing(session, journalist).history]
    assert shown == [(Basis.CONSENT, False), (Basis.PUBLIC_TASK, True), (Basis.PUBLIC_TASK, False)]
    assert queries.standing(session, journalist).topics[5].basis is Basis.CONSENT


@pytest.mark.parametrize(
    ("purpose", "answer"),
    [
        (ConsentPurpose.TOPIC, Permission(True)),
        (ConsentPurpose.PRESS, Permission(False, Refusal.LEFT)),
        (ConsentPurpose.TRACKING, Permission(False, Refusal.NO_CONSENT)),
    ],
)
def test_each_purpose_is_asked_about_by_itself(session: Session, purpose: ConsentPurpose, answer: Permission) -> None:
    reader = cast.reader(session, "labour", "press")
    ledger.record(session, reader, action=WITHDRAWN, topic=cast.topic(session, "press"), source="form")

    assert permission.ask(session, reader, purpose, ["labour"]) == answer


def test_nobody_may_be_written_to_whose_address_was_collected(session: Session) -> None:
    reader = cast.reader(session)
    reader.source_kind = SourceKind.COLLECTED

    assert permission.check(session, reader, ["labour"]) == Permission(False, Refusal.SOURCE)


def test_withdrawing_twice_writes_nothing_more(session: Session) -> None:
    reader = cast.reader(session)
    ledger.withdraw_all(session, reader, source="one-click")
    lines = len(queries.standing(session, reader).history)

    assert ledger.withdraw_all(session, reader, source="one-click") == 0
    assert len(queries.standing(session, reader).history) == lines


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["labour"], Permission(True)),
        (["environment", "labour"], Permission(True)),
        (["environment"], Permission(False, Refusal.NO_CONSENT)),
        ([], Permission(False, Refusal.NO_CONSENT)),
    ],
)
def test_one_subscribed_topic_of_the_piece_is_enough(session: Session, keys: list[str], answer: Permission) -> None:
    reader = cast.reader(session, "labour")

    assert permission.check(session, reader, keys) == answer


def test_an_unconfirmed_address_gets_nothing(session: Session) -> None:
    reader = cast.newcomer(session)
    ledger.record(session, reader, action=ASKED, topic=cast.topic(session), source="sign-up form")

    assert permission.check(session, reader, ["labour"]) == Permission(False, Refusal.UNCONFIRMED)


def test_a_suppressed_address_gets_nothing_whatever_was_agreed(session: Session) -> None:
    reader = cast.reader(session)
    suppression.add(session, [reader.address], SuppressionReason.HARD_BOUNCE)

    assert permission.check(session, reader, ["labour"]) == Permission(False, Refusal.SUPPRESSED)
    assert queries.standing(session, reader).suppressed is SuppressionReason.HARD_BOUNCE


def test_nobody_is_measured_who_did_not_agree(session: Session) -> None:
    assert permission.may_track(session, cast.newcomer(session)) is False
    assert permission.may_track(session, cast.reader(session, tracking=True)) is True


def test_nobody_is_measured_where_measuring_is_off(session: Session) -> None:
    reader = cast.reader(session, tracking=True)

    with cast.measuring("off"):
        assert permission.may_track(session, reader) is False
