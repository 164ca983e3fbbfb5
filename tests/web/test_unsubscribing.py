"""Leaving: by the page's button, by the one click of mailbox providers (RFC 8058), and never by looking."""

import socket

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.consent.models import ConsentAction, ConsentRecord, Subscription, SubscriptionState, Topic
from outreach.contacts.models import Contact
from outreach.delivery.models import DeliveryState, Stream, Suppression
from outreach.foundation import urls
from outreach.foundation.database import transaction
from tests import mailings
from tests.mailings import Sent
from tests.web.conftest import Served

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def letter(client: TestClient) -> Sent:
    """A newsletter to Anna, who also gets press releases."""
    with transaction() as session:
        anna = mailings.reader(session, "anna", keys=("labour", "events", "press"))
        return mailings.send(session, anna)


def unsubscribe(sent: Sent, name: str = "anna") -> str:
    return "/" + urls.unsubscribe(sent[name]).split("/", 3)[3]


def held() -> set[str]:
    with transaction() as session:
        query = select(Topic.key).join(Subscription).where(Subscription.state == SubscriptionState.SUBSCRIBED)
        return set(session.exec(query))


def withdrawals() -> list[ConsentRecord]:
    with transaction() as session:
        return list(session.exec(select(ConsentRecord).where(ConsentRecord.action == ConsentAction.WITHDRAWN)))


def test_one_click_leaves_the_newsletter_without_cookie_redirect_or_script(client: TestClient, letter: Sent) -> None:
    answer = client.post(unsubscribe(letter), content=ONE_CLICK, headers=FORM)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in answer.headers
    assert len(answer.text) < 200
    assert held() == {"press"}
    assert {(one.source, one.language) for one in withdrawals()} == {("one-click", "sv")}
    assert {one.evidence["delivery"] for one in withdrawals()} == {str(letter["anna"])}


def test_one_click_may_come_as_multipart(client: TestClient, letter: Sent) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    answer = client.post(unsubscribe(letter), content=body, headers={"content-type": "multipart/form-data; boundary=x"})

    assert (answer.status_code, answer.headers["content-type"][:10]) == (200, "text/plain")
    assert held() == {"press"}


def test_one_click_needs_no_header_but_the_length_of_its_body(served: Served) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    base = served.visitor.base_url

    with socket.create_connection((base.host, base.port or 80)) as line:
        line.sendall(
            f"POST {unsubscribe(sent)} HTTP/1.1\r\nHost: mail.example\r\nContent-Length: {len(ONE_CLICK)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{ONE_CLICK}".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"set-cookie" not in answer.lower()
    assert b"\r\nlocation:" not in answer.lower()
    assert held() == set()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing_however_often(client: TestClient, letter: Sent, method: str) -> None:
    before = held()

    for _ in range(20):
        client.request(method, unsubscribe(letter))
        client.request(method, f"{unsubscribe(letter)}?List-Unsubscribe=One-Click")

    assert held() == before
    assert withdrawals() == []


def test_the_second_time_is_as_good_as_the_first_and_leaves_no_second_trace(client: TestClient, letter: Sent) -> None:
    for _ in range(3):
        assert client.post(unsubscribe(letter), content=ONE_CLICK, headers=FORM).status_code == 200

    assert len(withdrawals()) == 2  # labour and events, once each


def test_letters_that_are_planned_stop_before_the_answer(client: TestClient) -> None:
    with transaction() as session:
        anna = mailings.reader(session, "anna", keys=("labour", "press"))
        sent = mailings.send(session, anna)
        planned = mailings.send(session, anna, state=DeliveryState.PLANNED, link_key="planned____")
        press = mailings.send(session, anna, state=DeliveryState.PLANNED, stream=Stream.PRESS, link_key="press______")

    client.post(unsubscribe(sent), content=ONE_CLICK, headers=FORM)

    with transaction() as session:
        assert mailings.delivery(session, planned["anna"]).state is DeliveryState.SUPPRESSED
        assert mailings.delivery(session, press["anna"]).state is DeliveryState.PLANNED


def test_leaving_press_releases_keeps_the_newsletter(client: TestClient) -> None:
    with transaction() as session:
        anna = mailings.reader(session, "anna", keys=("labour", "press"))
        sent = mailings.send(session, anna, stream=Stream.PRESS)

    client.post(unsubscribe(sent), content=ONE_CLICK, headers=FORM)

    assert held() == {"labour"}


def test_the_pages_button_leaves_the_newsletter_and_shows_the_way_back(client: TestClient, letter: Sent) -> None:
    page = client.get(unsubscribe(letter))
    assert "Arbetsvillkor" in page.text
    assert "Evenemang" in page.text
    assert "Pressmeddelanden" not in page.text

    answer = client.post(unsubscribe(letter), data={"scope": "letter"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "/preferences/" in answer.text
    assert held() == {"press"}


def test_leaving_everything_suppresses_the_address_for_good(client: TestClient, letter: Sent) -> None:
    client.post(unsubscribe(letter), data={"scope": "all"})

    assert held() == set()
    with transaction() as session:
        assert [one.address for one in session.exec(select(Suppression))] == ["anna@firma.example"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", None),
        ("List-Unsubscribe=one-click", "application/x-www-form-urlencoded"),
        ("{}", "application/json"),
        ("--broken", "multipart/form-data; boundary=x"),
        ("--broken", "multipart/form-data"),
        ("%ff%fe=%00", "application/x-www-form-urlencoded"),
    ],
)
def test_a_sloppy_body_keeps_nobody(client: TestClient, letter: Sent, body: str, kind: str | None) -> None:
    answer = client.post(unsubscribe(letter), content=body, headers={"content-type": kind} if kind else {})

    assert answer.status_code == 200
    assert held() == {"press"}


def test_a_body_larger_than_a_form_is_refused(client: TestClient, letter: Sent) -> None:
    answer = client.post(unsubscribe(letter), content=b"a=" + b"x" * 100_000, headers=FORM)

    assert answer.status_code == 413
    assert held() == {"labour", "events", "press"}


def test_a_mailbox_page_on_another_site_may_send_the_click(client: TestClient, letter: Sent) -> None:
    headers = {**FORM, "sec-fetch-site": "cross-site", "origin": "https://mail.example"}

    assert client.post(unsubscribe(letter), content=ONE_CLICK, headers=headers).status_code == 200
    assert held() == {"press"}


def test_a_forged_token_and_one_for_something_else_look_alike_and_do_nothing(client: TestClient, letter: Sent) -> None:
    other = urls.preferences(letter["anna"]).rpartition("/")[2]
    genuine = urls.unsubscribe(letter["anna"]).rpartition("/")[2]
    answers = [
        client.post(f"/unsubscribe/{token}", content=ONE_CLICK, headers={**FORM, "accept-language": "en"})
        for token in ("x", other, genuine[:-2] + "AA", genuine.replace(".u.", ".p."))
    ]

    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert held() == {"labour", "events", "press"}


def test_a_letter_to_somebody_who_was_erased_since_says_the_same_as_a_forged_one(
    client: TestClient, letter: Sent
) -> None:
    with transaction() as session:
        gone = mailings.reader(session, "gone", keys=(), tracked=False)
        sent = mailings.send(session, gone, link_key="gone_______")
        session.delete(session.get_one(Contact, gone.id))

    assert client.get(unsubscribe(sent, "gone")).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [("sv", "Vill du avsluta nyhetsbrevet?"), ("zh-Hans", "要退订电子通讯吗？"), ("en", "Leave the newsletter?")],
)
def test_the_page_speaks_the_readers_language_whatever_the_browser_says(
    client: TestClient, language: str, words: str
) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna", language=language))

    page = client.get(unsubscribe(sent), headers={"accept-language": "fr"})

    assert f'<html lang="{language}">' in page.text
    assert words in page.text
    assert "a***@firma.example" in page.text
    assert "anna@" not in page.text


def test_while_postgresql_is_down_the_mailbox_provider_is_asked_to_come_again(served: Served) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    served.postgresql.cut()

    answer = served.visitor.post(unsubscribe(sent), content=ONE_CLICK, headers=FORM)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert held() == {"labour"}
