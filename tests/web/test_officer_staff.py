"""Who works here: invited by mail, with a role, shut out when they leave."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from outreach.accounts import signin
from outreach.accounts.models import AuditEntry, Invitation, LoginSession, Role, User
from outreach.delivery.models import Message, Sender, Stream
from outreach.foundation.database import transaction
from outreach.foundation.errors import Refused
from tests.web import office

KARIN = "karin@csr-centre.example"
PASSWORD = "fyra helt vanliga ord"
FORM = {"email": KARIN, "name": "Karin Öst", "role": "officer", "language": "sv"}


@pytest.fixture
def administrator(client: TestClient, centre: office.Office) -> TestClient:
    with transaction() as session:
        session.add(Sender(key="system", stream=Stream.SYSTEM, address="noreply@csr-centre.example"))
    return office.sign_in(client, Role.ADMINISTRATOR)


def link() -> str:
    """Return the path in the last letter."""
    with transaction() as session:
        letter = session.exec(select(Message).order_by(col(Message.id).desc())).first()
        assert letter is not None
        found = re.search(r"https?://[^/\s]+(/invitation/\S+)", letter.text)
    assert found
    return found[1]


def karin() -> User:
    with transaction() as session:
        user = session.exec(select(User).where(User.email == KARIN)).one()
        session.expunge_all()
        return user


def test_somebody_comes_by_the_link_in_a_letter(administrator: TestClient) -> None:
    administrator.post("/staff", data=FORM)
    page = administrator.get("/staff").text
    assert "Karin Öst" in page
    assert "invited" in page
    with pytest.raises(Refused), transaction() as session:
        signin.sign_in(session, KARIN, "")

    path = link()
    asked = administrator.get(path)
    assert asked.status_code == 200
    assert KARIN in asked.text
    assert "Välj ett lösenord" in asked.text  # in her language
    taken = administrator.post(path, data={"new": PASSWORD, "again": PASSWORD})

    assert taken.headers["location"] == "/sign-in"
    with transaction() as session:
        assert signin.sign_in(session, KARIN, PASSWORD)
    assert administrator.get(path).status_code == 409
    assert "active" in administrator.get("/staff").text


@pytest.mark.parametrize(
    ("new", "again", "said"), [("kort", "kort", "för kort"), (PASSWORD, "annat", "två gånger"), ("", "", "för kort")]
)
def test_a_password_that_will_not_do_leaves_the_link_open(
    administrator: TestClient, new: str, again: str, said: str
) -> None:
    administrator.post("/staff", data=FORM)

    answer = administrator.post(link(), data={"new": new, "again": again})

    assert answer.status_code == 422
    assert said in answer.text
    assert administrator.get(link()).status_code == 200
    assert not karin().password_hash


def test_a_link_is_good_for_a_week_and_until_the_next(administrator: TestClient) -> None:
    administrator.post("/staff", data=FORM)
    first = link()
    administrator.post(f"/staff/{karin().id}/link")
    second = link()
    assert first != second
    assert administrator.get(first).status_code == 409

    with transaction() as session:
        for one in session.exec(select(Invitation)):
            one.expires_at -= timedelta(days=7, seconds=1)

    assert administrator.get(second).status_code == 409
    assert "invitation over" in administrator.get("/staff").text
    assert administrator.get(f"{second}x").status_code == 404
    assert administrator.get("/invitation/x").status_code == 404


def test_a_new_link_lets_the_old_password_hold_until_it_is_used(administrator: TestClient) -> None:
    administrator.post("/staff", data=FORM)
    administrator.post(link(), data={"new": PASSWORD, "again": PASSWORD})
    with transaction() as session:
        signin.sign_in(session, KARIN, PASSWORD)

    administrator.post(f"/staff/{karin().id}/link")
    with transaction() as session:
        signin.sign_in(session, KARIN, PASSWORD)
    administrator.post(link(), data={"new": f"{PASSWORD} till", "again": f"{PASSWORD} till"})

    with transaction() as session:
        assert not session.exec(select(LoginSession).where(LoginSession.user_id == karin().id)).all()
        assert signin.sign_in(session, KARIN, f"{PASSWORD} till")
    with pytest.raises(Refused), transaction() as session:
        signin.sign_in(session, KARIN, PASSWORD)


def test_another_role_signs_them_out_and_is_written_down(administrator: TestClient) -> None:
    administrator.post("/staff", data=FORM)
    administrator.post(link(), data={"new": PASSWORD, "again": PASSWORD})
    with transaction() as session:
        secret = signin.sign_in(session, KARIN, PASSWORD)

    administrator.post(f"/staff/{karin().id}", data={**FORM, "role": "approver", "name": "Karin Väst"})

    assert (karin().role, karin().name) == (Role.APPROVER, "Karin Väst")
    with transaction() as session:
        assert signin.user_of(session, secret) is None
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "user.role")).one()
        assert entry.detail == {"from": "officer", "to": "approver"}


def test_who_leaves_is_shut_out_at_once_and_may_come_back(administrator: TestClient) -> None:
    administrator.post("/staff", data=FORM)
    path = link()
    administrator.post(f"/staff/{karin().id}/shut-out")

    assert administrator.get(path).status_code == 409
    assert "shut out" in administrator.get("/staff").text
    assert (
        "Let them in again first."
        in administrator.get(administrator.post(f"/staff/{karin().id}/link").headers["location"]).text
    )

    administrator.post(f"/staff/{karin().id}/let-in")
    assert karin().disabled_at is None


def test_nobody_shuts_themselves_out_or_takes_their_own_role(administrator: TestClient) -> None:
    with transaction() as session:
        own = session.exec(select(User).where(User.role == Role.ADMINISTRATOR)).one().id

    administrator.post(f"/staff/{own}/shut-out")
    administrator.post(f"/staff/{own}", data={"name": "I", "role": "reader", "language": "en"})

    with transaction() as session:
        user = session.get_one(User, own)
        assert (user.disabled_at, user.role) == (None, Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"email": "nobody"}, "This is not a mail address"),
        ({"email": "administrator@csr-centre.example"}, "There is a user with this address already."),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_lost(
    administrator: TestClient, form: dict[str, str], said: str
) -> None:
    answer = administrator.post("/staff", data={**FORM, **form})

    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert "Karin Öst" in answer.text
    with transaction() as session:
        assert not session.exec(select(Invitation)).all()


def test_without_a_sender_nobody_is_added(client: TestClient, centre: office.Office) -> None:
    administrator = office.sign_in(client, Role.ADMINISTRATOR)

    answer = administrator.post("/staff", data=FORM)

    assert "No sender for confirmations is set up" in answer.text
    with transaction() as session:
        assert not session.exec(select(User).where(User.email == KARIN)).all()


def test_only_administrators_see_it(client: TestClient, centre: office.Office) -> None:
    approver = office.sign_in(client, Role.APPROVER)

    assert approver.get("/staff").status_code == 403
    assert approver.post("/staff", data=FORM).status_code == 403
    assert 'href="/staff"' not in approver.get("/").text
