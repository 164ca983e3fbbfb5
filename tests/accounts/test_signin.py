"""Signing in: right and wrong passwords, sessions that end, and nothing to learn from failing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from statistics import median
from time import perf_counter

import pytest
from sqlmodel import Session, select

from outreach.accounts import audit, passwords, queries, signin
from outreach.accounts.models import LoginSession, Role, User
from outreach.foundation import clock, redis
from outreach.foundation.errors import Conflict, NotFound, Refused, TooMany

PASSWORD = "korrekt häst batteri"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_counts(session: Session) -> Iterator[None]:
    _forget()
    yield
    _forget()


def _forget() -> None:
    for key in redis.client().scan_iter(f"{redis.PREFIX}sign-in*"):
        redis.client().delete(key)


@pytest.fixture
def officer(session: Session) -> User:
    return signin.add_user(session, email="Eva.Ek@CSR-centre.example", role=Role.OFFICER, password=PASSWORD)


def test_the_right_password_opens_a_session(session: Session, officer: User) -> None:
    secret = signin.sign_in(session, "eva.ek@csr-centre.example", PASSWORD)

    assert signin.user_of(session, secret) is officer
    assert officer.name == "eva.ek"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("eva.ek@csr-centre.example", "korrekt häst batterier"),
        ("eva.ek@csr-centre.example", ""),
        ("nobody@csr-centre.example", PASSWORD),
        ("", PASSWORD),
        ("\x00", PASSWORD),
    ],
)
def test_a_wrong_pair_is_refused_with_the_same_words(
    session: Session, officer: User, email: str, password: str
) -> None:
    with pytest.raises(Refused, match="Address and password do not go together"):
        signin.sign_in(session, email, password)


def test_the_same_password_typed_on_another_machine_is_the_same(session: Session, officer: User) -> None:
    decomposed = "korrekt ha\u0308st batteri"

    assert signin.sign_in(session, " EVA.EK@csr-centre.example ", decomposed)


def test_an_unknown_user_takes_as_long_as_a_wrong_password(session: Session, officer: User) -> None:
    def seconds(email: str) -> float:
        begun = perf_counter()
        with pytest.raises(Refused):
            signin.sign_in(session, email, "wrong")
        return perf_counter() - begun

    known = median(seconds(officer.email) for _ in range(5))
    unknown = median(seconds("nobody@csr-centre.example") for _ in range(5))

    assert 0.4 < unknown / known < 2.5


def test_the_database_holds_no_secret_and_no_password(session: Session, officer: User) -> None:
    secret = signin.sign_in(session, officer.email, PASSWORD)

    kept = session.exec(select(LoginSession)).one()
    assert len(secret) >= 43
    assert kept.secret_hash == sha256(secret.encode()).hexdigest()
    assert officer.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_session_lasts_twelve_hours(session: Session, officer: User) -> None:
    with clock.fixed(NOON):
        secret = signin.sign_in(session, officer.email, PASSWORD)

    with clock.fixed(NOON + timedelta(hours=11, minutes=59)):
        assert signin.user_of(session, secret) is officer
    with clock.fixed(NOON + timedelta(hours=12)):
        assert signin.user_of(session, secret) is None
        signin.forget_expired(session)
    assert session.exec(select(LoginSession)).all() == []


@pytest.mark.parametrize("secret", [None, "", "guessed", "é\x00"])
def test_an_unknown_secret_opens_nothing(session: Session, officer: User, secret: str | None) -> None:
    assert signin.user_of(session, secret) is None


def test_signing_out_ends_this_session_only(session: Session, officer: User) -> None:
    here, there = (signin.sign_in(session, officer.email, PASSWORD) for _ in range(2))

    signin.sign_out(session, here)

    assert signin.user_of(session, here) is None
    assert signin.user_of(session, there) is officer


def test_a_new_password_ends_every_session(session: Session, officer: User) -> None:
    secrets = [signin.sign_in(session, officer.email, PASSWORD) for _ in range(2)]

    signin.change_password(session, officer, password="fyra slumpade ord nu", actor=officer.email)

    assert [signin.user_of(session, secret) for secret in secrets] == [None, None]
    with pytest.raises(Refused):
        signin.sign_in(session, officer.email, PASSWORD)
    assert signin.sign_in(session, officer.email, "fyra slumpade ord nu")


def test_who_is_shut_out_stays_out(session: Session, officer: User) -> None:
    secret = signin.sign_in(session, officer.email, PASSWORD)

    signin.shut_out(session, officer, actor="admin@csr-centre.example")

    assert signin.user_of(session, secret) is None
    with pytest.raises(Refused):
        signin.sign_in(session, officer.email, PASSWORD)
    assert queries.users(session) == [officer]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short", "at least 12"), ("x" * 201, "at most 200"), ("aaaaaaaaaaaaaaa", "easy to guess")],
)
def test_a_weak_password_is_refused(session: Session, password: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        signin.add_user(session, email="a@x.example", role=Role.OFFICER, password=password)


def test_the_address_is_no_password(session: Session) -> None:
    with pytest.raises(Refused, match="easy to guess"):
        signin.add_user(session, email="eva.ek@x.example", role=Role.OFFICER, password="EVA.EK@x.example")


def test_a_made_password_is_taken_and_never_the_same() -> None:
    assert passwords.hashed(passwords.make(), email="a@x.example")
    assert passwords.make() != passwords.make()


def test_nobody_is_added_twice_or_without_an_address(session: Session, officer: User) -> None:
    with pytest.raises(Conflict):
        signin.add_user(session, email="EVA.EK@csr-centre.example", role=Role.OFFICER, password=PASSWORD)
    with pytest.raises(Refused, match="not a mail address"):
        signin.add_user(session, email="eva", role=Role.OFFICER, password=PASSWORD)
    with pytest.raises(NotFound):
        queries.user(session, "nobody@x.example")


def test_what_happens_to_users_is_logged_without_secrets(session: Session, officer: User) -> None:
    signin.sign_in(session, officer.email, PASSWORD)

    lines = audit.listed(session, audit.Wanted(subject=f"user:{officer.id}")).items
    assert [(line.actor, line.action, line.detail) for line in lines] == [
        (officer.email, "session.start", {}),
        ("command line", "user.add", {"role": "officer"}),
    ]


def test_after_ten_failures_even_the_right_password_waits(session: Session, officer: User) -> None:
    for _ in range(10):
        with pytest.raises(Refused, match="do not go together"):
            signin.sign_in(session, officer.email, "wrong", client="192.0.2.1")

    with pytest.raises(TooMany, match="quarter of an hour"):
        signin.sign_in(session, officer.email, PASSWORD, client="192.0.2.1")
    assert signin.sign_in(session, officer.email, PASSWORD, client="192.0.2.2")


def test_right_passwords_are_not_counted(session: Session, officer: User) -> None:
    for _ in range(12):
        assert signin.sign_in(session, officer.email, PASSWORD, client="192.0.2.1")


def test_no_address_stands_in_redis(session: Session, officer: User) -> None:
    with pytest.raises(Refused):
        signin.sign_in(session, officer.email, "wrong", client="192.0.2.1")

    keys = " ".join(str(key) for key in redis.client().scan_iter("*sign-in*"))
    assert keys
    assert "eva" not in keys
    assert "192.0.2.1" not in keys
