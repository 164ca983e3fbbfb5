"""People in from a file and out again, on the pages (W8)."""

import csv
import io
import re
import zipfile
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.foundation.database import transaction
from outreach.intake import domains
from tests.delivery.name_server import NameServer
from tests.intake import lists
from tests.web import office

LIST = lists.written(
    ["E-post", "姓名", "Språk", "Anteckning"],
    ["lin@yunfan.example", "林晓岚", "中文", "x"],
    ["eva@firma.example", "Eva Nyberg", "svenska", ""],
    ["bo@gmail.con", "Bo Ek", "svenska", "=1+1"],
)
ANSWERS = {
    "source": "the fair in Suzhou",
    "topic": "environment",
    "basis": "consent",
    "wording": "Yes, send me letters about the environment.",
    "given_on": "2026-11-20",
    "language": "sv",
}


def sent_in(visitor: TestClient, content: bytes = LIST, name: str = "people.csv") -> str:
    """Upload a file and let the worker look at it; returns its address."""
    answer = visitor.post("/contacts/import", files={"file": (name, content)})
    assert answer.status_code == 303
    lists.work(UUID(answer.headers["location"].rpartition("/")[2]))
    return answer.headers["location"]


def worked(visitor: TestClient, address: str, step: str, **form: object) -> None:
    answer = visitor.post(f"{address}/{step}", data=form)
    assert answer.status_code == 303, answer.text
    lists.work(UUID(address.rpartition("/")[2]))


def test_a_file_goes_through_the_four_steps_and_is_undone(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer)

    asked = officer.get(address).text
    worked(officer, address, "check", **ANSWERS)
    dry = officer.get(address).text
    with transaction() as session:
        untouched = session.execute(text("SELECT count(*) FROM contact")).scalar_one()
    worked(officer, address, "apply")
    done = officer.get(address).text

    assert '<option value="full_name" selected>' in asked
    assert "林晓岚" in asked
    assert untouched == len(centre.people)
    assert "Take in 2 people" in dry
    assert "gmail.com" in dry
    assert re.search(r"<ins>\s*Nyberg</ins>", dry)
    assert "What happened" in done
    with transaction() as session:
        kept = session.execute(_EVIDENCE).one()
    assert (kept.source, kept.wording, kept.given_on) == (ANSWERS["source"], ANSWERS["wording"], "2026-11-20")

    worked(officer, address, "undo")
    with transaction() as session:
        assert session.execute(text("SELECT count(*) FROM contact")).scalar_one() == len(centre.people)
        assert session.execute(text("SELECT family_name FROM contact WHERE address LIKE 'eva@%'")).scalar_one() == ""
    assert "Undone" in officer.get(address).text


def test_the_rows_that_were_not_taken_can_be_corrected_and_sent_in_again(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer)
    worked(officer, address, "check", **ANSWERS)

    given = officer.get(f"{address}/refused.csv")
    corrected = given.content.replace(b"gmail.con", b"gmail.com")
    again = sent_in(officer, corrected, "again.csv")
    worked(officer, again, "check", **ANSWERS)

    header, row = csv.reader(io.StringIO(given.content.decode("utf-8-sig")))
    assert header[:4] == ["E-post", "姓名", "Språk", "Anteckning"]
    assert row[3] == "'=1+1"
    assert header[4:] == ["Address is right", "Why it was not taken"]
    assert "gmail.com" in row[5]
    assert lists.verdicts(UUID(again.rpartition("/")[2])) == {"new": 1}


def test_an_encoding_that_nothing_proves_is_asked_with_previews(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer, lists.written(["email", "namn"], ["asa@x.example", "Åsa Öberg"], encoding="cp1252"))

    asked = officer.get(address).text
    worked(officer, address, "reading", encoding="windows-1252", delimiter=",")

    assert "Åsa Öberg" in asked
    assert 'value="gb18030"' in asked
    assert 'id="columns"' not in asked
    assert 'id="columns"' in officer.get(address).text


def test_a_permission_without_proof_is_refused_and_the_form_keeps_its_words(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer)

    answer = officer.post(f"{address}/check", data={**ANSWERS, "wording": ""})

    assert answer.status_code == 422
    assert "Consent is proved by the day" in answer.text
    assert 'value="the fair in Suzhou"' in answer.text


def test_a_column_that_is_meant_twice_is_refused_in_words(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer)

    answer = officer.post(f"{address}/columns", data={"meaning": ["email", "email", "", ""]})

    assert "Two columns cannot mean the same." in officer.get(answer.headers["location"]).text


def test_a_file_that_cannot_be_used_says_why_and_is_forgotten(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    address = sent_in(officer, lists.written(["email", "email"], ["a@x.example", "b@x.example"]))

    page = officer.get(address).text
    answer = officer.post(f"{address}/discard")

    assert "Two columns are called “email”" in page
    assert answer.headers["location"] == "/contacts/import"
    assert officer.get(address).status_code == 404


def test_nobody_is_taken_out_without_a_role_and_a_reason(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    assert officer.get("/contacts/export").status_code == 403
    assert officer.post("/contacts/export", data={"reason": "because I can"}).status_code == 403
    approver = office.sign_in(client, Role.APPROVER)

    answer = approver.post("/contacts/export", data={"reason": " "})

    assert answer.status_code == 422
    assert "Say why these people leave the product" in answer.text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_people_leave_as_a_file_and_it_is_kept_why(client: TestClient, centre: office.Office, form: str) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    answer = approver.post(
        "/contacts/export", data={"format": form, "reason": "request 2026/114", "sector": "textiles", "q": ""}
    )

    assert answer.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert {row["organisation"] for row in rows} == {"Färgeriet AB"}
        assert len(rows) == 4
    else:
        strings = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
        assert "eva@firma.example" in strings
        assert "petra@" not in strings
    with transaction() as session:
        entry = session.execute(text("SELECT actor, detail FROM audit_entry WHERE action = 'contacts.export'")).one()
    assert entry.actor == office.APPROVER
    assert entry.detail == {"reason": "request 2026/114", "format": form, "people": 4}


def test_domains_that_take_no_mail_are_told_and_hold_nothing_back(
    client: TestClient, centre: office.Office, zone: NameServer
) -> None:
    zone.publish("takes.test-mail.org", "MX", "10 mx.takes.test-mail.org.")
    officer = office.sign_in(client, Role.OFFICER)
    number = lists.checked(
        lists.written(["email"], *([f"p{n}@{name}.test-mail.org"] for n, name in enumerate(("takes", "no", "no"))))
    )
    assert "takes no mail" not in officer.get(f"/contacts/import/{number}").text

    domains.look(number)

    page = officer.get(f"/contacts/import/{number}").text
    assert "1 domain takes no mail" in page
    assert "2 people would not be reached." in page
    assert "no.test-mail.org" in page
    assert "Mail servers: 2 of 2 domains are known." in page
    assert "Take in 3 people" in page


_EVIDENCE = text(
    """
    SELECT consent_record.source, consent_wording.text AS wording, evidence->>'given_on' AS given_on
    FROM consent_record JOIN consent_wording ON consent_wording.id = wording_id
    JOIN contact ON contact.id = contact_id WHERE address = 'lin@yunfan.example'
    """
)
