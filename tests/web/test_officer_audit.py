"""The audit log as an administrator reads it: in words, searched, and taken out."""

import csv
import io
import re
from pathlib import Path

from starlette.testclient import TestClient

import outreach
from outreach.accounts import audit
from outreach.accounts.models import Role
from outreach.foundation.database import transaction
from outreach.web.officer import audit_words
from tests.web import office


def test_who_did_what_is_told_in_words_with_a_way_there(client: TestClient, centre: office.Office) -> None:
    number = office.launched(name="January")

    page = office.sign_in(client, Role.ADMINISTRATOR).get("/audit").text

    assert f'<a href="/campaigns/{number}">launched a campaign</a>' in page
    assert "approved a piece" in page
    assert "campaign.launch" in page


def test_it_is_searched_by_who_what_and_when(client: TestClient, centre: office.Office) -> None:
    office.launched()
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    assert "approved a piece" not in administrator.get("/audit?area=campaign").text
    assert "launched a campaign" in administrator.get("/audit?area=campaign").text
    assert "No lines here" in administrator.get("/audit?actor=nobody").text
    assert "No lines here" in administrator.get("/audit?until=2020-01-01").text
    assert "No lines here" in administrator.get("/audit?since=2099-01-01").text
    assert "launched a campaign" in administrator.get("/audit?since=x&until=y").text


def test_it_goes_out_as_a_file_that_no_table_program_takes_for_formulas(
    client: TestClient, centre: office.Office
) -> None:
    with transaction() as session:
        audit.append(session, actor="=cmd()", action="thing.do", subject="thing:1", detail={"n": 1})
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    answer = administrator.post("/audit/export?actor=%3Dcmd()")

    assert "attachment" in answer.headers["content-disposition"]
    header, line = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert header == ["at", "actor", "action", "subject", "detail"]
    assert line[1:] == ["'=cmd()", "thing.do", "thing:1", '{"n": 1}']
    assert "took out the audit log" in administrator.get("/audit").text


def test_nobody_else_reads_it(client: TestClient, centre: office.Office) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    assert approver.get("/audit").status_code == 403
    assert approver.post("/audit/export").status_code == 403
    assert 'href="/audit"' not in approver.get("/").text


def test_whatever_is_written_down_has_words() -> None:
    written = {
        action
        for file in Path(outreach.__file__).parent.rglob("*.py")
        for action in re.findall(r'action ?= ?"([a-z_]+\.[a-z_]+)"', file.read_text(encoding="utf-8"))
    }

    assert written
    assert [one for one in sorted(written) if audit_words.action(one) == one] == []
    assert {one.split(".")[0] for one in written} - {"restore"} <= audit_words.areas().keys()
