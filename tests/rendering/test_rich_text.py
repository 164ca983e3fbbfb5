"""What officers type and paste: the allowed subset stays, everything else goes or is refused aloud."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from outreach.foundation.errors import Refused
from outreach.rendering import richtext
from outreach.rendering.blocks import Article, Heading, Picture, Quote, Text
from outreach.rendering.edition import Kind
from outreach.rendering.message import render
from tests.rendering.letters import HOME, edition, letter

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<p onclick=alert(1)>x</p>",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{background:url(https://evil.example)}</style>",
    '<p style="background:url(https://evil.example)">x</p>',
    "<form action=https://evil.example><input></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "</p></div></td></tr></table><script>alert(1)</script>",
    '<mj-include path="file:///etc/passwd" />',
    "</mj-text><mj-raw><script>alert(1)</script></mj-raw><mj-text>",
]
TEMPLATE_TRICKS = ["{{ ''.__class__ }}", "{{ 7 * 7 }}", "{% for x in y %}", "{0.__init__}", "%s", "%(title)s", "${7*7}"]


def test_the_allowed_subset_stays_as_it_is() -> None:
    html = '<p>A <strong>b</strong> <em>c</em><br><a href="https://a.example/">d</a></p><ul><li>e</li></ul><ol><li>f</li></ol>'

    assert richtext.clean(html) == html


def test_cleaning_twice_changes_nothing() -> None:
    pasted = '<div><b>Hej</b> <span style="color:red">du</span> <span data-merge="topics"><i>Ämnen</i></span></div>'

    once = richtext.clean(pasted)

    assert once == '<p><strong>Hej</strong> du <span data-merge="topics">Ämnen</span></p>'
    assert richtext.clean(once) == once


def test_plain_words_become_a_paragraph() -> None:
    assert richtext.clean("14家供应商 & 5家客户") == "<p>14家供应商 &amp; 5家客户</p>"
    assert richtext.clean("  ") == ""


def test_a_pasted_bookmark_without_an_address_is_no_link() -> None:
    assert richtext.clean('<p><a name="_GoBack">Text</a></p>') == "<p>Text</p>"


@pytest.mark.parametrize("attack", ATTACKS)
def test_script_and_foreign_markup_never_reach_a_letter(attack: str) -> None:
    blocks = (
        Text("t", f"<p>before</p>{attack}<p>after</p>"),
        Heading("h", attack),
        Article("a", attack, attack, attack, Picture(f"{HOME}/a.jpg", attack, attack, attack), topic=attack),
        Quote("q", attack, attack, attack),
    )
    for kind in Kind:
        message = render(edition("en", kind, *blocks, title=attack, subject=attack), tracked=False, public_url=HOME)

        tree = LexborHTMLParser(message.html)
        assert tree.css("script, svg, iframe, form, input, math, object, embed, base") == []
        assert tree.css("img[src=x]") == []
        assert "<mj-" not in message.html
        for node in tree.css("*"):
            assert not [name for name in node.attributes if name.startswith("on")]
            assert "evil.example" not in (node.attributes.get("style") or "")
        assert not any("evil.example" in node.text() for node in tree.css("style"))


@pytest.mark.parametrize("trick", TEMPLATE_TRICKS)
def test_what_looks_like_a_template_is_never_run(trick: str) -> None:
    message = letter("en", Text("t", f"<p>{trick}</p>"), Heading("h", trick), title=trick)

    assert trick in message.text
    assert message.html.count(trick.replace("'", "&#39;")) + message.html.count(trick) >= 2


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "http://a.example", "/x"]
)
def test_a_link_of_another_kind_is_refused_by_name(url: str) -> None:
    with pytest.raises(Refused, match=r"https:// or mailto:"):
        richtext.clean(f'<p><a href="{url}">x</a></p>')


def test_an_unknown_merge_field_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="password"):
        richtext.clean('<p><span data-merge="password">x</span></p>')


def test_a_technical_field_is_not_an_authors_to_use() -> None:
    with pytest.raises(Refused, match="unsubscribe"):
        richtext.clean('<p><span data-merge="unsubscribe">x</span></p>')


def test_deep_nesting_is_refused_before_it_can_hurt() -> None:
    assert richtext.clean("<ul><li>" * 20 + "x")
    with pytest.raises(Refused, match="nested too deeply"):
        richtext.clean("<ul><li>" * 30 + "x")


def test_an_endless_paste_is_refused_at_once() -> None:
    for tag in ("<ul>", "<em>", "<div>", "<table>"):
        with pytest.raises(Refused, match="too long"):
            richtext.clean(tag * 20_000)
    with pytest.raises(Refused, match="too long"):
        richtext.clean("x" * 200_000)


def test_invisible_and_direction_changing_characters_are_dropped() -> None:
    assert (
        richtext.clean("<p>a\u202eb\x00c\ufdd0&#x202e;d</p>").replace("\ufffd", "").replace("\ufdd0", "")
        == "<p>abcd</p>"
    )


def test_a_line_is_one_line() -> None:
    assert richtext.line("Hej\r\n  du\u2028där \ue000x") == "Hej du där x"
