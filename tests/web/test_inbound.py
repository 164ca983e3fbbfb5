"""Mail that came in, handed over by a provider or a script: signed, carried out before the answer."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.settings import settings
from outreach.sandbox import signing
from tests import mailings
from tests.mailings import Sent
from tests.readers.test_mailto import mail, token
from tests.sandbox.peer import WEBHOOK_KEY
from tests.web.test_choices import held


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OUTREACH_INBOUND_KEY", WEBHOOK_KEY)
    settings.cache_clear()
    yield WEBHOOK_KEY
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def letter(client: TestClient) -> Sent:
    with transaction() as session:
        return mailings.send(session, mailings.reader(session, "anna"))


def signed(body: bytes, *, key: str = WEBHOOK_KEY, ago: int = 0) -> dict[str, str]:
    moment = int(clock.now().timestamp()) - ago
    return signing.headers(signing.key(key), webhook_id="mail-1", timestamp=moment, body=body)


def test_a_signed_mail_lets_its_sender_leave(key: str, client: TestClient, letter: Sent) -> None:
    body = mail(token(letter))

    assert client.post("/hooks/inbound", content=body, headers=signed(body)).status_code == 204

    assert held() == set()


def test_a_mail_like_any_other_is_taken_and_changes_nothing(key: str, client: TestClient, letter: Sent) -> None:
    body = mail("Hej!", text="Vi ses.")

    assert client.post("/hooks/inbound", content=body, headers=signed(body)).status_code == 204
    assert held() == {"labour"}


def test_without_a_genuine_signature_nothing_is_read(key: str, client: TestClient, letter: Sent) -> None:
    body = mail(token(letter))
    other = "whsec_" + "QUFB" * 8
    for headers in ({}, signed(body + b" "), signed(body, key=other), signed(body, ago=600)):
        answer = client.post("/hooks/inbound", content=body, headers=headers)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"

    assert held() == {"labour"}


def test_where_no_key_is_set_there_is_no_such_door(client: TestClient, letter: Sent) -> None:
    body = mail(token(letter))

    assert client.post("/hooks/inbound", content=body, headers=signed(body)).status_code == 404
    assert held() == {"labour"}


def test_more_than_a_megabyte_is_refused_unread(key: str, client: TestClient) -> None:
    body = b"x" * 1_000_001

    assert client.post("/hooks/inbound", content=body, headers=signed(body)).status_code == 413
