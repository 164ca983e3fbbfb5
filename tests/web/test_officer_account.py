"""A member of staff and their own account."""

import pytest
from starlette.testclient import TestClient

from outreach.accounts import signin
from outreach.accounts.models import Role
from outreach.foundation.database import transaction
from outreach.web import cookies
from outreach.web.officer.account import device

EMAIL, PASSWORD, NEW = "maja@csr-centre.example", "fyra ord som ingen gissar", "fem helt andra ord nu"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)


@pytest.fixture
def maja(client: TestClient) -> TestClient:
    """Maja's browser, signed in, while she is also signed in at home."""
    with transaction() as session:
        signin.add_user(session, email=EMAIL, role=Role.OFFICER, password=PASSWORD, actor="test", language="en")
        signin.sign_in(session, EMAIL, PASSWORD, agent=CHROME)
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers={"user-agent": "Firefox/140 Linux"})
    return client


def change(maja: TestClient, **fields: str) -> tuple[int, str]:
    answer = maja.post("/account/password", data={"old": PASSWORD, "new": NEW, "again": NEW, **fields})
    return answer.status_code, answer.text


def test_the_page_shows_where_one_is_signed_in(maja: TestClient) -> None:
    page = maja.get("/account").text

    assert "Chrome on Windows" in page
    assert "Firefox on Linux" in page
    assert page.count("this one") == 1


def test_a_new_password_ends_every_other_session_and_opens_a_new_one_here(maja: TestClient) -> None:
    before = maja.cookies.get(cookies.full(cookies.SESSION))

    answered = change(maja)
    page = maja.get("/account").text

    assert answered[0] == 303
    assert maja.cookies.get(cookies.full(cookies.SESSION)) != before
    assert "Chrome on Windows" not in page
    with transaction() as session:
        assert signin.user_of(session, before) is None
        assert signin.sign_in(session, EMAIL, NEW)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "en gissning"}, "The present password is another one"),
        ({"again": "något annat"}, "are not the same"),
        ({"new": "kort", "again": "kort"}, "too short"),
        ({"new": EMAIL, "again": EMAIL}, "too easy to guess"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_and_a_good_new_one(
    maja: TestClient, fields: dict[str, str], said: str
) -> None:
    status, page = change(maja, **fields)

    assert status == 422
    assert said in page
    assert "Chrome on Windows" in maja.get("/account").text  # nobody was signed out
    with transaction() as session:
        assert signin.sign_in(session, EMAIL, PASSWORD)


def test_guessing_the_old_password_is_slowed_down_as_at_the_door(maja: TestClient) -> None:
    for _attempt in range(10):
        change(maja, old="en gissning")

    assert change(maja)[0] == 429


def test_one_signs_out_of_another_browser_and_of_all_others(maja: TestClient) -> None:
    def others() -> int:
        return maja.get("/account").text.count("/end")

    with transaction() as session:
        signin.sign_in(session, EMAIL, PASSWORD, agent="Safari/605 iPhone")
    page = maja.get("/account").text
    first = page.split('action="/account/sessions/')[1].split("/end")[0]
    gone = maja.post(f"/account/sessions/{first}/end")
    left = others()
    maja.post("/account/sessions/others/end")

    assert gone.status_code == 303
    assert left == 2  # one browser, and the button for all
    assert others() == 0
    assert maja.post(f"/account/sessions/{first}/end").status_code == 404


def test_nobody_ends_the_session_of_somebody_else(maja: TestClient) -> None:
    with transaction() as session:
        signin.add_user(session, email="olle@csr-centre.example", role=Role.READER, password=PASSWORD, actor="test")
        secret = signin.sign_in(session, "olle@csr-centre.example", PASSWORD)
        session.flush()
        seat = (
            session.connection().exec_driver_sql("SELECT id FROM login_session ORDER BY id DESC LIMIT 1").scalar_one()
        )

    answer = maja.post(f"/account/sessions/{seat}/end")

    assert answer.status_code == 404
    with transaction() as session:
        assert signin.user_of(session, secret) is not None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/156.0", "Edge on Windows"),
        ("curl/8.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_has_a_name(agent: str, name: str) -> None:
    assert device(agent) == name
