"""The door of the officers' app."""

import pytest
from starlette.testclient import TestClient

from outreach.accounts import signin, throttle
from outreach.accounts.models import Role
from outreach.accounts.queries import user
from outreach.foundation.database import transaction
from outreach.web.officer.page import own_path
from tests.web import office

EMAIL, PASSWORD = "maja@csr-centre.example", "fyra ord som ingen gissar"


@pytest.fixture
def maja(client: TestClient) -> TestClient:
    """Maja's browser, before she signs in."""
    with transaction() as session:
        signin.add_user(session, email=EMAIL, role=Role.OFFICER, password=PASSWORD, actor="test", language="sv")
    return client


def test_the_right_password_opens_and_leads_where_one_was_going(maja: TestClient) -> None:
    answer = maja.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": "/contacts?q=chen"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/contacts?q=chen"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert maja.get("/").status_code == 200


def test_a_wrong_password_keeps_the_address_and_says_why(maja: TestClient) -> None:
    answer = maja.post("/sign-in", data={"email": EMAIL, "password": "något annat", "next": "/goals"})

    assert answer.status_code == 422
    assert "do not go together" in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert 'name="next" value="/goals"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_user_who_does_not_exist_is_refused_in_the_same_words(maja: TestClient) -> None:
    wrong = maja.post("/sign-in", data={"email": EMAIL, "password": "något annat"})
    nobody = maja.post("/sign-in", data={"email": "nobody@csr-centre.example", "password": "något annat"})

    assert nobody.status_code == wrong.status_code
    assert nobody.text.replace("nobody@csr-centre.example", EMAIL) == wrong.text


def test_too_many_attempts_are_told_to_wait(maja: TestClient) -> None:
    for _attempt in range(10):
        throttle.count_failure(EMAIL, "testclient")

    answer = maja.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})

    assert answer.status_code == 429
    assert "wait a quarter of an hour" in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_the_way_on_leads_to_our_own_pages_only(maja: TestClient, elsewhere: str) -> None:
    answer = maja.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": elsewhere})

    assert answer.headers["location"] == "/"
    assert own_path(elsewhere) == "/"


def test_whoever_is_signed_in_is_not_asked_again(client: TestClient) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.get("/sign-in?next=/goals")

    assert answer.headers["location"] == "/goals"


def test_signing_out_ends_the_session_for_good(client: TestClient) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    secret = officer.cookies["session"]

    answer = officer.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    officer.cookies.set("session", secret)
    assert officer.get("/").status_code == 303


def test_signing_out_by_following_a_link_is_not_possible(client: TestClient) -> None:
    assert office.sign_in(client, Role.OFFICER).get("/sign-out").status_code == 405


def test_the_language_belongs_to_the_user_and_the_page_stays_the_same(client: TestClient) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    page = "http://127.0.0.1:8000/contacts?q=chen&sector=food"

    answer = officer.post("/language", data={"language": "zh-Hans", "next": "/contacts"}, headers={"referer": page})

    assert answer.headers["location"] == "/contacts?q=chen&sector=food"
    assert '<html lang="zh-Hans">' in officer.get("/").text
    with transaction() as session:
        assert user(session, "officer@csr-centre.example").language == "zh-Hans"


def test_a_visitors_language_is_kept_in_the_browser(client: TestClient) -> None:
    client.post("/language", data={"language": "sv", "next": "/sign-in"})

    assert '<html lang="sv">' in client.get("/sign-in").text


def test_a_language_that_is_none_of_ours_changes_nothing(client: TestClient) -> None:
    officer = office.sign_in(client, Role.OFFICER, language="sv")

    officer.post("/language", data={"language": "tlh", "next": "/"})

    assert '<html lang="sv">' in officer.get("/").text
