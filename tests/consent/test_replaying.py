"""The history alone says where everybody stands; an erased person leaves it, and a merged one takes it along."""

import random

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.consent import ledger, loading, queries, replaying
from outreach.consent.models import Basis, ConsentAction, ConsentUpkeep, SubscriptionState, Upkeep
from outreach.contacts.models import Contact
from tests.consent import cast

ASKED, GIVEN, WITHDRAWN = ConsentAction.ASKED, ConsentAction.GIVEN, ConsentAction.WITHDRAWN
LEFT, JOINED = SubscriptionState.UNSUBSCRIBED, SubscriptionState.SUBSCRIBED


def standing(session: Session, contact: Contact) -> dict[str, SubscriptionState]:
    return {one.key: one.state for one in queries.standing(session, contact).topics if one.state}


def upkeep(session: Session) -> list[ConsentUpkeep]:
    return list(session.exec(select(ConsentUpkeep).order_by(col(ConsentUpkeep.id))))


@pytest.mark.parametrize("seed", range(5))
def test_the_states_follow_from_the_history_whatever_happened(session: Session, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    people = [cast.newcomer(session) for _ in range(6)]
    keys = ["labour", "environment", "press", None]

    for _ in range(60):
        person, key, action = chance.choice(people), chance.choice(keys), chance.choice([ASKED, GIVEN, WITHDRAWN])
        turn = chance.random()
        if turn < 0.6:
            topic = cast.topic(session, key) if key else None
            ledger.record(session, person, action=action, topic=topic, source="test")
        elif turn < 0.8:
            lines = [
                loading.Entry(who.id, chance.choice([ASKED, GIVEN, WITHDRAWN]), key, "list", "eva") for who in people
            ]
            loading.write(session, lines)
        elif turn < 0.9:
            ledger.withdraw_all(session, person, source="one-click")
        elif turn < 0.95:
            ledger.forget(session, person.id)
        else:
            source, target = chance.sample(people, 2)
            ledger.move(session, source.id, target.id)
        assert replaying.differences(session) == []


def test_a_state_that_nobody_decided_is_found(session: Session) -> None:
    reader = cast.reader(session, "labour", tracking=True)
    labour = cast.topic(session).id
    session.execute(text("UPDATE subscription SET state = 'unsubscribed'"))
    session.execute(text("DELETE FROM tracking_choice"))

    assert replaying.differences(session) == [
        replaying.Difference(reader.id, labour, "subscribed", "unsubscribed"),
        replaying.Difference(reader.id, None, "given", None),
    ]


def test_an_erased_person_leaves_no_line_and_no_state_only_that_lines_were_removed(session: Session) -> None:
    erased, other = (cast.reader(session, "labour", "press", tracking=True) for _ in range(2))

    assert ledger.forget(session, erased.id) == 3
    session.delete(erased)
    session.flush()

    assert standing(session, other) == {"labour": JOINED, "press": JOINED}
    assert [(one.what, one.source, one.target, one.entries) for one in upkeep(session)] == [
        (Upkeep.FORGOTTEN, erased.id, None, 3)
    ]
    assert ledger.forget(session, erased.id) == 0
    assert len(upkeep(session)) == 1


def test_the_lines_of_two_records_become_one_history(session: Session) -> None:
    source = cast.reader(session, "labour", tracking=True)
    target = cast.reader(session, "environment")

    assert ledger.move(session, source.id, target.id) == 2
    session.delete(source)
    session.flush()

    assert standing(session, target) == {"labour": JOINED, "environment": JOINED}
    assert queries.standing(session, target).tracking
    assert len(queries.standing(session, target).history) == 3
    assert [(one.what, one.source, one.target, one.entries) for one in upkeep(session)] == [
        (Upkeep.MOVED, source.id, target.id, 2)
    ]


@pytest.mark.parametrize("target_left", [True, False])
def test_who_has_left_under_one_address_is_not_brought_back_by_what_officers_wrote_under_another(
    session: Session, target_left: bool
) -> None:
    left = cast.reader(session, "labour", tracking=True)
    ledger.withdraw_all(session, left, source="one-click")
    known = cast.newcomer(session)
    for topic in (cast.topic(session), None):
        ledger.record(session, known, action=GIVEN, topic=topic, source="list", actor="eva", basis=Basis.PUBLIC_TASK)

    source, target = (known, left) if target_left else (left, known)
    ledger.move(session, source.id, target.id, actor="eva")

    shown = queries.standing(session, target)
    assert standing(session, target) == {"labour": LEFT}
    assert not shown.tracking
    assert {(line.actor, line.basis, line.source) for line in shown.history[:2]} == {
        ("eva", Basis.PUBLIC_TASK, "merge")
    }
    assert replaying.differences(session) == []


def test_who_chose_a_topic_again_under_another_address_keeps_it(session: Session) -> None:
    left = cast.reader(session, "labour")
    ledger.withdraw_all(session, left, source="one-click")
    again = cast.reader(session, "labour")

    ledger.move(session, left.id, again.id)

    assert standing(session, again) == {"labour": JOINED}
