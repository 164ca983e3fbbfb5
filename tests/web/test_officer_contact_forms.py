"""People, organisations, own fields, tags and duplicates by hand: done, refused in words, and refused by role."""

import re
from html import unescape

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.contacts import duplicates, fields
from outreach.contacts.models import Contact, ContactNote, FieldKind, Organisation
from outreach.foundation.database import transaction
from tests.web import office

NEW = {
    "email": "åke@ny.example".replace("å", "a"),
    "language": "sv",
    "source": "met at a fair",
    "given_name": "Åke",
    "family_name": "Öberg",
    "time_zone": "Europe/Stockholm",
    "tags": "fair, vip",
}
FIELD = {"key": "level", "kind": "choice", "name_sv": "Nivå", "choices": "gold | Guld | 金 | Gold\nsilver | Silver"}


def page_of(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text.replace("<wbr>", ""))


def test_a_person_is_added_and_found_without_the_marks_above_letters(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post("/contacts/new", data=NEW)

    page = page_of(officer, answer.headers["location"])
    assert "Åke Öberg" in page
    assert "met at a fair" in page
    assert "Åke Öberg" in page_of(officer, "/contacts?q=ake+oberg")
    assert "Åke Öberg" in page_of(officer, "/contacts?q=Öberg")
    assert "Nobody found" in page_of(officer, "/contacts?q=åkee")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source": ""}, "where this contact comes from"),
        ({"email": "nobody"}, "not a mail address"),
        ({"email": "eva@firma.example"}, "already"),
        ({"language": "tlh"}, "not a language of ours"),
        ({"organisation_id": "00000000-0000-7000-8000-000000000000"}, "does not exist any more"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_and_nothing_typed_is_lost(
    client: TestClient, centre: office.Office, change: dict[str, str], sentence: str
) -> None:
    answer = office.sign_in(client, Role.OFFICER).post("/contacts/new", data={**NEW, **change})

    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "Öberg" in answer.text


def test_a_correction_keeps_what_was_said_before(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = f"/contacts/{centre.people['eva']}"
    form = page_of(officer, f"{address}/edit")
    said = dict(re.findall(r'<input id="(\w+)" name="\w+" type="\w+" value="([^"]*)"', form))

    answer = officer.post(
        f"{address}/edit", data={**said, "family_name": "Lund", "language": "en", "time_zone": "Europe/Stockholm"}
    )

    page = page_of(officer, f"{address}?only=change")
    assert answer.status_code == 303
    assert "<del>Swedish</del> <ins>English</ins>" in page
    assert "<ins>Lund</ins>" in page
    assert "officer@csr-centre.example" in page


def test_an_address_on_which_a_wish_hangs_stays(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        session.execute(
            text("INSERT INTO suppression (address, reason, detail) VALUES ('eva@firma.example', 'complaint', '')")
        )
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post(f"/contacts/{centre.people['eva']}/edit", data={**NEW, "email": "new@firma.example"})

    assert answer.status_code == 422
    assert "wants no letters" in answer.text


def test_a_note_is_written_and_only_its_writer_deletes_it(client: TestClient, centre: office.Office) -> None:
    address = f"/contacts/{centre.people['eva']}"
    officer = office.sign_in(client, Role.OFFICER)
    officer.post(f"{address}/notes", data={"text": "Prefers Tuesdays.\n<script>alert(1)</script>"})
    with transaction() as session:
        note = session.exec(select(ContactNote)).one()

    page = officer.get(address).text
    stranger = office.sign_in(client, Role.APPROVER).post(f"{address}/notes/{note.id}/delete")
    kept = page_of(client, f"{address}?only=note")
    deleted = office.sign_in(client, Role.ADMINISTRATOR).post(f"{address}/notes/{note.id}/delete")

    assert "Prefers Tuesdays." in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert (stranger.status_code, deleted.status_code) == (403, 403)
    assert "Prefers Tuesdays." in kept
    assert "Delete this note" not in kept


def test_an_empty_note_is_refused(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = f"/contacts/{centre.people['eva']}"

    officer.post(f"{address}/notes", data={"text": " \n "})

    assert "Write something first." in page_of(officer, address)


def test_an_administrator_defines_a_field_that_everybody_fills_in(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    assert administrator.post("/fields/new", data=FIELD).status_code == 303
    officer = office.sign_in(client, Role.OFFICER)
    address = f"/contacts/{centre.people['eva']}"

    form = page_of(officer, f"{address}/edit")
    officer.post(f"{address}/edit", data={**NEW, "email": "eva@firma.example", "own_level": "Guld"})

    assert '<option value="gold">Gold</option>' in form
    assert "<dt>Nivå</dt><dd>Gold</dd>" in page_of(officer, address)
    assert "eva@" in page_of(officer, "/contacts?field=level&value=gold")
    with transaction() as session:
        assert session.get_one(Contact, centre.people["eva"]).fields == {"level": "gold"}
        assert fields.get(session, "level").kind is FieldKind.CHOICE


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("number", "12,5", 12.5),
        ("number", "1 200", 1200),
        ("number", "many", None),
        ("number", "NaN", None),
        ("date", "2026-02-03", "2026-02-03"),
        ("date", "2026-02-30", None),
        ("choice", "金", "gold"),
        ("choice", "bronze", None),
        ("yes_no", "ja", True),
        ("yes_no", "perhaps", None),
        ("text", "  a  line ", "a line"),
        ("text", "x" * 501, None),
    ],
)
def test_a_value_is_checked_at_the_door(
    client: TestClient, centre: office.Office, kind: str, typed: str, kept: object
) -> None:
    office.sign_in(client, Role.ADMINISTRATOR).post("/fields/new", data={**FIELD, "kind": kind})

    answer = client.post("/contacts/new", data={**NEW, "own_level": typed})

    assert answer.status_code == (422 if kept is None else 303)
    with transaction() as session:
        found = session.exec(select(Contact.fields).where(col(Contact.source) == "met at a fair")).all()
    assert found == ([] if kept is None else [{"level": kept}])


def test_own_fields_leave_with_the_people_and_only_those_found_leave(client: TestClient, centre: office.Office) -> None:
    office.sign_in(client, Role.ADMINISTRATOR).post("/fields/new", data=FIELD)
    client.post("/contacts/new", data={**NEW, "own_level": "gold"})
    wanted = {"reason": "request 2026/114", "field": "level", "value": "gold", "stopped": "no"}

    refused = office.sign_in(client, Role.OFFICER).post("/contacts/export", data=wanted)
    file = office.sign_in(client, Role.APPROVER).post("/contacts/export", data=wanted).text.splitlines()

    assert refused.status_code == 403
    assert file[0].endswith(",source,level")
    assert file[1].endswith(",met at a fair,gold")
    assert len(file) == 2


@pytest.mark.parametrize(
    "change",
    [{"key": "Level!"}, {"name_sv": ""}, {"choices": ""}, {"choices": "a | A\na | B"}],
)
def test_a_field_that_cannot_be_is_refused(client: TestClient, centre: office.Office, change: dict[str, str]) -> None:
    answer = office.sign_in(client, Role.ADMINISTRATOR).post("/fields/new", data={**FIELD, **change})

    assert answer.status_code == 422


def test_a_choice_that_somebody_has_stays_until_the_field_goes(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)
    administrator.post("/fields/new", data=FIELD)
    administrator.post("/contacts/new", data={**NEW, "own_level": "gold"})

    refused = administrator.post("/fields/level", data={**FIELD, "choices": "silver | Silver"})
    removed = administrator.post("/fields/level/remove")

    assert refused.status_code == 422
    assert removed.status_code == 303
    with transaction() as session:
        assert session.exec(select(Contact.fields).where(col(Contact.source) == "met at a fair")).one() == {}


@pytest.mark.parametrize("address", ["/fields/new", "/fields/level", "/fields/level/remove"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_only_an_administrator_defines_fields(
    client: TestClient, centre: office.Office, role: Role, address: str
) -> None:
    office.sign_in(client, Role.ADMINISTRATOR).post("/fields/new", data=FIELD)

    answer = office.sign_in(client, role).post(address, data=FIELD)

    assert answer.status_code == 403


def test_an_organisation_is_added_corrected_and_merged(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    said = {"name_sv": "Färgeri Nord", "name_zh": "北方染厂", "kind": "company", "sector": "textiles"}
    said |= {"country": "SE", "language": "sv"}

    added = officer.post("/organisations/new", data=said).headers["location"]
    corrected = officer.post(f"{added}/edit", data={**said, "name_en": "Dye Works North"})
    merged = officer.post(f"{added}/merge", data={"other": str(centre.works)})

    assert (corrected.status_code, merged.status_code) == (303, 303)
    page = page_of(officer, added)
    assert "Dye Works North" in page
    assert "eva@" in page
    with transaction() as session:
        assert session.get(Organisation, centre.works) is None
    assert "<ins>Dye Works North</ins>" in page_of(officer, f"/contacts/{centre.people['eva']}?only=change")


@pytest.mark.parametrize("change", [{"name_sv": ""}, {"kind": "club"}, {"country": "XX"}, {"language": "tlh"}])
def test_an_organisation_that_cannot_be_is_refused(
    client: TestClient, centre: office.Office, change: dict[str, str]
) -> None:
    said = {"name_sv": "Nord", "kind": "company", "sector": "textiles", "country": "SE", "language": "sv"}

    answer = office.sign_in(client, Role.OFFICER).post("/organisations/new", data={**said, **change})

    assert answer.status_code == 422


def test_tags_are_counted_renamed_merged_and_deleted(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    officer.post("/contacts/new", data=NEW)

    listed = page_of(officer, "/contacts/tags")
    page_of(officer, "/contacts/tags/edit?tag=fair")
    officer.post("/contacts/tags/rename", data={"tag": "fair", "to": "vip"})
    merged = page_of(officer, "/contacts/tags")
    officer.post("/contacts/tags/delete", data={"tag": "vip"})

    assert "fair" in listed
    assert "fair" not in merged.partition("<tbody")[2]
    assert "No tags yet" in page_of(officer, "/contacts/tags")
    assert officer.get("/contacts/tags/edit?tag=vip").status_code == 404


def test_duplicates_are_looked_at_side_by_side_and_made_one(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    again = {**NEW, "email": "eva+2@firma.example", "given_name": "Eva", "family_name": "", "title": "Chef"}
    other = officer.post("/contacts/new", data=again).headers["location"].rpartition("/")[2]
    with transaction() as session:
        duplicates.find(session)
    eva = centre.people["eva"]
    address = f"/contacts/duplicates/{eva}/{other}"

    listed = page_of(officer, "/contacts/duplicates")
    side_by_side = page_of(officer, address)
    noticed = page_of(officer, f"/contacts/{eva}")
    merged = officer.post(address, data={"title": "second", "email": "first"})

    assert address in listed
    assert "behind the +" in side_by_side
    assert "Perhaps the same person" in noticed
    assert merged.headers["location"] == f"/contacts/{eva}"
    page = page_of(officer, f"/contacts/{eva}")
    assert "Chef" in page
    assert "They were also known as eva+2@firma.example" in page
    assert officer.get(f"/contacts/{other}").headers["location"] == f"/contacts/{eva}"
    assert "Nobody stands there twice" in page_of(officer, "/contacts/duplicates")


def test_two_who_are_two_are_not_asked_about_again(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    people = centre.people

    officer.post(f"/contacts/duplicates/{people['eva']}/{people['olle']}/distinct")
    officer.post("/contacts/duplicates")

    assert "Nobody stands there twice" in page_of(officer, "/contacts/duplicates")


@pytest.mark.parametrize(
    "address",
    [
        *("/contacts/new", "/contacts/{eva}/edit", "/contacts/{eva}/notes", "/contacts/tags/rename"),
        *("/contacts/tags/delete", "/contacts/duplicates", "/contacts/duplicates/{eva}/{olle}", "/organisations/new"),
        *("/organisations/{works}/edit", "/organisations/{works}/merge", "/fields/new"),
    ],
)
def test_nobody_who_is_not_signed_in_changes_anything(client: TestClient, centre: office.Office, address: str) -> None:
    path = address.format(works=centre.works, **centre.people)

    answer = client.post(path, data=NEW)

    assert answer.status_code in (303, 401)
    assert "/sign-in" in answer.headers.get("location", "/sign-in")
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact")).scalar_one() == 5
