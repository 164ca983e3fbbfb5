"""Who may pass which door: strangers none, and each role no more than it is there for."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from outreach.accounts import roles
from outreach.accounts.models import Role
from outreach.foundation.tables import uuid7
from outreach.web import officer
from tests.web import office

FOR_ANYBODY = {"/sign-in", "/sign-out", "/language", "/invitation/{token}", "/sign-in/code"}

NOBODY = "01a00000-0000-7000-8000-000000000000"


def doors(method: str) -> list[str]:
    """List the addresses of staff that answer a method, with something in place of what they name."""
    app = FastAPI()
    app.include_router(officer.router)
    paths = {path for path, doors in app.openapi()["paths"].items() if method in doors}
    return sorted(re.sub(r"\{[^}]*\}", str(uuid7()), path) for path in paths - FOR_ANYBODY)


def test_every_page_of_staff_leads_a_stranger_to_the_door_and_back(client: TestClient) -> None:
    pages = doors("get")
    assert len(pages) > 20

    for page in pages:
        answer = client.get(page)

        assert answer.status_code == 303, page
        assert answer.headers["location"] == ("/sign-in" if page == "/" else f"/sign-in?next={page}")


def test_every_form_of_staff_does_nothing_for_a_stranger(client: TestClient) -> None:
    forms = doors("post")
    assert len(forms) > 8

    for form in forms:
        answer = client.post(form, data={"letters": "1", "name": "x"})

        assert answer.status_code == 303, form
        assert answer.headers["location"] == "/sign-in"


def test_a_page_that_needs_a_higher_role_says_which(client: TestClient) -> None:
    officer_ = office.sign_in(client, Role.OFFICER, language="sv")

    answer = officer_.post(f"/campaigns/{uuid7()}/launch", data={"letters": "1"})

    assert answer.status_code == 403
    assert "Godkännare" in answer.text
    assert '<html lang="sv">' in answer.text


@pytest.mark.parametrize("door", ["approval", "launch", "resume", "cancel"])
def test_an_officer_cannot_set_anything_in_motion(client: TestClient, door: str) -> None:
    officer_ = office.sign_in(client, Role.OFFICER)

    assert officer_.post(f"/campaigns/{uuid7()}/{door}", data={"letters": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "door"),
    [
        (Role.OFFICER, "/delivery/lanes/gmail.com/release"),
        (Role.OFFICER, f"/delivery/suppressions/{NOBODY}/lift"),
        (Role.APPROVER, f"/delivery/suppressions/{NOBODY}/lift"),
    ],
)
def test_what_lets_letters_go_again_is_for_higher_roles(client: TestClient, role: Role, door: str) -> None:
    assert office.sign_in(client, role).post(door, data={"why": "works"}).status_code == 403


@pytest.mark.parametrize("door", ["/delivery/lanes/gmail.com/halt", "/delivery/suppressions"])
def test_stopping_is_for_everybody(client: TestClient, door: str) -> None:
    answer = office.sign_in(client, Role.OFFICER).post(door, data={"reason": "x", "address": "x", "why": "x"})

    assert answer.status_code in {404, 422}  # past the role; there is no such lane, and that is no address


@pytest.mark.parametrize("door", ["pause", "schedule", "unschedule"])
def test_an_officer_may_hold_and_plan(client: TestClient, door: str) -> None:
    officer_ = office.sign_in(client, Role.OFFICER)

    assert officer_.post(f"/campaigns/{uuid7()}/{door}").status_code == 404  # past the role; there is no such campaign


def test_an_administrator_may_do_what_an_approver_may(client: TestClient) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    assert administrator.post(f"/campaigns/{uuid7()}/launch", data={"letters": "1"}).status_code == 404


def test_somebody_who_was_shut_out_is_a_stranger_again(client: TestClient) -> None:
    officer_ = office.sign_in(client, Role.OFFICER)
    assert officer_.get("/").status_code == 200

    office.shut_out(Role.OFFICER)

    assert officer_.get("/").status_code == 303


def test_buttons_that_a_role_may_not_press_are_not_there(client: TestClient, centre: office.Office) -> None:
    campaign = office.planned(approved=True)

    seen_by_officer = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{campaign}/approve").text
    seen_by_approver = office.sign_in(client, Role.APPROVER).get(f"/campaigns/{campaign}/approve").text

    assert f'action="/campaigns/{campaign}/launch"' not in seen_by_officer
    assert "An approver launches it." in seen_by_officer
    assert f'action="/campaigns/{campaign}/launch"' in seen_by_approver


@pytest.mark.parametrize(
    "address",
    [
        "/campaigns/nonsense",
        "/contacts/nonsense",
        "/organisations/1",
        "/pieces/none",
        "/delivery/lanes/none",
        "/delivery/suppressions/none",
        "/deliveries/none/letter",
    ],
)
def test_an_address_that_names_nothing_is_answered_as_such(client: TestClient, address: str) -> None:
    officer_ = office.sign_in(client, Role.OFFICER)

    assert officer_.get(address).status_code == 404


def test_looking_asks_for_no_more_than_the_lowest_role() -> None:
    assert roles.POLICY[roles.Action.LOOK] is Role.READER
