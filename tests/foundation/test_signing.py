"""Tokens: for one purpose each, by keys that can be changed, and worth nothing when touched."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from string import ascii_letters, digits
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.foundation import settings, signing
from outreach.foundation.signing import Purpose

Use = Callable[..., None]
SUBJECT = UUID("0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")


@pytest.fixture(autouse=True)
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Sign with keys, the active one first."""

    def use(active: str, *retired: str) -> None:
        monkeypatch.setenv("OUTREACH_SECRET_KEY", active)
        monkeypatch.setenv("OUTREACH_SECRET_KEYS_RETIRED", ",".join(retired))
        settings.settings.cache_clear()
        settings.secret_keys.cache_clear()

    use("the first key, long enough to be taken")
    yield use
    monkeypatch.undo()
    settings.settings.cache_clear()
    settings.secret_keys.cache_clear()


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_says_whom_it_is_about(purpose: Purpose) -> None:
    subject = uuid4()

    token = signing.sign(purpose, subject)

    assert signing.read(purpose, token) == subject
    assert len(token) <= 60


def test_a_token_is_the_same_each_time_and_for_every_version_of_the_product() -> None:
    # Letters that were sent years ago hold these.
    assert signing.sign(Purpose.UNSUBSCRIBE, SUBJECT) == "v1.PvDk.u.AZKhssPUfl-KmwwdLj9KWw.p7vR-wKAlG0Gw6Mcm9f0Zg"


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("used_for", Purpose)
def test_a_token_is_good_for_its_purpose_only(made_for: Purpose, used_for: Purpose) -> None:
    token = signing.sign(made_for, SUBJECT)
    renamed = token.replace(f".{made_for.value}.", f".{used_for.value}.")

    assert (signing.read(used_for, token) == SUBJECT) is (made_for is used_for)
    assert (signing.read(used_for, renamed) == SUBJECT) is (made_for is used_for)


def test_tokens_for_many_are_those_for_one() -> None:
    subjects = [uuid4(), uuid4()]

    made = list(signing.tokens({"open": Purpose.OPEN, "leave": Purpose.UNSUBSCRIBE}, subjects))

    assert made == [
        {"open": signing.sign(Purpose.OPEN, one), "leave": signing.sign(Purpose.UNSUBSCRIBE, one)} for one in subjects
    ]


def test_retired_keys_still_read_and_the_active_one_signs(use: Use) -> None:
    first, second, third = (f"key number {number} that is long enough to be taken" for number in (1, 2, 3))
    tokens = []
    for keys in ([first], [second, first], [third, second, first]):
        use(*keys)
        tokens.append(signing.sign(Purpose.OPEN, SUBJECT))

    assert len(set(tokens)) == 3
    assert [signing.read(Purpose.OPEN, one) for one in tokens] == [SUBJECT] * 3
    use(third, second)
    assert [signing.read(Purpose.OPEN, one) for one in tokens] == [None, SUBJECT, SUBJECT]
    use(third)
    assert [signing.read(Purpose.OPEN, one) for one in tokens] == [None, None, SUBJECT]


def test_every_character_counts() -> None:
    token = signing.sign(Purpose.CLICK, SUBJECT)

    for place, character in enumerate(token):
        for other in "Aa0-_.":
            if other != character:
                assert signing.read(Purpose.CLICK, token[:place] + other + token[place + 1 :]) is None
        assert signing.read(Purpose.CLICK, token[:place] + token[place + 1 :]) is None
        assert signing.read(Purpose.CLICK, token[:place]) is None


def test_spare_bits_at_the_end_of_a_field_are_not_free() -> None:
    body, _dot, mac = signing.sign(Purpose.OPEN, SUBJECT).rpartition(".")
    other = next(
        mac[:-1] + letter
        for letter in f"{ascii_letters}{digits}-_"
        if letter != mac[-1] and urlsafe_b64decode(mac[:-1] + letter + "==") == urlsafe_b64decode(mac + "==")
    )

    assert signing.read(Purpose.OPEN, f"{body}.{other}") is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "....",
        ".....",
        "v1",
        "v2.a.o.b.c",
        "v1.abcd.o.AAAA.AAAA",
        "å.ä.ö.é.ü",
        "\ud800",
        "v1.\ud800.o.a.b",
        "x" * 9999,
    ],
    ids=ascii,
)
def test_nonsense_is_read_as_nothing(token: str) -> None:
    assert signing.read(Purpose.OPEN, token) is None


@given(st.text(max_size=80))
def test_no_text_is_an_accident(token: str) -> None:
    assert signing.read(Purpose.OPEN, token) is None


def test_more_fields_or_fewer_make_no_token() -> None:
    token = signing.sign(Purpose.OPEN, SUBJECT)

    assert signing.read(Purpose.OPEN, token + ".") is None
    assert signing.read(Purpose.OPEN, "." + token) is None
    assert signing.read(Purpose.OPEN, token.replace(".", "..", 1)) is None
    assert signing.read(Purpose.OPEN, token + "=") is None
    assert signing.read(Purpose.OPEN, token + "\n") is None


def test_a_well_signed_token_about_nobody_is_nothing() -> None:
    beginning, key = signing._signing(settings.secret_keys()[0], Purpose.OPEN)
    for subject in ("", "AAAA", "not base64 at all!", urlsafe_b64encode(b"x" * 17).decode()):
        body = beginning + subject
        assert signing.read(Purpose.OPEN, f"{body}.{signing._mac(key, body)}") is None


def test_a_wrong_token_is_worked_on_like_a_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    token = signing.sign(Purpose.OPEN, SUBJECT)
    compared: list[bool] = []
    compare = hmac.compare_digest

    def watch(given: bytes, expected: bytes) -> bool:
        compared.append(True)
        return bool(compare(given, expected))

    monkeypatch.setattr(hmac, "compare_digest", watch)
    for tried in (token, token[:-1], token.replace("v1.", "v1.abcd.", 1), "v1.nokey.o.AAAA.AAAA", ""):
        compared.clear()
        signing.read(Purpose.OPEN, tried)
        assert compared == [True]
