"""What can be done from a terminal, told as a person or a script would do it."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.accounts import signin
from outreach.foundation.database import transaction
from tests.cli.conftest import Type
from tests.whole import crowd
from tests.whole.crowd import CONTENT, ISSUE

SV, ZH, EN = 4, 5, 4  # how a crowd of thirteen reads


@pytest.fixture
def people(outreach: Type) -> Type:
    """Thirteen subscribers, a sender and an issue; the installation that they are in."""
    crowd.subscribe(SV + ZH + EN)
    outreach("content", "import", CONTENT / ISSUE).done()
    return outreach


@pytest.fixture
def planned(people: Type) -> str:
    """The id of a campaign that is planned."""
    return people("campaign", "create", "--content", ISSUE, "--name", "Autumn").done().strip()


@pytest.fixture
def launched(people: Type, planned: str) -> str:
    """The id of a campaign that no worker has begun to send."""
    people("campaign", "approve", planned).done()
    people("campaign", "launch", planned).done()
    return planned


# --- staff and segments -----------------------------------------------------------------------------------------------


def test_a_new_member_of_staff_signs_in_with_the_password_that_was_printed(outreach: Type) -> None:
    said = outreach("user", "add", "maja@csr-centre.example", "--role", "officer", "--name", "Maja Ek").done()

    password = re.search(r"^Password: (\S+)$", said, re.MULTILINE)
    assert password
    with transaction() as session:
        secret = signin.sign_in(session, "maja@csr-centre.example", password[1], client="127.0.0.1", agent="test")
        user = signin.user_of(session, secret)
        assert user
        assert (user.name, user.role.value) == ("Maja Ek", "officer")


def test_an_address_is_not_given_to_two_members_of_staff(outreach: Type) -> None:
    outreach("user", "add", "maja@csr-centre.example").done()

    assert "already" in outreach("user", "add", "Maja@CSR-centre.example").refused()


def test_a_segment_is_counted_per_language_with_the_reasons_for_leaving_out(people: Type) -> None:
    _suppress("reader1@firma.example")

    found = people("segment", "count", "language=sv,zh-Hans", "--exclude", "language=sv", "--json").done_json()

    assert (found["total"], found["receive"]) == (SV + ZH, ZH - 1)
    nobody = dict.fromkeys(("source", "no_consent", "paused", "no_edition"), 0)
    assert found["excluded"] == {"excluded": SV, "suppressed": 1, **nobody}
    assert {one["language"]: one["number"] for one in found["cells"]} == {"zh-Hans": ZH - 1}


def test_a_segment_is_shown_to_people_as_tables(people: Type) -> None:
    said = people("segment", "count", "everyone", "--topic", "press").done()

    assert "0 of 13 would receive a letter" in said
    assert re.search(r"no_consent +13|no subscription to its topics +13", said)


def test_the_answers_are_in_the_language_that_was_asked_for(people: Type) -> None:
    english = people("segment", "count", "everyone").done()
    swedish = people("--language", "sv", "segment", "count", "everyone").done()

    assert "13 of 13 would receive a letter" in english
    assert swedish != english


# --- content ----------------------------------------------------------------------------------------------------------


def test_a_piece_goes_out_and_in_again_byte_for_byte(people: Type, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    people("content", "export", ISSUE, first).done()
    people("content", "import", first).done()
    people("content", "export", ISSUE, second).done()

    assert _bytes(first) == _bytes(second) != {}
    assert _bytes(first).keys() == _bytes(CONTENT / ISSUE).keys()


def test_a_folder_of_pieces_is_taken_in_at_once(outreach: Type) -> None:
    said = outreach("content", "import", CONTENT).done()

    assert said.split() == ["2026-09-hostprogram", "2026-11-lonevagledning", ISSUE]


@pytest.mark.parametrize("language", ["sv", "zh-Hans", "en"])
def test_a_letter_is_rendered_in_each_language(people: Type, language: str) -> None:
    said = people("content", "render", ISSUE, "--language", language).done()

    assert f'<html lang="{language}"' in said
    assert not re.search("[\ue000-\uf8ff]", said)


def test_a_letter_is_rendered_for_a_reader_with_a_second_language_into_a_file(people: Type, tmp_path: Path) -> None:
    output, words = tmp_path / "letter.html", ("content", "render", ISSUE, "--language", "zh-CN", "--second", "sv")

    people(*words, "--as", "reader4@firma.example", "--output", output).done()

    letter = output.read_text(encoding="utf-8")
    assert '<html lang="zh-Hans"' in letter
    assert 'lang="sv"' in letter
    assert "劳动条件" in letter  # what this reader subscribes to
    assert letter != people(*words).done().rstrip("\n")


# --- campaigns --------------------------------------------------------------------------------------------------------


def test_a_campaign_is_checked_approved_and_launched(people: Type, planned: str) -> None:
    before = people("campaign", "check", planned, "--json")
    assert before.status == 1
    assert [one["code"] for one in before.json if one["level"] == "stop"] == ["not_approved"]
    assert people("campaign", "launch", planned).refused() == before.json[0]["message"]

    people("campaign", "approve", planned).done()
    assert "stop:" not in people("campaign", "check", planned).done()
    assert people("campaign", "launch", planned).done() == "13 letters are on their way.\n"

    found = people("campaign", "status", planned, "--json").done_json()
    assert (found["state"], found["audience"]) == ("running", 13)
    assert found["by_language"] == {"sv": {"planned": SV}, "zh-Hans": {"planned": ZH}, "en": {"planned": EN}}
    assert "already" in people("campaign", "launch", planned).refused()


def test_a_campaign_is_found_by_the_beginning_of_its_id_and_listed(people: Type, planned: str) -> None:
    listed = people("campaign", "list", "--json").done_json()

    assert [(one["id"], one["name"], one["state"]) for one in listed] == [(planned, "Autumn", "draft")]
    assert planned in people("campaign", "list").done()
    assert people("campaign", "status", planned[:13]).status == 0


def test_a_campaign_with_a_time_is_scheduled(people: Type) -> None:
    words = ("campaign", "create", "--content", ISSUE, "--segment", "language=zh-Hans", "--exclude", "tag=vip")
    people(*words, "--layout", "stacked", "--at", "2099-12-03 09:30 Asia/Shanghai").done()

    (found,) = people("campaign", "list", "--json").done_json()
    assert found["state"] == "scheduled"
    assert found["scheduled_at"].startswith("2099-12-03 01:30:00+00:00")


def test_a_campaign_is_paused_resumed_and_cancelled_and_says_how_many_never_leave(people: Type, launched: str) -> None:
    people("campaign", "pause", launched).done()
    assert people("campaign", "status", launched, "--json").done_json()["state"] == "paused"
    people("campaign", "pause", launched).refused()

    people("campaign", "resume", launched).done()
    assert people("campaign", "status", launched, "--json").done_json()["state"] == "running"

    assert people("campaign", "cancel", launched).done() == "Cancelled; 13 letters will not leave.\n"
    found = people("campaign", "status", launched, "--json").done_json()
    assert (found["state"], found["by_language"]["sv"]) == ("cancelled", {"cancelled": SV})
    people("campaign", "resume", launched).refused()


def test_watching_a_campaign_ends_when_nothing_waits(people: Type, launched: str) -> None:
    _settle("accepted")

    said = people("campaign", "status", launched, "--watch").done()

    assert re.search(r"^Together +13 +0 +13 +13 ", said, re.MULTILINE)


def test_a_report_tells_what_came_back_per_language(people: Type, launched: str) -> None:
    _settle("delivered")

    assert "all sectors" in people("campaign", "report", launched).done()
    found = people("campaign", "report", launched, "--json").done_json()
    assert found["name"] == "Autumn"
    assert found["total"]["delivered"] == 13


def test_nothing_is_reported_of_a_campaign_that_was_not_launched(people: Type, planned: str) -> None:
    assert "has not been launched" in people("campaign", "report", planned).refused()


# --- deliveries, goals, doctor ----------------------------------------------------------------------------------------


def test_deliveries_are_listed_by_state_and_written_as_csv(people: Type, launched: str) -> None:
    listed = people("deliveries", "list", launched, "--limit", 5, "--json").done_json()
    everything = list(csv.DictReader(io.StringIO(people("deliveries", "export", launched).done())))

    assert len(listed) == 5
    assert {one["state"] for one in listed} == {"planned"}
    assert sorted(one["address"] for one in everything) == sorted(f"reader{n}@firma.example" for n in range(1, 14))
    assert people("deliveries", "list", launched, "--state", "accepted", "--json").done_json() == []
    assert "reader1@firma.example" in people("deliveries", "list", launched).done()


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(people: Type, launched: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE delivery SET reason = '=cmd()'"))

    exported = list(csv.DictReader(io.StringIO(people("deliveries", "export", launched).done())))

    assert {one["reason"] for one in exported} == {"'=cmd()"}


@pytest.mark.parametrize(("decision", "state"), [("--abandon", "abandoned"), ("--resend", "planned")])
def test_unclear_deliveries_are_decided_by_a_person_and_it_is_kept_who(
    people: Type, launched: str, decision: str, state: str
) -> None:
    _settle("ambiguous")

    assert people("deliveries", "resolve", launched, decision).done() == "13 decided.\n"

    assert {one["state"] for one in people("deliveries", "list", launched, "--json").done_json()} == {state}
    assert list(_audit("deliveries.resolve")) == [{"decision": decision.removeprefix("--"), "deliveries": 13}]


def test_goals_are_listed_with_their_verdicts(people: Type, launched: str) -> None:
    assert people("goals").done() == "No goal has been set.\n"
    with transaction() as session:
        session.execute(_GOAL, {"campaign": launched})

    assert people("goals", "--json").done_json()[0]["verdict"] == "not_measurable"
    assert people("goals").done().startswith("Goal: Half of them open → not measurable")


def test_the_doctor_finds_nothing_wrong_and_hides_secrets(outreach: Type) -> None:
    said = outreach("doctor", sandbox_api_key="very-secret-key").done()

    marks = [line.partition(":")[0] for line in said.splitlines() if line[:1] in "✓✗"]
    servers, work = ["postgresql", "redis", "schema", "rights"], ["assets", "workers", "provider", "reports"]
    found = [*servers, *work, "senders", "leaving by mail", "sending", "audit log"]
    assert marks == [f"✓ {one}" for one in found]
    assert "very-secret-key" not in said
    assert "a key for tests only" not in said
    assert re.search(r"^OUTREACH_TRACKING +consented +environment", said, re.MULTILINE)
    assert re.search(r"^OUTREACH_PROVIDER +sandbox +default", said, re.MULTILINE)


def test_migrating_an_up_to_date_database_changes_nothing(outreach: Type) -> None:
    assert outreach("migrate").done() == outreach("migrate").done() != ""


def _suppress(address: str) -> None:
    with transaction() as session:
        session.execute(
            text("INSERT INTO suppression (id, address, reason, detail) VALUES (uuidv7(), :address, 'manual', '')"),
            {"address": address},
        )


def _settle(state: str) -> None:
    """Let all letters have this state, as workers and reports leave them."""
    with transaction() as session:
        session.execute(text("UPDATE batch SET state = 'settled'"))
        session.execute(
            text("UPDATE delivery SET state = :state, accepted_at = now(), delivered_at = now()"), {"state": state}
        )


def _audit(action: str) -> Iterator[object]:
    with transaction() as session:
        yield from session.execute(
            text("SELECT detail FROM audit_entry WHERE action = :action"), {"action": action}
        ).scalars()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


_GOAL = text(
    """
    INSERT INTO goal (id, name, campaign_id, metric, target, population, within_days, least_coverage)
    VALUES (uuidv7(), 'Half of them open', :campaign, 'open_rate', 0.5, '{"everyone": true}', 14, 0.2)
    """
)
