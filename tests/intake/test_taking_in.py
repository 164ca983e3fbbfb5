"""A list becomes contacts: what is new, changed, same and not taken; who is kept out; and taking it back."""

import csv
import io
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from outreach.consent import ledger, queries, topics
from outreach.consent.models import ConsentAction, SubscriptionState
from outreach.contacts import queries as people
from outreach.contacts.exporting import as_csv
from outreach.contacts.models import Contact
from outreach.delivery import suppression
from outreach.delivery.models import SuppressionReason
from outreach.foundation.database import transaction
from outreach.foundation.errors import Conflict, Refused
from outreach.intake import applying, asking, checking, refused, undoing, working
from outreach.intake.models import ImportState, Verdict
from tests.delivery import world
from tests.intake import lists
from tests.intake.lists import FAIR

pytestmark = pytest.mark.usefixtures("database")

AGREED = replace(FAIR, topics=("labour",), wording="Yes, letters please.", given_on="2026-11-20")


def contact(address: str) -> Contact:
    with transaction() as session:
        return people.by_address(session, address)


def state_of(address: str, topic: str = "labour") -> SubscriptionState | None:
    with transaction() as session:
        seen = queries.standing(session, people.by_address(session, address))
    return {one.key: one.state for one in seen.topics}[topic]


def addresses() -> list[str]:
    with transaction() as session:
        return sorted(session.execute(text("SELECT address FROM contact")).scalars())


def undo(number: UUID) -> None:
    with transaction() as session:
        undoing.undo(session, asking.get(session, number, lock=True), by=lists.OFFICER)
    lists.work(number)


def test_a_dry_run_changes_nobody_and_says_what_would_happen() -> None:
    lists.applied(
        lists.written(["email", "namn", "titel"], ["a@x.example", "Anna Berg", "chef"], ["b@x.example", "Bo", ""])
    )

    number = lists.checked(
        lists.written(
            ["email", "namn", "titel"],
            ["A@x.example", "Anna Berg", "direktör"],
            ["b@x.example", "Bo", ""],
            ["c@x.example", "Cia", ""],
            ["nobody", "D", ""],
        )
    )

    assert lists.verdicts(number) == {"new": 1, "changed": 1, "same": 1, "refused": 1}
    (changed,) = lists.rows(number, Verdict.CHANGED)
    assert changed.changes == (("Title", "chef", "direktör"),)
    assert addresses() == ["a@x.example", "b@x.example"]
    assert contact("a@x.example").title == "chef"


def test_what_an_empty_cell_leaves_out_stays_as_it_was() -> None:
    lists.applied(lists.written(["email", "titel", "språk"], ["a@x.example", "chef", "svenska"]))

    lists.applied(lists.written(["email", "titel", "språk"], ["a@x.example", "", ""]), replace(FAIR, language="en"))

    kept = contact("a@x.example")
    assert (kept.title, kept.language) == ("chef", "sv")


def test_languages_sectors_and_kinds_are_known_by_their_names_in_three_languages() -> None:
    rows = [
        ["a@x.example", "Zebra AB", "svenska", "Företag", "Livsmedel", "Sverige"],
        ["b@x.example", "云帆公司", "中文", "公司", "纺织", "中国"],
        ["c@x.example", "Acme", "English", "company", "Education and research", "Germany"],
    ]
    lists.applied(lists.written(["邮箱", "单位", "语言", "类型", "行业", "国家"], *rows))

    with transaction() as session:
        rows = [people.person(session, people.by_address(session, address).id) for address in addresses()]
    found = {
        row.contact.address: (
            row.contact.language,
            row.organisation.kind.value,
            row.organisation.sector.value,
            row.contact.country,
        )
        for row in rows
        if row.organisation
    }
    assert found == {
        "a@x.example": ("sv", "company", "food", "SE"),
        "b@x.example": ("zh-Hans", "company", "textiles", "CN"),
        "c@x.example": ("en", "company", "education", "DE"),
    }


def test_organisations_are_matched_by_any_of_their_names_or_made_once() -> None:
    chosen = replace(FAIR, kind="company", sector="trade")
    lists.applied(
        lists.written(["email", "company"], ["a@x.example", "Firma AB"], ["b@x.example", "ＦＩＲＭＡ  ab"]), chosen
    )
    lists.applied(lists.written(["email", "company"], ["c@x.example", "firma ab"]))  # known by now: no kind is needed

    assert len({contact(f"{one}@x.example").organisation_id for one in "abc"}) == 1
    number = lists.checked(lists.written(["email", "company"], ["d@x.example", "Nobody knows it"]))
    assert lists.faults(number) == [(2, "organisation")]


def test_a_permission_is_written_with_its_evidence_and_who_has_left_stays_away() -> None:
    lists.applied(lists.written(["email"], ["left@x.example"], ["asked@x.example"]))
    with transaction() as session:
        topic = topics.by_keys(session, ["labour"])[0]
        left = people.by_address(session, "left@x.example")
        for action in (ConsentAction.GIVEN, ConsentAction.WITHDRAWN):
            ledger.record(session, left, action=action, topic=topic, source="test")

    lists.applied(lists.written(["email"], ["left@x.example"], ["asked@x.example"], ["new@x.example"]), AGREED)

    assert state_of("left@x.example") is SubscriptionState.UNSUBSCRIBED
    assert state_of("asked@x.example") is SubscriptionState.SUBSCRIBED
    with transaction() as session:
        (line,) = queries.standing(session, people.by_address(session, "new@x.example")).history
    assert (line.source, line.wording, line.actor) == ("met at the fair", "Yes, letters please.", lists.OFFICER)
    assert line.detail["given_on"] == "2026-11-20"


def test_rows_without_a_source_wait_in_quarantine_and_an_own_source_is_enough() -> None:
    number = lists.applied(
        lists.written(["email", "källa"], ["a@x.example", ""], ["b@x.example", "card"], ["c@x.example", "bought list"]),
        replace(AGREED, source=""),
    )

    assert lists.faults(number) == [(2, "no_source"), (4, "harvested")]
    assert addresses() == ["b@x.example"]
    assert contact("b@x.example").source == "card"


def test_a_source_that_nobody_gave_is_refused_and_one_with_tabs_is_tidied() -> None:
    with pytest.raises(Refused, match="never written to"):
        lists.checked(lists.written(["email"], ["a@x.example"]), replace(FAIR, source="scraped from a site"))

    lists.applied(lists.written(["email"], ["b@x.example"]), replace(AGREED, source="the\tfair\n2026"))

    assert contact("b@x.example").source == "the fair 2026"
    assert state_of("b@x.example") is SubscriptionState.SUBSCRIBED


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_whoever_is_suppressed_or_erased_is_refused_also_between_check_and_writing(reason: SuppressionReason) -> None:
    with transaction() as session:
        suppression.add(session, ["gone@x.example"], reason)
    number = lists.checked(lists.written(["email"], ["Gone@X.example"], ["later@x.example"]), AGREED)
    assert lists.faults(number) == [(2, "suppressed")]
    with transaction() as session:
        suppression.add(session, ["later@x.example"], reason)

    lists.apply(number)

    assert addresses() == []
    assert lists.verdicts(number) == {"refused": 2}


def test_an_address_that_stands_twice_is_taken_once_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "ROWS", 2)
    rows = [["a@x.example"], ["b@x.example"], ["c@x.example"], ["A@X.EXAMPLE"], ["a@x.example"]]

    number = lists.applied(lists.written(["email"], *rows))

    assert lists.faults(number) == [(5, "twice"), (6, "twice")]
    assert addresses() == ["a@x.example", "b@x.example", "c@x.example"]


def test_somebody_who_is_added_between_check_and_writing_is_not_doubled() -> None:
    first = lists.checked(lists.written(["email", "titel"], ["a@x.example", "one"]))
    lists.applied(lists.written(["email", "titel"], ["a@x.example", "two"]))

    lists.apply(first)

    assert addresses() == ["a@x.example"]
    assert lists.verdicts(first) == {"changed": 1}


def test_an_import_that_is_cut_off_goes_on_where_it_was_and_doubles_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "ROWS", 10)
    monkeypatch.setattr(applying, "ROWS", 10)
    number = lists.examined(lists.written(["email"], *[[f"p{n}@x.example"] for n in range(45)]))
    with transaction() as session:
        asking.check(session, asking.get(session, number, lock=True), AGREED)

    _cut_off_now_and_then(number, steps=2)
    lists.work(number)
    with transaction() as session:
        asking.apply(session, asking.get(session, number, lock=True), by=lists.OFFICER)
    _cut_off_now_and_then(number, steps=3)
    assert lists.standing(number).state is ImportState.APPLYING
    lists.work(number)

    assert lists.verdicts(number) == {"new": 45}
    assert len(addresses()) == 45
    with transaction() as session:
        lines = session.execute(text("SELECT count(*), count(DISTINCT contact_id) FROM consent_record")).one()
    assert tuple(lines) == (45, 45)


def _cut_off_now_and_then(number: UUID, *, steps: int) -> None:
    """Do some steps; each is begun once more beforehand and never committed, as by a worker that is killed."""
    for _number in range(steps):
        with pytest.raises(KeyboardInterrupt):
            _killed_in_a_step(number)
        with transaction() as session:
            assert working.step(session, number)


def _killed_in_a_step(number: UUID) -> None:
    with transaction() as session:
        working.step(session, number)
        raise KeyboardInterrupt


def test_two_workers_never_do_one_step_and_several_files_go_at_once() -> None:
    one, other = (lists.examined(lists.written(["email"], [f"{name}@x.example"])) for name in "ab")
    for number in (one, other):
        with transaction() as session:
            asking.check(session, asking.get(session, number, lock=True), FAIR)

    with transaction() as first, transaction() as second:
        working.step(first, one)
        assert working.step(second, one) is False
        working.step(second, other)

    assert {lists.standing(number).state for number in (one, other)} == {ImportState.CHECKED}


def test_undoing_brings_back_what_was_changed_and_removes_whom_it_added() -> None:
    lists.applied(lists.written(["email", "titel", "taggar"], ["a@x.example", "chef", "old"]))
    chosen = replace(AGREED, kind="company", sector="trade")
    number = lists.applied(
        lists.written(
            ["email", "titel", "taggar", "company"],
            ["a@x.example", "direktör", "vip", "Ny AB"],
            ["new@x.example", "", "", "Ny AB"],
        ),
        chosen,
    )
    assert (contact("a@x.example").title, contact("a@x.example").tags) == ("direktör", ["old", "vip"])

    undo(number)

    back = contact("a@x.example")
    assert (back.title, back.tags, back.organisation_id) == ("chef", ["old"], None)
    assert addresses() == ["a@x.example"]
    assert state_of("a@x.example") is None
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM organisation")).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM consent_record")).scalar_one() == 0
    lists.applied(lists.written(["email"], ["new@x.example"]), AGREED)
    assert state_of("new@x.example") is SubscriptionState.SUBSCRIBED


def test_undoing_leaves_and_names_whoever_decided_or_was_edited_since() -> None:
    number = lists.applied(
        lists.written(
            ["email", "titel"], ["decided@x.example", ""], ["edited@x.example", "x"], ["plain@x.example", ""]
        ),
        AGREED,
    )
    with transaction() as session:
        topic = topics.by_keys(session, ["environment"])[0]
        person = people.by_address(session, "decided@x.example")
        ledger.record(session, person, action=ConsentAction.GIVEN, topic=topic, source="preference page")
        session.execute(text("UPDATE contact SET title = 'y' WHERE address LIKE 'edited@%'"))

    undo(number)

    assert addresses() == ["decided@x.example", "edited@x.example"]
    assert {name: count for name, count in lists.outcome(number).kept.items() if count} == {"decided": 1, "edited": 1}
    assert state_of("decided@x.example") is SubscriptionState.SUBSCRIBED


def test_undoing_leaves_whoever_was_written_to_with_the_permission_that_it_rested_on() -> None:
    number = lists.applied(lists.written(["email"], ["written@x.example"], ["plain@x.example"]), AGREED)
    with transaction() as session:
        world.launch(session, 1)
        session.execute(text("UPDATE delivery SET contact_id = :id"), {"id": contact("written@x.example").id})

    undo(number)

    assert addresses() == ["written@x.example"]
    assert state_of("written@x.example") is SubscriptionState.SUBSCRIBED
    assert lists.outcome(number).kept["written_to"] == 1


def test_after_a_day_nothing_is_undone_and_the_rows_are_forgotten() -> None:
    number = lists.applied(lists.written(["email"], ["a@x.example"]))
    with transaction() as session:
        session.execute(text("UPDATE contact_import SET applied_at = applied_at - interval '25 hours'"))

    with pytest.raises(Conflict, match="last 24 hours"):
        undo(number)
    with transaction() as session:
        working.tidy(session)

    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact_import_row")).scalar_one() == 0
    assert lists.outcome(number).verdicts["new"] == 1


def test_the_ledger_stays_closed_to_deleting_outside_an_undo() -> None:
    lists.applied(lists.written(["email"], ["a@x.example"]), AGREED)

    with pytest.raises(Exception, match="permission denied"), transaction() as session:
        session.execute(text("DELETE FROM consent_record"))


def test_corrected_rows_are_taken_in_again_with_their_own_columns() -> None:
    number = lists.checked(
        lists.written(
            ["note", "email", "name"], ["x", "a@x.example", "Anna"], ["y", "bad", "Bo"], ["z", "a@x.example", "C D"]
        )
    )
    with transaction() as session:
        taken = asking.get(session, number)
        lines, _after = refused.portion(session, taken, after=0)
        written = as_csv(lines, header=refused.header(taken))

    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert [row[1:3] for row in read[1:]] == [["bad", "Bo"], ["a@x.example", "C D"]]
    again = lists.checked(written.replace(b"bad", b"b@x.example"))
    assert lists.verdicts(again) == {"new": 2}
