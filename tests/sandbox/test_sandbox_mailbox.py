"""The mailbox pages: what a person sees, in their language, and what the pages must not let happen."""

import email
import email.policy
import re

import httpx
import pytest

from tests.sandbox.peer import Peer, reader


@pytest.mark.parametrize(("asked", "tag"), [("sv", "sv"), ("zh-CN", "zh-Hans"), ("en-GB", "en"), ("fr", "en")])
def test_pages_speak_the_language_that_the_browser_asks_for(peer: Peer, asked: str, tag: str) -> None:
    for path in ("/", "/switches"):
        page = peer.http.get(path, headers={"accept-language": asked})

        assert f'<html lang="{tag}">' in page.text
        assert page.headers["content-language"] == tag


def test_a_chosen_language_is_remembered(peer: Peer) -> None:
    with httpx.Client(base_url=peer.url, headers={"accept-language": "en"}, trust_env=False) as browser:
        browser.get("/?lang=zh-Hans")

        assert '<html lang="zh-Hans">' in browser.get("/switches").text


def test_the_list_shows_the_newest_first_and_can_be_narrowed(peer: Peer) -> None:
    peer.send(reader(1, name="Anna Åberg"), language="sv", stream="press", subject="Nyheter")
    peer.send(reader(2, name="王芳"), language="zh-Hans", subject="新闻")

    everything = peer.http.get("/").text
    assert everything.index("王芳") < everything.index("Anna Åberg")
    assert '<span class="subject" lang="zh-Hans">新闻</span>' in everything
    for narrowed in ("?language=sv", "?stream=press", "?search=READER1", "?search=åberg", "to/reader1@company.example"):
        page = peer.http.get(f"/{narrowed}").text
        assert "Nyheter" in page
        assert "新闻</span>" not in page


def test_everything_to_an_odd_address_has_its_own_page(peer: Peer) -> None:
    peer.send(reader(1, email="sales/eu?@company.example"), reader(2))
    page = peer.http.get(f"/messages/{peer.messages()[0]['n']}").text

    own = re.search(r'href="(/to/[^"]+)"', page)

    assert own
    assert "Hello Reader1" in peer.http.get(own[1]).text
    assert "Hello Reader2" not in peer.http.get(own[1]).text


def test_the_list_pages_to_the_end_and_back(peer: Peer) -> None:
    peer.send(*(reader(number, name=f"<{number}>") for number in range(70)))
    last = peer.messages()[-1]["n"]

    first_page = peer.http.get("/").text
    second_page = peer.http.get("/", params={"before": last - 29}).text
    back = peer.http.get("/", params={"after": last - 30}).text

    assert 'rel="prev"' not in first_page
    assert "&lt;69&gt;" in first_page
    assert "&lt;39&gt;" not in first_page
    assert "&lt;39&gt;" in second_page
    assert "&lt;40&gt;" in back
    assert "&lt;69&gt;" in back


def test_a_letter_is_shown_as_text_as_headers_and_in_a_frame_without_scripts(peer: Peer) -> None:
    peer.send(reader(), html="<p>Hi</p><script>alert(1)</script>", reply_to="press@centre.example")
    n = peer.messages()[0]["n"]

    page = peer.http.get(f"/messages/{n}")
    framed = peer.http.get(f"/messages/{n}/html")
    headers = peer.http.get(f"/messages/{n}?view=headers").text

    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline';")
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "Hello Reader1" in peer.http.get(f"/messages/{n}?view=text").text
    assert "press@centre.example" in headers
    assert "&lt;https://centre.example/u/Reader1&gt;" in headers


def test_a_name_cannot_bring_markup_into_the_pages(peer: Peer) -> None:
    peer.send(
        reader(name="<script>alert(1)</script>", values={"first_name": "</span><script>alert(2)</script>"}),
        text="javascript:alert(3) <script>alert(4)</script> \ue000first_name\ue001",
    )
    n = peer.messages()[0]["n"]

    for path in ("/", f"/messages/{n}", f"/messages/{n}?view=text", f"/messages/{n}?view=headers", "/?search=<script>"):
        assert "<script" not in peer.http.get(path).text


def test_the_colour_switch_settles_the_scheme_inside_the_letter(peer: Peer) -> None:
    style = "<style>@media (prefers-color-scheme: dark) { p { color: red } }</style>"
    peer.send(reader(), html=f"<!doctype html><html><head>{style}</head><body><p>x</p></body></html>")
    n = peer.messages()[0]["n"]

    light, dark = (peer.http.get(f"/messages/{n}/html?scheme={scheme}").text for scheme in ("light", "dark"))

    assert "@media (max-width: 0px) { p" in light
    assert "@media (min-width: 0px) { p" in dark
    assert dark.startswith("<!doctype html>")


def test_a_letter_can_be_seen_without_its_pictures(peer: Peer) -> None:
    peer.send(reader())
    n = peer.messages()[0]["n"]

    assert "img-src data:" in peer.http.get(f"/messages/{n}/html?pictures=off").headers["content-security-policy"]


def test_the_file_is_a_mail_that_a_mail_program_understands(peer: Peer) -> None:
    long = "https://centre.example/unsubscribe/" + "x" * 200
    peer.send(
        reader(name="王芳"),
        subject="排班、废水与礼品",
        text="Hej \ue000first_name\ue001, å\n.\nFrom here\n",
        headers={"List-Unsubscribe": f"<{long}>, <mailto:u@centre.example>", "Message-ID": "<m-1@centre.example>"},
    )
    answer = peer.http.get(f"/messages/{peer.messages()[0]['n']}.eml")

    message = email.message_from_bytes(answer.content, policy=email.policy.default)

    assert answer.headers["content-type"] == "message/rfc822"
    assert message["Subject"] == "排班、废水与礼品"
    assert message["To"] == "王芳 <reader1@company.example>"
    assert message["List-Unsubscribe"] == f"<{long}>, <mailto:u@centre.example>"
    assert f"List-Unsubscribe: <{long}>".encode() in answer.content
    assert message.get_all("Message-ID") == ["<m-1@centre.example>"]
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert plain.get_content().splitlines() == ["Hej Reader1, å", ".", "From here"]
    assert "Hello Reader1" in html.get_content()
    assert all(len(line) <= 998 for line in answer.content.split(b"\r\n"))


def test_the_file_keeps_an_address_outside_ascii_and_lets_no_name_add_a_header(peer: Peer) -> None:
    peer.send(reader(email="åsa@företag.example", name='Åsa "Å"\r\nBcc: all@company.example'))

    raw = peer.http.get(f"/messages/{peer.messages()[0]['n']}.eml").content

    assert 'To: "Åsa \\"Å\\"Bcc: all@company.example" <åsa@företag.example>\r\n'.encode() in raw
    assert b"\r\nBcc" not in raw


def test_what_is_not_there_is_a_page_that_says_so(peer: Peer) -> None:
    for path in (
        "/messages/999999",
        f"/messages/{10**30}",
        "/messages/999999/html",
        "/messages/999999.eml",
        "/nothing",
    ):
        page = peer.http.get(path)

        assert page.status_code == 404
        assert "There is nothing here." in page.text


def test_the_switches_work_from_the_page(peer: Peer) -> None:
    figures = {"bounce_hard": "2,5", "bounce_soft": "0", "complaint": "0", "delivered_after": "0", "latency": "0"}
    saved = peer.http.post("/switches/behaviour", data=figures | {"repeat": "3", "shuffle": "on"})
    fault = {"kind": "429", "share": "50", "count": "", "retry_after": "2", "seconds": "1"}
    added = peer.http.post("/switches/faults", data=fault)

    assert (saved.status_code, added.status_code) == (303, 303)
    behaviour = peer.http.get("/v1/behaviour").json()
    assert (behaviour["bounce_hard"], behaviour["repeat"], behaviour["shuffle"]) == (0.025, 3, True)
    assert (behaviour["events"], behaviour["idempotency"]) == (False, False)
    assert peer.http.get("/v1/faults").json() == [
        {"kind": "429", "share": 0.5, "count": None, "retry_after": 2, "seconds": 1.0}
    ]
    peer.http.post("/switches/faults/clear")
    assert peer.http.get("/v1/faults").json() == []
    peer.send(reader())
    peer.http.post("/switches/empty")
    assert peer.count()["accepted"] == 0


@pytest.mark.parametrize("figure", ["101", "-1", "nan", "", "many"])
def test_a_figure_that_does_not_fit_is_refused_and_changes_nothing(peer: Peer, figure: str) -> None:
    data = {"bounce_hard": figure, "bounce_soft": "0", "complaint": "0", "delivered_after": "0", "latency": "0"}
    refused = peer.http.post("/switches/behaviour", data=data | {"repeat": "1"})

    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert peer.http.get("/v1/behaviour").json()["bounce_hard"] == 0


def test_another_site_cannot_press_the_buttons(peer: Peer) -> None:
    peer.send(reader())

    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"origin": "null"}):
        assert peer.http.post("/switches/empty", headers=foreign).status_code == 403

    assert peer.count()["accepted"] == 1


def test_a_name_of_elsewhere_is_not_answered(peer: Peer) -> None:
    for elsewhere in ("elsewhere.example", "127.0.0.1.elsewhere.example", "127.elsewhere.example:8025", "[", "[::2]:1"):
        assert peer.http.get("/", headers={"host": elsewhere}).status_code == 421
    for here in ("localhost:1", "127.0.0.1", "127.8.9.1:80", "[::1]:8025"):
        assert peer.http.get("/", headers={"host": here}).status_code == 200


def test_health_needs_no_key(peer: Peer) -> None:
    assert httpx.get(f"{peer.url}healthz", trust_env=False).json() == {"status": "ok"}
