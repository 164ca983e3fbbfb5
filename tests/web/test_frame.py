"""What every page has around it: headers, the refusal of foreign forms, languages, errors, messages."""

import re

import pytest
from starlette.testclient import TestClient

from outreach.accounts import signin
from outreach.accounts.models import Role
from outreach.foundation import errors, locale, urls
from outreach.foundation.database import transaction
from outreach.web import problems
from tests import mailings
from tests.web.conftest import Served

EMAIL, PASSWORD = "maja@csr-centre.example", "en lång mening om tekoppar"


@pytest.fixture
def officer(client: TestClient) -> TestClient:
    """Maja, signed in; her language is Swedish, her browser's English."""
    with transaction() as session:
        signin.add_user(session, email=EMAIL, role=Role.OFFICER, password=PASSWORD, actor="test", language="sv")
    assert client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).status_code == 303
    return client


@pytest.mark.parametrize("address", ["/", "/sign-in", "/newsroom/sv/", "/nothing-here", "/healthz", "/hooks/nobody"])
def test_every_answer_binds_the_browser(client: TestClient, address: str) -> None:
    headers = client.get(address).headers

    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
        ({"sec-fetch-site": "same-origin"}, 422),
        ({"sec-fetch-site": "none"}, 422),
        ({"origin": "http://127.0.0.1:8000"}, 422),
        ({}, 422),
    ],
)
def test_a_form_sent_from_another_site_is_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    sent = {"email": EMAIL, "password": "wrong"}

    assert client.post("/sign-in", data=sent, headers=headers).status_code == status


def test_looking_at_a_page_from_another_site_is_allowed(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("accepts", "language"), [("sv-SE,sv;q=0.9", "sv"), ("zh-TW", "zh-Hans"), ("fr", "en"), ("", "en")]
)
def test_a_visitor_is_answered_in_the_language_of_the_browser(client: TestClient, accepts: str, language: str) -> None:
    assert f'<html lang="{language}">' in client.get("/sign-in", headers={"accept-language": accepts}).text
    assert f'<html lang="{language}">' in client.get("/letters/nothing", headers={"accept-language": accepts}).text


def test_a_member_of_staff_is_answered_in_their_own_language(officer: TestClient) -> None:
    officer.cookies.delete("lang")

    assert '<html lang="sv">' in officer.get("/contacts", headers={"accept-language": "en"}).text


def test_a_page_for_staff_leads_a_visitor_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/contacts?q=wei")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/contacts%3Fq%3Dwei"
    part = client.get("/contacts", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?next=/contacts")


def test_a_message_is_shown_once_and_only_when_it_is_ours(officer: TestClient) -> None:
    left = officer.post("/sign-out")
    assert left.headers["set-cookie"].count("HttpOnly") == len(re.findall(r"flash=|session=", str(left.headers)))
    shown = officer.get("/sign-in")
    again = officer.get("/sign-in")

    assert 'data-tone="ok"' in shown.text
    assert 'data-tone="ok"' not in again.text
    officer.cookies.set("flash", "WyJoYWNrZWQiLCJvayJd.0000")
    assert "hacked" not in officer.get("/sign-in").text


def test_readers_get_no_cookie_on_any_page(client: TestClient) -> None:
    for address in ("/newsroom/sv/", "/letters/", "/unsubscribe/x", "/preferences/x", "/o/x.gif", "/c/x", "/letters/x"):
        assert "set-cookie" not in client.get(address).headers


@pytest.mark.parametrize("address", ["/newsroom/sv/nothing", "/preferences/x", "/nothing"])
def test_an_error_is_a_page_that_needs_no_sign_in(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"accept-language": "sv"})

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="sv">' in answer.text
    assert "<h1>" in answer.text


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/hooks/nobody"])
def test_below_the_api_an_error_is_problem_details(client: TestClient, address: str) -> None:
    answer = client.post(address, content=b"{}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    assert answer.json()["title"] == "Not Found"
    assert answer.json()["detail"]


def test_a_body_that_is_too_large_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/sign-in", content=b"email=" + b"x" * 1_100_000, headers={"content-type": "text/plain"})

    assert answer.status_code in {413, 422}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=b"email=" + b"x" * 1_100_000, headers=form).status_code == 413


def test_the_only_page_about_the_api_is_its_description(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()

    assert list(described["paths"]) == ["/hooks/inbound", "/hooks/{provider}"]
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(address).status_code == 404


def test_what_an_error_says_by_default_is_what_its_class_says() -> None:
    for kind in (
        errors.Refused,
        errors.TooMany,
        errors.SignInNeeded,
        errors.Forbidden,
        errors.NotFound,
        errors.Conflict,
        errors.Unavailable,
    ):
        with locale.use("en"):
            assert problems._said_by_default(kind) == (kind.__doc__ or "").strip()


def test_every_answer_names_its_request_and_takes_no_foreign_words_for_a_name(client: TestClient) -> None:
    own = client.get("/sign-in").headers["x-request-id"]
    given = client.get("/sign-in", headers={"x-request-id": "abc-12345678"}).headers["x-request-id"]
    odd = client.get("/sign-in", headers={"x-request-id": "a b\x7f{}"}).headers["x-request-id"]

    assert re.fullmatch(r"[0-9a-f]{16}", own)
    assert given == "abc-12345678"
    assert re.fullmatch(r"[0-9a-f]{16}", odd)


def test_without_postgresql_pages_say_so_in_three_languages_and_come_back_with_it(served: Served) -> None:
    assert served.visitor.get("/newsroom/sv/").status_code == 200
    served.postgresql.cut()

    answer = served.visitor.get("/newsroom/zh-Hans/", headers={"accept-language": "zh-CN"})

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.text.index('lang="zh-Hans"') < answer.text.index('<section lang="en"')
    assert '<section lang="sv">' in answer.text
    assert served.visitor.get("/healthz").status_code == 200

    served.postgresql.mend()
    served.wait_until(lambda: served.visitor.get("/newsroom/sv/").status_code == 200)


def test_without_redis_pages_are_as_always(served: Served) -> None:
    served.redis.cut()

    assert served.visitor.get("/newsroom/sv/").status_code == 200
    assert served.visitor.get("/sign-in").status_code == 200


def test_the_log_names_routes_and_holds_no_token_address_or_place(served: Served) -> None:
    with transaction() as session:
        sent = mailings.send(session, mailings.reader(session, "anna"))
    links = [make(sent["anna"]) for make in (urls.unsubscribe, urls.preferences, urls.letter, urls.open_pixel)]
    paths = ["/" + link.split("/", 3)[3] for link in links]
    for path in paths:
        served.visitor.get(path)
    served.visitor.post(paths[0], data={"scope": "all"})
    served.visitor.post(paths[1], data={"letters_in": "sv"})
    served.visitor.post("/sign-in", data={"email": "anna@firma.example", "password": "hemligt"})
    served.visitor.get("/contacts?q=anna%40firma.example")
    served.postgresql.cut()
    served.visitor.get(paths[1])

    log = served.log.read_text()

    assert "route=/unsubscribe/{token}" in log
    assert "status=503" in log
    for secret in (*(path.split(".")[-2] for path in paths), "firma.example", "hemligt", "127.0.0.1"):
        assert secret not in log
