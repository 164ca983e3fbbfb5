"""A second factor at the door: set up with an app, asked for after the password, and lost."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts import second_factor, signin
from outreach.accounts.models import LoginSession, Role, User
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.web import cookies
from tests.web import office

OFFICER = "officer@csr-centre.example"
PASSWORD = "fyra helt vanliga ord"


@pytest.fixture
def officer(client: TestClient, centre: office.Office) -> TestClient:
    staff = office.sign_in(client, Role.OFFICER)
    with transaction() as session:
        user = session.exec(select(User).where(User.email == OFFICER)).one()
        secret = client.cookies[cookies.full(cookies.SESSION)]
        signin.end_sessions(session, user, but=secret)
        user.password_hash = signin.passwords.hashed(PASSWORD, email=OFFICER)
    return staff


def set_up(officer: TestClient) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up as a member of staff does; return the app and the codes on paper."""
    page = officer.get("/account/second").text
    assert "<svg" in page
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    key = re.search(r'class="key">([^<]+)<', page)
    assert nonce
    assert key
    app = pyotp.TOTP(key[1].replace(" ", ""))
    answer = officer.post("/account/second", data={"nonce": nonce[1], "code": app.at(clock.now())})
    assert answer.status_code == 200, answer.text
    return app, re.findall(r"<li><code>([^<]+)</code></li>", answer.text)


def at_the_door(client: TestClient) -> str:
    """Show the password; return where that leads."""
    client.cookies.clear()
    answer = client.post("/sign-in", data={"email": OFFICER, "password": PASSWORD, "next": "/campaigns"})
    return answer.headers["location"]


def test_after_the_password_a_code_is_asked_for(officer: TestClient) -> None:
    app, _paper = set_up(officer)

    assert at_the_door(officer) == "/sign-in/code?next=%2Fcampaigns"
    half = officer.cookies[cookies.full(cookies.SESSION)]
    assert officer.get("/campaigns").headers["location"].startswith("/sign-in")
    assert "Enter a code" in officer.get("/sign-in/code?next=/campaigns").text
    wrong = officer.post("/sign-in/code", data={"code": "000000"})
    with clock.fixed(clock.now() + timedelta(seconds=30)):
        right = officer.post("/sign-in/code", data={"code": app.at(clock.now()), "next": "/campaigns"})

        assert wrong.status_code == 422
        assert right.headers["location"] == "/campaigns"
        assert officer.cookies[cookies.full(cookies.SESSION)] != half
        assert officer.get("/campaigns").status_code == 200
    with transaction() as session:
        assert not second_factor.is_waiting(session, half)


def test_a_code_is_good_once_and_for_half_a_minute_around(officer: TestClient) -> None:
    app, _paper = set_up(officer)
    now = clock.now()
    used, later, much_later = (app.at(now + timedelta(seconds=seconds)) for seconds in (0, 30, 90))
    at_the_door(officer)

    assert officer.post("/sign-in/code", data={"code": used}).status_code == 422  # set up with
    assert officer.post("/sign-in/code", data={"code": much_later}).status_code == 422
    assert officer.post("/sign-in/code", data={"code": f" {later[:3]} {later[3:]} "}).status_code == 303
    at_the_door(officer)
    assert officer.post("/sign-in/code", data={"code": later}).status_code == 422


def test_a_code_on_paper_opens_once(officer: TestClient) -> None:
    _app, paper = set_up(officer)
    assert len(paper) == 10
    at_the_door(officer)

    assert officer.post("/sign-in/code", data={"code": paper[3].upper()}).status_code == 303
    assert "9 codes on paper are left." in officer.get("/account").text
    at_the_door(officer)
    assert officer.post("/sign-in/code", data={"code": paper[3]}).status_code == 422


def test_the_password_is_forgotten_after_ten_minutes(officer: TestClient) -> None:
    app, _paper = set_up(officer)
    at_the_door(officer)

    with clock.fixed(clock.now() + timedelta(minutes=11)):
        assert officer.get("/sign-in/code").headers["location"] == "/sign-in"
        answer = officer.post("/sign-in/code", data={"code": app.at(clock.now())})

    assert answer.headers["location"] == "/sign-in"


def test_setting_it_up_signs_out_everywhere_else(officer: TestClient) -> None:
    with transaction() as session:
        elsewhere = signin.sign_in(session, OFFICER, PASSWORD)

    set_up(officer)

    with transaction() as session:
        assert signin.user_of(session, elsewhere) is None
        assert len(session.exec(select(LoginSession)).all()) == 1
    assert officer.get("/account").status_code == 200


def test_a_wrong_code_sets_nothing_up_and_keeps_the_picture(officer: TestClient) -> None:
    answer = officer.post("/account/second", data={"nonce": "abc", "code": "123456"})

    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert "Is the clock of the telephone right?" in answer.text
    assert at_the_door(officer) == "/campaigns"


def test_who_finds_a_browser_open_cannot_set_up_an_app_of_their_own(officer: TestClient) -> None:
    app, _paper = set_up(officer)

    assert officer.get("/account/second").headers["location"] == "/account#second"
    with transaction() as session:
        user = session.exec(select(User).where(User.email == OFFICER)).one()
        other = pyotp.TOTP(second_factor.secret(user, "other"))
    with clock.fixed(clock.now() + timedelta(seconds=60)):
        answer = officer.post("/account/second", data={"nonce": "other", "code": other.at(clock.now())})
        assert answer.status_code == 409
        at_the_door(officer)
        assert officer.post("/sign-in/code", data={"code": app.at(clock.now())}).status_code == 303


def test_the_password_switches_it_off(officer: TestClient) -> None:
    set_up(officer)

    officer.post("/account/second/off", data={"password": "wrong"})
    assert "After the password, a code of your app is asked for." in officer.get("/account").text
    officer.post("/account/second/off", data={"password": PASSWORD})

    assert at_the_door(officer) == "/campaigns"


def test_an_administrator_takes_it_away_from_who_has_lost_it(officer: TestClient) -> None:
    set_up(officer)
    with transaction() as session:
        user_id = session.exec(select(User).where(User.email == OFFICER)).one().id
    administrator = office.sign_in(officer, Role.ADMINISTRATOR)

    assert "Take it away" in administrator.get(f"/staff/{user_id}").text
    administrator.post(f"/staff/{user_id}/second-off")

    assert "Take it away" not in administrator.get(f"/staff/{user_id}").text
    assert at_the_door(officer) == "/campaigns"


def test_guessing_is_slowed_down_as_at_the_door(officer: TestClient) -> None:
    set_up(officer)
    at_the_door(officer)

    answers = [officer.post("/sign-in/code", data={"code": f"{number:06}"}).status_code for number in range(11)]

    assert answers == [422] * 10 + [429]


def test_the_database_alone_opens_nothing(officer: TestClient) -> None:
    app, paper = set_up(officer)

    with transaction() as session:
        user = session.exec(select(User).where(User.email == OFFICER)).one()
        kept = repr(user.model_dump())

    assert app.secret not in kept
    assert not [one for one in paper if one in kept]
