"""Building an audience in the browser, keeping it, and looking at who is behind its numbers."""

import re
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.foundation.database import transaction
from outreach.segments import rules, saved
from outreach.segments.models import SegmentKind
from tests.web import office

CHINESE_COMPANIES = {
    "place": ["i", "i.0", "i.1", "e"],
    "i:join": "all",
    "e:join": "any",
    "i.0:field": "kind",
    "i.0:is": "yes",
    "i.0:value": ["company"],
    "i.1:field": "language",
    "i.1:is": "yes",
    "i.1:value": ["zh-Hans"],
}


@pytest.fixture
def officer(client: TestClient, centre: office.Office) -> TestClient:
    """An officer who is signed in, on an ordinary day."""
    return office.sign_in(client, Role.OFFICER)


def number_in(page: str) -> str:
    found = re.search(r'class="bignumber"[^>]*>([^<]+)<', page)
    assert found, page
    return found[1]


def saved_segment(key: str, rule: str = "kind=company") -> UUID:
    with transaction() as session:
        return saved.save(session, key=key, name=key.title(), include=rules.parse_text(rule), by="test").id


def test_an_empty_builder_means_everybody(officer: TestClient) -> None:
    page = officer.get("/segments/new").text

    assert "All contacts." in page
    assert number_in(page) == "3"  # of five, one left everything and one never agreed


def test_conditions_are_added_and_taken_away_without_script(officer: TestClient) -> None:
    first = officer.post("/segments", data={"place": ["i", "e"], "i:new": "sector", "do": "add:i"})
    grouped = officer.post("/segments", data={**CHINESE_COMPANIES, "do": "group:i"})
    fewer = officer.post("/segments", data={**CHINESE_COMPANIES, "do": "remove:i.0"})

    assert first.status_code == 200
    assert 'name="i.0:field" value="sector"' in first.text
    assert "It counts once something is chosen." in first.text
    assert 'name="place" value="i.2"' in grouped.text
    assert "Contacts who read Chinese." in fewer.text
    assert 'name="i.0:field" value="language"' in fewer.text


def test_the_count_follows_the_conditions_and_says_who_is_left_out_and_why(officer: TestClient) -> None:
    piece = {"place": ["i", "i.0", "e"], "i.0:field": "kind", "i.0:is": "yes", "i.0:value": ["company", "media"]}

    found = officer.post("/segments/count", data={**piece, "topic": "environment"}).text

    assert number_in(found) == "2"
    assert "文丽" in found
    assert "Textiles" in found
    link = re.search(r'href="(/segments/people[^"]+reason=no_consent)"', found)
    assert link
    people = officer.get(link[1].replace("&amp;", "&")).text
    assert "Olle" in people
    assert "Petra" in people
    assert "Eva" not in people


def test_a_number_that_is_not_known_is_not_nought(officer: TestClient) -> None:
    faulty = {"place": ["i", "i.0", "e"], "i.0:field": "segment", "i.0:value": "nothing-is-called-that"}

    found = officer.post("/segments/count", data=faulty).text

    assert number_in(found) == "?"
    assert "The number is not known:" in found


def test_a_segment_is_saved_changed_copied_and_deleted(officer: TestClient) -> None:
    made = officer.post("/segments", data={**CHINESE_COMPANIES, "name": "Kinesiska företag", "do": "save"})
    address = made.headers["location"]

    page = officer.get(address).text
    form = officer.get(f"{address}/edit").text
    changed = {**CHINESE_COMPANIES, "i.1:value": ["sv"], "name": "Svenska företag", "do": "save"}
    officer.post(f"{address}/edit", data=changed)
    copied = officer.post(f"{address}/copy").headers["location"]
    gone = officer.post(f"{address}/delete")

    assert "Contacts who belong to an organisation of the kind company and read Chinese." in page
    assert "officer@csr-centre.example" in page
    assert 'value="company" checked' in form
    assert gone.headers["location"] == "/segments"
    assert officer.get(address).status_code == 404
    copy = officer.get(copied).text
    assert "Svenska företag (copy)" in copy
    assert "read Swedish" in copy


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Give the segment a name."),
        ({"i.0:value": []}, "A condition says nothing yet"),
        ({"i.1:value": ["klingon"]}, "“klingon” is not a language"),
    ],
)
def test_a_segment_with_a_fault_is_not_saved_and_keeps_what_was_chosen(
    officer: TestClient, changes: dict[str, object], sentence: str
) -> None:
    answer = officer.post("/segments", data={**CHINESE_COMPANIES, "name": "X", "do": "save", **changes})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'name="i.1:field" value="language"' in answer.text
    with transaction() as session:
        assert saved.listed(session) == []


def test_an_organisation_is_chosen_by_its_name(officer: TestClient) -> None:
    typed = {"place": ["i", "i.0", "e"], "i.0:field": "organisation", "i.0:typed": "färgeriet ab", "do": "count"}

    known = officer.post("/segments", data=typed).text
    unknown = officer.post("/segments", data={**typed, "i.0:typed": "Ingen AB"}).text

    assert "Contacts who work at Färgeriet AB." in known
    assert 'name="i.0:value" value="dye-works" checked' in known
    assert "No organisation is called “Ingen AB”." in unknown


def test_who_fits_now_can_be_kept_as_a_list_that_stays(officer: TestClient, centre: office.Office) -> None:
    data = {**CHINESE_COMPANIES, "i.1:value": ["sv"], "name": "Idag", "kind": "frozen", "do": "save"}
    address = officer.post("/segments", data=data).headers["location"]
    office.person_at(centre, "bo", "sv")

    with transaction() as session:
        (segment,) = saved.listed(session)
        assert segment.kind is SegmentKind.FROZEN
        assert saved.count(session, segment) == 3  # Eva, Olle and Nina, without Bo
    assert "A frozen list" in officer.get(address).text
    assert officer.get(f"{address}/edit").status_code == 409


def test_pasted_addresses_become_a_list_of_those_whom_we_know(officer: TestClient) -> None:
    pasted = "Eva Ek <EVA@firma.example>; petra@firma.example\nstranger@nowhere.example\nno address"

    made = officer.post("/segments/lists", data={"name": "Mässan", "addresses": pasted})
    page = officer.get(made.headers["location"]).text
    nobody = officer.post("/segments/lists", data={"name": "Ingen", "addresses": "stranger@nowhere.example"})

    assert "The list has 2 people." in page
    assert "stranger@nowhere.example" in page
    assert "No mail addresses: no address." in page
    assert nobody.status_code == 422
    assert "None of these is the address of a contact" in nobody.text


def test_a_segment_that_a_campaign_needs_stays_until_the_campaign_is_over(officer: TestClient) -> None:
    number = saved_segment("companies")
    waiting = office.planned(rule="segment=companies")

    refused = officer.post(f"/segments/{number}/delete")
    told = officer.get("/segments").text
    asked = officer.get(f"/segments/{number}/delete").text
    page = officer.get(f"/segments/{number}").text

    assert refused.headers["location"] == f"/segments/{number}"
    assert "“Companies” is needed by “January”" in told
    assert "It cannot be deleted while it is needed" in asked
    assert f"/campaigns/{waiting}/audience" in page
    assert "1 campaign to come" in officer.get("/segments").text


def test_a_segment_cannot_mean_itself(officer: TestClient) -> None:
    number = saved_segment("companies")
    itself = {"place": ["i", "i.0", "e"], "i.0:field": "segment", "i.0:value": "companies", "name": "X", "do": "save"}

    answer = officer.post(f"/segments/{number}/edit", data=itself)

    assert answer.status_code == 422
    assert "would mean itself" in answer.text


def test_what_a_segment_is_for_says_its_list(officer: TestClient) -> None:
    saved_segment("companies")

    page = officer.get("/segments").text

    assert "Companies" in page
    assert "Follows its conditions" in page
