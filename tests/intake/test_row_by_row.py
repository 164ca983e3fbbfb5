"""What a row says for itself: its own topics, that its address is right after all, and what is owed to its person."""

import csv
import io
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from outreach.consent import queries
from outreach.contacts import queries as people
from outreach.contacts.models import SourceKind
from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from outreach.intake import asking, choices, refused, undoing
from outreach.intake.choices import Choices
from tests.intake import lists
from tests.intake.lists import FAIR

pytestmark = pytest.mark.usefixtures("database")

AGREED = replace(FAIR, wording="Yes, letters please.", given_on="2026-11-20")


def subscriptions(address: str) -> set[str]:
    """Return what somebody subscribes to."""
    with transaction() as session:
        standing = queries.standing(session, people.by_address(session, address))
    return {one.key for one in standing.topics if one.permits}


def corrected(number: UUID) -> list[list[str]]:
    """Read the file of rows to correct."""
    with transaction() as session:
        taken = asking.get(session, number)
        lines, _next = refused.portion(session, taken, after=0)
        return [refused.header(taken), *lines]


def text_of(rows: list[list[str]]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def test_each_row_agrees_to_its_own_topics_by_whatever_name_and_the_others_to_those_ticked() -> None:
    number = lists.applied(
        lists.written(
            ["email", "ämnen"],
            ["a@x.example", "Miljö; Antikorruption"],
            ["b@x.example", "人权、劳动条件"],
            ["c@x.example", "human_rights|EVENTS"],
            ["d@x.example", ""],
            ["e@x.example", "Miljö, Trädgård"],
        ),
        replace(AGREED, topics=("labour",)),
    )

    assert subscriptions("a@x.example") == {"environment", "anticorruption"}
    assert subscriptions("b@x.example") == {"human_rights", "labour"}
    assert subscriptions("c@x.example") == {"human_rights", "events"}
    assert subscriptions("d@x.example") == {"labour"}
    assert lists.faults(number) == [(6, "topic")]
    with transaction() as session:
        proof = session.execute(text("SELECT DISTINCT source, basis, evidence->>'given_on' FROM consent_record")).all()
    assert [tuple(one) for one in proof] == [("met at the fair", "consent", "2026-11-20")]


def test_topics_in_rows_need_the_same_proof_as_ticked_ones() -> None:
    with pytest.raises(Refused, match="proved by the day"):
        choices.prove(FAIR, by_row=True)

    choices.prove(AGREED, by_row=True)


def test_undoing_takes_the_topics_of_rows_back() -> None:
    number = lists.applied(lists.written(["email", "topics"], ["a@x.example", "Events"]), AGREED)

    with transaction() as session:
        undoing.undo(session, asking.get(session, number, lock=True), by=lists.OFFICER)
    lists.work(number)

    with transaction() as session:
        for table in ("contact", "subscription", "consent_record", "contact_notice"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table  # noqa: S608


def test_an_address_that_looks_mistyped_is_taken_when_somebody_marks_it_as_right() -> None:
    number = lists.checked(lists.written(["email", "namn"], ["bo@gmail.co", "Bo Ek"], ["eva@hotmial.com", "Eva Ek"]))
    rows = corrected(number)
    assert rows[0] == ["email", "namn", "Address is right", "Why it was not taken"]
    assert [row[0] for row in rows[1:]] == ["bo@gmail.co", "eva@hotmial.com"]
    assert "“Address is right”" in rows[1][3]

    rows[1][2] = "x"
    again = lists.applied(text_of(rows))

    assert lists.verdicts(again) == {"new": 1, "refused": 1}
    assert lists.faults(again) == [(3, "typo")]
    with transaction() as session:
        assert people.by_address(session, "bo@gmail.co").given_name == "Bo"
    assert corrected(again)[0] == rows[0]  # both columns are there already, and come once


def test_a_mark_makes_no_address_of_what_is_none() -> None:
    number = lists.checked(lists.written(["email", "Address is right"], ["nobody", "x"], ["a@gmail.con", " "]))

    assert lists.faults(number) == [(2, "address"), (3, "typo")]


@pytest.mark.parametrize(
    ("kind", "owed"), [(SourceKind.PUBLISHED, 2), (SourceKind.UNSAID, 2), (SourceKind.THEMSELVES, 0)]
)
def test_who_comes_with_a_file_is_owed_a_notice_unless_they_gave_the_address_themselves(
    kind: SourceKind, owed: int
) -> None:
    lists.applied(lists.written(["email"], ["a@x.example"], ["b@x.example"]), replace(FAIR, source_kind=kind.value))

    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact_notice WHERE told_at IS NULL")).scalar_one() == owed
        kinds = session.execute(text("SELECT DISTINCT source_kind FROM contact")).scalars().all()
    assert kinds == [kind.value]


@pytest.mark.parametrize(
    "chosen",
    [replace(FAIR, source_kind="collected"), replace(FAIR, source="a list that we bought")],
    ids=["by kind", "by words"],
)
def test_a_list_that_was_collected_is_not_even_checked(chosen: Choices) -> None:
    number = lists.examined(lists.written(["email"], ["a@x.example"]))

    with pytest.raises(Refused, match="never written to"):
        lists.check(number, chosen)
