"""Every block in every language and design gives a letter that may leave."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from outreach.rendering import checks
from outreach.rendering.blocks import Article, Heading, Lead, Quote, Text
from outreach.rendering.edition import Kind
from outreach.rendering.message import Layout, render
from tests.rendering.letters import HOME, LANGUAGES, WORDS, edition, every_block, letter

KINDS = [block.kind for block in every_block("en")]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("position", range(len(KINDS)), ids=KINDS)
def test_each_block_renders_in_each_language_and_design(position: int, language: str, kind: Kind) -> None:
    block = every_block(language)[position]

    message = render(edition(language, kind, block), tracked=False, public_url=HOME)

    assert message.html.startswith("<!doctype html>")
    assert [one for one in checks.problems(message) if one.level is checks.Level.STOP] == []


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_all_blocks_passes_every_check(language: str, kind: Kind) -> None:
    message = render(edition(language, kind), tracked=False, public_url=HOME)

    assert checks.problems(message) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_and_its_body_name_their_language(language: str) -> None:
    tree = LexborHTMLParser(letter(language).html)

    assert tree.css_first("html").attributes["lang"] == language
    assert tree.css_first("div[role=article]").attributes["lang"] == language


def test_the_title_is_the_only_main_heading_and_articles_stand_below_it() -> None:
    tree = LexborHTMLParser(letter("sv").html)

    assert [node.text() for node in tree.css("h1")] == [WORDS["sv"][0]]
    assert WORDS["sv"][0] in [node.text() for node in tree.css("h2")]


def test_three_articles_get_a_table_of_contents_that_leads_to_them() -> None:
    articles = [Article(f"a{number}", f"Story {number}", html="<p>Text</p>") for number in (1, 2, 3)]

    tree = LexborHTMLParser(letter("en", *articles).html)

    targets = [anchor.attributes["href"] for anchor in tree.css('a[href^="#"]')]
    assert targets == ["#en-a1", "#en-a2", "#en-a3"]
    assert all(tree.css_first(f'[id="{target[1:]}"]') for target in targets if target)


def test_two_articles_get_none() -> None:
    articles = [Article(f"a{number}", f"Story {number}", html="<p>Text</p>") for number in (1, 2)]

    assert 'href="#' not in letter("en", *articles).html


def test_a_heading_right_above_the_first_article_stays_with_it_below_the_contents() -> None:
    articles = [Article(f"a{number}", f"Story {number}", html="<p>Text</p>") for number in (1, 2, 3)]

    html = letter("en", Text("hello", "<p>Hello</p>"), Heading("h", "Stories"), *articles).html

    assert html.index("Hello") < html.index("#en-a1") < html.index("Stories</h2>") < html.index("Story 1</h2>")


def test_chinese_is_never_set_in_italics() -> None:
    html = letter("zh-Hans", Text("t", "<p>这是<em>重点</em>。</p>")).html

    assert "font-style:normal;font-weight:700" in html
    assert "font-style:italic" not in html


def test_each_language_has_its_own_typeface_first() -> None:
    assert "font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif" in letter("zh-Hans").html
    assert "PingFang" not in letter("sv").html


def test_no_design_asks_for_web_fonts_or_anything_else_from_elsewhere() -> None:
    for kind in Kind:
        html = render(edition("zh-Hans", kind), tracked=False, public_url=HOME).html

        assert "fonts.googleapis" not in html
        assert "@import" not in html
        assert "<link" not in html


def test_a_release_carries_its_marker_embargo_and_dateline() -> None:
    release = edition(
        "en", Kind.RELEASE, embargo_line="EMBARGOED UNTIL Thursday", date_line="Beijing, 26 November 2026"
    )

    message = render(release, tracked=False, public_url=HOME)

    for text in (message.html, message.text):
        assert "PRESS RELEASE" in text
        assert text.index("EMBARGOED UNTIL Thursday") < text.index("Beijing, 26 November 2026")


def test_a_chinese_release_opens_its_lead_with_place_and_date_and_ends_with_the_end_mark() -> None:
    release = edition(
        "zh-Hans", Kind.RELEASE, Lead("lead", "<p>中心今天发布指南。</p>"), date_line="北京，2026年11月26日"
    )

    message = render(release, tracked=False, public_url=HOME)

    for text in (message.html, message.text):
        assert "（北京，2026年11月26日）中心今天发布指南。" in text
        assert "（完）" in text


def test_a_dateline_that_the_author_wrote_is_not_repeated() -> None:
    lead = Lead("lead", "<p>（北京，2026年11月26日）中心今天发布指南。</p>")

    message = render(
        edition("zh-Hans", Kind.RELEASE, lead, date_line="北京，2026年11月26日"), tracked=False, public_url=HOME
    )

    assert message.html.count("2026年11月26日") == 1


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("sv", "– Vi ville hjälpa, säger Elin Sandberg, chef."),
        ("zh-Hans", "“我们想帮忙。”主任桑德贝里说。"),
        ("en", "“We wanted to help,” says Elin Sandberg, head."),
    ],
)
def test_a_release_quotes_as_the_language_does(language: str, sentence: str) -> None:
    quotes = {
        "sv": Quote("q", "– Vi ville hjälpa.", "Elin Sandberg", "chef"),
        "zh-Hans": Quote("q", "我们想帮忙。", "桑德贝里", "主任"),
        "en": Quote("q", "“We wanted to help.”", "Elin Sandberg", "head"),
    }

    message = render(edition(language, Kind.RELEASE, quotes[language]), tracked=False, public_url=HOME)

    assert sentence in message.html
    assert sentence in message.text


def test_a_system_mail_shows_the_address_of_its_button_and_has_nothing_to_leave() -> None:
    message = render(edition("en", Kind.SYSTEM), tracked=False, public_url=HOME)

    assert message.html.count(">https://centre.example/button<") == 1
    assert "unsubscribe" not in message.html
    assert message.tokens == frozenset()


def test_the_demo_banner_comes_first() -> None:
    message = letter("en", demo_banner="Demo data.")

    assert message.text.startswith("Demo data.")
    assert message.html.index("Demo data.") < message.html.index("<h1")


def test_a_stacked_letter_holds_both_languages_the_readers_first() -> None:
    message = render(edition("sv"), second=edition("zh-Hans"), tracked=False, public_url=HOME)
    tree = LexborHTMLParser(message.html)

    assert message.layout is Layout.STACKED
    assert message.language == "sv"
    assert message.subject == WORDS["sv"][0]
    for text in (message.html, message.text):
        assert text.index(WORDS["sv"][1]) < text.rindex(WORDS["zh-Hans"][1])
    titles = tree.css("h1")
    assert [node.text() for node in titles] == [WORDS["sv"][0], WORDS["zh-Hans"][0]]
    assert "PingFang" not in (titles[0].parent.attributes["style"] or "")
    assert titles[1].parent.attributes["lang"] == "zh-Hans"
    assert "PingFang" in (titles[1].parent.parent.attributes["style"] or "")


def test_a_stacked_letter_says_at_its_top_that_the_other_language_stands_below() -> None:
    tree = LexborHTMLParser(render(edition("sv"), second=edition("en"), tracked=False, public_url=HOME).html)

    jump = tree.css_first('a[href="#en-top"]')

    assert jump.text() == "English version below"
    assert jump.attributes["lang"] == "en"
    assert tree.css_first('[id="en-top"]') is not None


def test_a_stacked_letter_does_not_send_its_reader_to_a_language_it_already_holds() -> None:
    message = render(edition("sv"), second=edition("zh-Hans"), tracked=False, public_url=HOME)

    assert f"{HOME}/letters/4/zh-Hans" not in message.html
    assert f"{HOME}/letters/4/en" in message.html


def test_a_stacked_letter_needs_two_languages_of_one_kind() -> None:
    for second in (edition("sv"), edition("en", Kind.RELEASE)):
        with pytest.raises(ValueError, match="one kind and two languages"):
            render(edition("sv"), second=second, tracked=False, public_url=HOME)
