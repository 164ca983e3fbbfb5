"""The text part: everything that is said, on lines of a sensible width, with every address."""

import re

import pytest

from outreach.rendering import columns
from outreach.rendering.blocks import Article, Button, Event, Image, Picture, Text
from outreach.rendering.edition import Kind
from outreach.rendering.message import render
from tests.rendering.letters import HOME, LANGUAGES, WORDS, edition, letter

LONG = {
    "sv": "Vägledningen innehåller därför en enkel månadsrapport, en förklaring av hur övertidsersättning beräknas. "
    * 3,
    "zh-Hans": "对劳动条件的检查，往往一年只有一次（现场走访之间）：“工资怎么算、加班有多少”，双方常常缺少依据。" * 3,
    "en": "The guide offers a simple monthly report, an explanation of how overtime pay is calculated, and more. " * 3,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_no_wider_than_72_columns_except_for_addresses(language: str) -> None:
    text = letter(language, Text("t", f"<p>{LONG[language]}</p><ul><li>{LONG[language]}</li></ul>")).text

    assert [line for line in text.splitlines() if columns.width(line) > 72 and "://" not in line] == []
    assert max(columns.width(line) for line in text.splitlines() if "://" not in line) > 66


def test_no_closing_mark_starts_a_chinese_line_and_no_opening_mark_ends_one() -> None:
    for width in range(20, 73):
        for line in columns.wrap(LONG["zh-Hans"], width):
            assert line[0] not in "，。、：）”"
            assert line[-1] not in "（“"


def test_wrapping_loses_and_adds_nothing() -> None:
    for words in LONG.values():
        for width in (20, 41, 72):
            assert re.sub(r"\s", "", "".join(columns.wrap(words, width))) == re.sub(r"\s", "", words)


def test_an_address_and_a_word_are_never_cut() -> None:
    address = f"https://centre.example/{'x' * 100}"

    assert columns.wrap(f"See {address} now", 20) == ["See", address, "now"]
    assert columns.wrap("men’s rättigheter", 8) == ["men’s", "rättigheter"]


def test_han_characters_take_two_columns_and_combining_marks_none() -> None:
    assert columns.width("责任 CSR") == 8
    assert columns.width("A\u030a") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_stands_in_the_text_part(language: str) -> None:
    text = letter(language).text
    heading, sentence, label = WORDS[language]

    assert text.count(sentence) >= 6
    assert text.count(heading) >= 4
    assert label in text
    for page in ("report", "handbook", "event", "button"):
        assert f"https://centre.example/{page}" in text


def test_lists_keep_their_signs_and_their_hanging_indent() -> None:
    html = f"<p>Ask:</p><ol><li>One</li><li>{'two ' * 30}</li></ol><ul><li>Sub<ul><li>Deep</li></ul></li></ul>"

    text = letter("en", Text("t", html)).text

    assert "Ask:\n\n1. One\n2. two two" in text
    assert "\n   two two" in text
    assert "- Sub\n  - Deep" in text


def test_a_link_in_running_text_has_a_number_and_its_address_stands_below() -> None:
    text = letter("en", Text("t", '<p>See <a href="https://a.example/x">the guide</a>.</p>')).text

    assert "See the guide [1].\n\n[1] https://a.example/x" in text


def test_an_address_that_is_its_own_label_is_not_said_twice() -> None:
    text = letter("en", Text("t", '<p><a href="mailto:a@b.example">a@b.example</a></p>')).text

    assert text.count("a@b.example") == 1


def test_a_picture_is_told_by_its_caption_or_else_its_description() -> None:
    with_caption = Image("i", Picture(f"{HOME}/a.jpg", "A hand", "A sampling point.", "Photo: Wei Ran"))
    without = Image("j", Picture(f"{HOME}/a.jpg", "A hand"))

    text = letter("en", with_caption, without).text

    assert "[Picture: A sampling point. Photo: Wei Ran]" in text
    assert "[Picture: A hand]" in text


def test_chinese_uses_its_own_colon_and_no_space() -> None:
    text = letter("zh-Hans", Button("b", "报名", "https://a.example/")).text

    assert "报名：\nhttps://a.example/" in text


def test_an_event_says_what_when_and_where() -> None:
    text = letter("en", Event("e", "Read a payslip", "15 December, 15:00", "Online")).text

    assert "Read a payslip\n15 December, 15:00\nOnline" in text


def test_a_short_issue_and_its_text_part_say_the_same_number_of_things() -> None:
    message = letter("en", Article("a", "Story", "Lead", "<p>Words</p>"))

    for words in ("Story", "Lead", "Words", "CSR Centre", "1 Road", "A person reads it"):
        assert words in message.html
        assert words in message.text


def test_the_text_part_of_a_stacked_letter_has_both_languages_and_both_ways_out() -> None:
    text = render(edition("zh-Hans"), second=edition("en"), tracked=False, public_url=HOME).text

    assert text.index(WORDS["zh-Hans"][0]) < text.index(WORDS["en"][0])
    assert text.count(f"{HOME}/unsubscribe/") == 2


def test_a_release_and_a_system_mail_have_a_text_part_too() -> None:
    for kind in (Kind.RELEASE, Kind.SYSTEM):
        assert "https://centre.example/button" in render(edition("sv", kind), tracked=False, public_url=HOME).text
