"""People in from a file and out again, from a terminal."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.foundation.database import transaction
from tests.cli.conftest import Type
from tests.intake import lists

LIST = lists.written(
    ["E-post", "Namn", "Språk"],
    ["anna@x.example", "Anna Berg", "svenska"],
    ["lin@x.example", "林晓岚", "中文"],
    ["bo@gmail.con", "Bo Ek", "svenska"],
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of three, of whom one is mistyped."""
    made = tmp_path / "people.csv"
    made.write_bytes(LIST)
    return made


def people() -> int:
    with transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM contact")).scalar_one())


def test_a_dry_run_tells_and_changes_nobody_then_it_is_done_and_undone(outreach: Type, file: Path) -> None:
    words = ("contacts", "import", file, "--source", "fair", "--consent-topic", "labour")
    dry = outreach(*words, "--dry-run", "--json").done_json()
    assert (dry["state"], dry["verdicts"]["new"], dry["verdicts"]["refused"], people()) == ("checked", 2, 1, 0)
    assert dry["refused"][0]["line"] == 4

    done = outreach(*words, "--json").done_json()
    assert (done["state"], people()) == ("applied", 2)
    assert outreach("segment", "count", "everyone", "--topic", "labour", "--json").done_json()["receive"] == 2

    undone = outreach("contacts", "undo", done["id"], "--json").done_json()
    assert (undone["state"], people()) == ("undone", 0)


def test_the_ledger_is_read_anew_and_a_state_that_nobody_decided_is_told(outreach: Type, file: Path) -> None:
    outreach("contacts", "import", file, "--source", "fair", "--consent-topic", "labour", "--json").done()

    assert "2 entries, and everybody stands where they say." in outreach("consent", "check").done()
    with transaction() as session:
        session.execute(text("UPDATE subscription SET state = 'unsubscribed'"))

    told = outreach("consent", "check")
    assert told.status == 1
    assert "subscribed → unsubscribed" in told.said


def test_it_is_told_to_people_with_progress_and_the_rows_that_are_wrong(
    outreach: Type, file: Path, tmp_path: Path
) -> None:
    left = tmp_path / "left.csv"

    said = outreach("contacts", "import", file, "--source", "fair", "--refused-rows", left).done()

    assert "row 4: This looks mistyped" in said
    assert "Written: 3/3" in said
    assert [row["E-post"] for row in csv.DictReader(io.StringIO(left.read_text("utf-8-sig")))] == ["bo@gmail.con"]


def test_without_a_source_everybody_waits_and_the_status_says_so(outreach: Type, file: Path) -> None:
    said = outreach("contacts", "import", file, "--json")

    assert said.status == 1
    assert said.json["verdicts"]["quarantined"] == 2
    assert people() == 0


def test_columns_whose_names_say_nothing_are_mapped_by_hand(outreach: Type, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(lists.written(["A", "B"], ["Anna Berg", "anna@x.example"]))

    assert "which column holds the mail address" in outreach("contacts", "import", file, "--source", "x").refused()
    outreach("contacts", "import", file, "--source", "x", "--mapping", "email=B,full_name=A").done()

    assert people() == 1


def test_an_encoding_is_asked_for_with_what_each_would_read(outreach: Type, tmp_path: Path) -> None:
    file = tmp_path / "western.csv"
    file.write_bytes(lists.written(["email", "namn"], ["asa@x.example", "Åsa Öberg"], encoding="cp1252"))

    assert "Åsa Öberg" in outreach("contacts", "import", file, "--source", "x").refused()
    outreach("contacts", "import", file, "--source", "x", "--encoding", "windows-1252").done()

    assert people() == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_list_goes_out_and_comes_in_again_unchanged(outreach: Type, file: Path, tmp_path: Path, ending: str) -> None:
    outreach("contacts", "import", file, "--source", "fair").done()
    with transaction() as session:
        session.execute(text("UPDATE contact SET title = '=HYPERLINK(1)' WHERE address LIKE 'anna@%'"))
    out = tmp_path / f"out.{ending}"
    assert "Say why these people leave" in outreach("contacts", "export", out).refused()

    outreach("contacts", "export", out, "--reason", "moving house").done()
    back = outreach("contacts", "import", out, "--source", "fair", "--dry-run", "--json").done_json()

    assert back["verdicts"] == {"new": 0, "changed": 0, "same": 2, "refused": 0, "quarantined": 0}
    if ending == "csv":
        assert b"'=HYPERLINK(1)" in out.read_bytes()
    with transaction() as session:
        entry = session.execute(text("SELECT actor, detail FROM audit_entry WHERE action = 'contacts.export'")).one()
    assert (entry.actor, entry.detail["reason"]) == ("command line", "moving house")
