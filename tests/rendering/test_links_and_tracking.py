"""Where links lead, what is measured, and what never is."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from outreach.foundation.errors import Refused
from outreach.rendering import links, merge
from outreach.rendering.blocks import Article, Button, Event, Image, Link, Picture, Text
from outreach.rendering.edition import Kind
from outreach.rendering.message import render
from tests.rendering.letters import HOME, VALUES, edition, letter

PIXEL = f"{HOME}/o/{merge.token('open')}.gif"
CLICK = f"{HOME}/c/{merge.token('click')}-"


def test_a_tracked_letter_counts_every_content_link_and_holds_one_pixel_near_its_top() -> None:
    message = letter("en", tracked=True)

    assert message.html.count(PIXEL) == 1
    assert message.html.index(PIXEL) < message.html.index("<h1")
    assert "https://centre.example" not in message.html + message.text
    assert {link.url for link in message.links} == {
        f"https://centre.example/{page}" for page in ("report", "handbook", "event", "button")
    }
    for link in message.links:
        assert f'href="{CLICK}{link.key}"' in message.html
        assert CLICK + link.key in message.text


def test_an_untracked_letter_has_plain_links_and_nothing_that_tells_of_its_reader() -> None:
    message = letter("en", tracked=False)

    assert not {"open", "click"} & message.tokens
    assert f"{HOME}/c/" not in message.html + message.text
    assert f"{HOME}/o/" not in message.html
    assert 'href="https://centre.example/handbook"' in message.html
    assert {link.key for link in message.links} == {""}


def test_the_readers_own_addresses_are_never_counted() -> None:
    message = letter("en", tracked=True)

    for page, token in (("unsubscribe", "unsubscribe"), ("preferences", "preferences"), ("letters", "letter")):
        address = f"{HOME}/{page}/{merge.token(token)}"
        assert f'href="{address}"' in message.html
        assert address in message.text
    assert not any(HOME in link.url for link in message.links)


def test_a_mail_address_is_never_counted() -> None:
    message = letter("en", Text("t", '<p><a href="mailto:press@centre.example">Write</a></p>'), tracked=True)

    assert 'href="mailto:press@centre.example"' in message.html
    assert message.links == ()


def test_a_link_key_is_unguessable_and_says_nothing_of_its_address() -> None:
    one, other = letter("en", tracked=True), letter("en", tracked=True)

    assert all(re.fullmatch(r"[\w-]{11}", link.key) for link in one.links)
    assert not {link.key for link in one.links} & {link.key for link in other.links}


def test_keys_can_be_given_so_that_a_letter_compiled_again_keeps_them() -> None:
    def numbered(url: str, block: str, language: str) -> str:
        return f"{language}.{block}.{len(url)}"

    message = render(edition("sv"), tracked=True, public_url=HOME, link_keys=numbered)

    assert [link.key for link in message.links if link.block == "button"] == ["sv.button.29"]


def test_the_same_address_is_one_link_per_block_and_language() -> None:
    twice = Text("one", '<p><a href="https://a.example/">A</a> <a href="https://a.example/">again</a></p>')
    message = render(
        edition("sv", Kind.ISSUE, twice, Button("two", "A", "https://a.example/")),
        second=edition("en", Kind.ISSUE, twice),
        tracked=True,
        public_url=HOME,
    )

    places = [(link.block, link.language, link.label) for link in message.links]

    assert places == [("one", "sv", "A"), ("two", "sv", "A"), ("one", "en", "A")]


def test_a_link_leads_where_it_says_when_its_address_holds_an_ampersand() -> None:
    message = letter("en", Button("b", "Go", "https://a.example/?a=1&b=2"))

    assert LexborHTMLParser(message.html).css_first('a[href="https://a.example/?a=1&b=2"]') is not None
    assert "https://a.example/?a=1&b=2" in message.text
    assert message.links[0].url == "https://a.example/?a=1&b=2"


def test_an_issue_and_a_release_can_always_be_left() -> None:
    for kind in (Kind.ISSUE, Kind.RELEASE):
        for tracked in (True, False):
            message = render(edition("zh-Hans", kind), tracked=tracked, public_url=HOME)

            html = merge.fill(merge.split(message.html), VALUES)
            assert f'href="{HOME}/unsubscribe/unsubscribe-token"' in html


def test_a_system_mail_is_never_tracked() -> None:
    with pytest.raises(ValueError, match="never tracked"):
        render(edition("en", Kind.SYSTEM), tracked=True, public_url=HOME)


REFUSED = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "http://evil.example/",
    "//evil.example/",
    "/relative",
    "{{ url }}",
    "https://",
    "https://bank.example@evil.example/",
    "https://a.example/ b",
    'https://a.example/"onclick="x',
    "mailto:",
    "",
    f"https://a.example/{'x' * 2000}",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_of_another_kind_is_refused_wherever_it_stands(url: str) -> None:
    picture = Picture(url, "A tap")
    blocks = [
        Button("b", "Go", url),
        Article("a", "Story", link=Link(url, "Go")),
        Event("e", "Course", "Today", link=Link(url, "Go")),
        Image("i", picture),
    ]

    for block in blocks:
        with pytest.raises(Refused, match="https://"):
            letter("en", block)


@pytest.mark.parametrize("url", ["https://räksmörgås.example/å", "https://a.example:8443/x#y", "mailto:a@b.example"])
def test_https_and_mailto_are_taken_as_they_are(url: str) -> None:
    assert links.allowed(url) == url


def test_a_server_on_this_machine_may_be_linked_to_while_trying_out() -> None:
    assert links.allowed("http://127.0.0.1:8000/media/x.jpg") == "http://127.0.0.1:8000/media/x.jpg"


def test_the_public_version_holds_nothing_that_is_a_recipients_own() -> None:
    for kind in (Kind.ISSUE, Kind.RELEASE):
        message = render(edition("sv", kind, is_public=True), tracked=False, public_url=HOME)

        assert message.tokens == frozenset()
        assert f'href="{HOME}/subscribe"' in message.html
        assert f"{HOME}/subscribe" in message.text
