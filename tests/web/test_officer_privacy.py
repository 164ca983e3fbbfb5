"""Handing a person's data over, erasing them, holding their data, and how long what is kept."""

import json
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.contacts.models import Contact
from outreach.foundation.database import transaction
from outreach.privacy import retaining
from outreach.privacy.models import Matter
from tests.web import office

WHY = "letter 2026/114"


def logged(action: str) -> list[tuple[str, dict[str, object]]]:
    with transaction() as session:
        rows = session.execute(text("SELECT actor, detail FROM audit_entry WHERE action = :action"), {"action": action})
        return [(row.actor, row.detail) for row in rows]


def is_there(number: UUID) -> bool:
    with transaction() as session:
        return session.get(Contact, number) is not None


def test_data_is_handed_over_as_a_page_and_as_a_file_and_both_are_written_down(
    client: TestClient, centre: office.Office
) -> None:
    approver = office.sign_in(client, Role.APPROVER)
    door = f"/contacts/{centre.people['eva']}/data"
    assert "On whose request" in approver.get(door).text

    page = unescape(approver.post(door, data={"why": WHY, "form": "page"}).text)
    file = approver.post(door, data={"why": WHY, "form": "file"})

    assert "Every decision about your letters" in page
    assert "eva@firma.example" in page
    assert json.loads(file.text)["person"][0]["email"] == "eva@firma.example"
    assert file.headers["content-disposition"].startswith('attachment; filename="outreach-person-')
    assert logged("person.export") == [(office.APPROVER, {"reason": WHY})] * 2


def test_without_a_reason_nothing_is_handed_over(client: TestClient, centre: office.Office) -> None:
    answer = office.sign_in(client, Role.APPROVER).post(f"/contacts/{centre.people['eva']}/data", data={"why": " "})

    assert answer.status_code == 422
    assert "eva@firma.example" not in answer.text.replace("<title>", "").split("Please look")[1]
    assert logged("person.export") == []


@pytest.mark.parametrize(
    ("role", "door"),
    [(Role.OFFICER, "data"), (Role.OFFICER, "erase"), (Role.APPROVER, "erase"), (Role.APPROVER, "hold")],
)
def test_each_needs_its_role(client: TestClient, centre: office.Office, role: Role, door: str) -> None:
    staff = office.sign_in(client, role)

    assert (
        staff.post(f"/contacts/{centre.people['eva']}/{door}", data={"why": WHY, "confirmed": "1"}).status_code == 403
    )
    assert f'/{door}"' not in staff.get(f"/contacts/{centre.people['eva']}").text
    assert is_there(centre.people["eva"])


def test_the_page_says_what_erasing_does_and_then_it_is_done(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    office.launched()
    eva = centre.people["eva"]

    page = unescape(administrator.get(f"/contacts/{eva}/erase").text)
    assert "1 letter is cut loose" in page
    assert "1 of them has not left, and will not." in page
    unsure = administrator.post(f"/contacts/{eva}/erase", data={"why": WHY})
    assert unsure.status_code == 422
    done = administrator.post(f"/contacts/{eva}/erase", data={"why": WHY, "confirmed": "1"})

    assert (done.status_code, done.headers["location"]) == (303, "/contacts")
    assert not is_there(eva)
    assert is_there(centre.people["wenli"])
    assert administrator.get(f"/contacts/{eva}").status_code == 404
    assert "eva@firma.example" not in administrator.get("/contacts").text


def test_letters_that_are_cut_loose_are_listed_as_such(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    campaign = office.launched()
    administrator.post(f"/contacts/{centre.people['eva']}/erase", data={"why": WHY, "confirmed": "1"})

    page = administrator.get(f"/deliveries?campaign={campaign}").text

    assert "No longer kept" in page
    assert "erased.invalid" not in page


def test_a_hold_stands_in_the_way_until_it_is_lifted(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    eva = centre.people["eva"]
    administrator.post(f"/contacts/{eva}/hold", data={"reason": "case 2026/88"})

    refused = administrator.post(f"/contacts/{eva}/erase", data={"why": WHY, "confirmed": "1"})

    assert refused.status_code == 422
    assert "case 2026/88" in refused.text
    assert "case 2026/88" in administrator.get("/data-protection").text
    administrator.post(f"/contacts/{eva}/release")
    assert administrator.post(f"/contacts/{eva}/erase", data={"why": WHY, "confirmed": "1"}).status_code == 303


def test_an_administrator_decides_how_long_what_is_kept(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    assert "Preset" in administrator.get("/data-protection").text

    wrong = administrator.post("/data-protection/events", data={"days": "4000", "decision": "2026/88"})
    right = administrator.post("/data-protection/events", data={"days": "100", "decision": "2026/88", "is_held": "1"})

    assert wrong.status_code == 422
    assert "Keep this for 30 to 396 days." in wrong.text
    assert right.status_code == 303
    with transaction() as session:
        rule = retaining.rule(session, Matter.EVENTS)
    assert (rule.days, rule.decision, rule.is_held) == (100, "2026/88", True)
    assert logged("retention.change") == [
        ("administrator@csr-centre.example", {"days": 100, "held": True, "decision": "2026/88"})
    ]


def test_only_an_administrator_does(client: TestClient, centre: office.Office) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    assert approver.get("/data-protection").status_code == 200
    assert approver.get("/data-protection/events").status_code == 403
    assert approver.post("/data-protection/events", data={"days": "100", "decision": "x"}).status_code == 403


def test_who_gets_no_letters_any_more_is_listed_to_be_decided_about(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        session.execute(text("UPDATE contact SET created_at = now() - interval '3 years'"))
        session.execute(text("UPDATE contact SET updated_at = created_at"))

    page = office.sign_in(client, Role.OFFICER).get("/data-protection/idle").text

    assert "nina@firma.example" in page
    assert "olle@firma.example" in page
    assert "eva@firma.example" not in page


def test_the_record_of_processing_follows_the_settings(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    before = unescape(administrator.get("/data-protection/records").text)
    administrator.post("/data-protection/events", data={"days": "99", "decision": "2026/88"})

    after = unescape(administrator.get("/data-protection/records").text)

    assert "396 days, then numbers only" in before
    assert "99 days, then numbers only" in after
    assert "Sandbox" in after
