"""Many entries at once give the same evidence and states as one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col

from outreach.consent import ledger, loading, queries, topics
from outreach.consent.loading import Entry
from outreach.consent.models import Basis, ConsentAction
from outreach.contacts.models import Contact
from outreach.foundation.errors import Refused
from tests.consent import cast

START = datetime(2026, 1, 1, tzinfo=UTC)
MOVES = st.tuples(
    st.integers(0, 1), st.sampled_from(["labour", "press", None]), st.sampled_from(list(ConsentAction)), st.booleans()
)


def entry(contact: Contact, action: ConsentAction, topic: str | None, *, day: int = 0) -> Entry:
    return Entry(contact.id, action, topic, "import", "eva", at=START + timedelta(days=day))


def standing(session: Session, contact: Contact) -> tuple[list[Any], bool, list[Any]]:
    """Return where somebody stands and on what evidence; `since` is left out, for a load knows only its last entry."""
    seen = queries.standing(session, contact)
    lines = [(line.topic, line.action, line.at, line.source) for line in seen.history]
    return [(one.key, one.state) for one in seen.topics], seen.tracking, lines


def test_a_load_is_the_same_as_its_entries_one_by_one(session: Session) -> None:
    topics.ensure(session)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(moves=st.lists(MOVES, max_size=8), cut=st.integers(0, 8))
    def agrees(moves: list[tuple[int, str | None, ConsentAction, bool]], cut: int) -> None:
        with session.begin_nested() as savepoint:
            slow, fast = ([cast.newcomer(session) for _ in range(2)] for _ in range(2))
            for day, (who, topic, action, _) in enumerate(moves):
                row = cast.topic(session, topic) if topic else None
                at = START + timedelta(days=day)
                ledger.record(session, slow[who], action=action, topic=row, source="import", actor="eva", at=at)
            entries = [entry(fast[who], action, topic, day=day) for day, (who, topic, action, _) in enumerate(moves)]
            loading.write(session, entries[:cut])
            loading.write(session, entries[cut:])

            for one, other in zip(slow, fast, strict=True):
                assert standing(session, one) == standing(session, other)
            savepoint.rollback()

    agrees()


def test_an_unknown_topic_is_refused_and_nothing_is_written(session: Session) -> None:
    reader = cast.newcomer(session)

    with pytest.raises(Refused, match="“labor” is not a topic; the known ones are human_rights, labour"):
        loading.write(session, [entry(reader, ConsentAction.GIVEN, "labor")])

    assert queries.standing(session, reader).history == ()


def test_nothing_to_load_is_no_fault(session: Session) -> None:
    topics.ensure(session)

    assert loading.write(session, []) == 0


def test_one_decision_is_written_for_everybody_selected(session: Session) -> None:
    chosen, other = [cast.newcomer(session) for _ in range(3)], cast.newcomer(session)
    who = sa.select(col(Contact.id)).where(col(Contact.id).in_([one.id for one in chosen]))

    loading.write_for(
        session,
        who,
        topics=["labour", "press"],
        tracking=True,
        source="list taken over",
        actor="eva",
        basis=Basis.PUBLIC_TASK,
        evidence={"list": 7},
    )

    for contact in chosen:
        seen = queries.standing(session, contact)
        assert {one.key for one in seen.topics if one.state} == {"labour", "press"}
        assert seen.tracking
        assert {(line.basis, line.source, line.detail["list"]) for line in seen.history} == {
            (Basis.PUBLIC_TASK, "list taken over", 7)
        }
    assert queries.standing(session, other).history == ()
