"""The checks before a letter leaves: each planted fault is found and named."""

from dataclasses import replace

import pytest

from outreach.rendering import checks, merge
from outreach.rendering.blocks import Article, Button, Heading, Image, Picture, Text
from outreach.rendering.checks import Level
from outreach.rendering.edition import Kind
from outreach.rendering.message import RenderedMessage, render
from tests.rendering.letters import HOME, edition, letter


def codes(message: RenderedMessage, level: Level | None = None) -> list[str]:
    return [one.code for one in checks.problems(message) if level in (None, one.level)]


def test_a_picture_without_description_stops_the_letter() -> None:
    message = letter("en", Image("i", Picture(f"{HOME}/media/tap.jpg", "")))

    assert codes(message) == ["alt.missing"]
    assert "tap.jpg" in checks.problems(message)[0].message


def test_a_picture_from_another_host_stops_the_letter_unless_the_host_is_ours() -> None:
    message = letter("en", Image("i", Picture("https://cdn.example/a.jpg", "A tap")))

    assert codes(message) == ["host.foreign"]
    assert checks.problems(message, own_hosts=["cdn.example"]) == []


@pytest.mark.parametrize("braces", ["{{ first_name }}", "{% if x %}", "*|FNAME|*", "[[name]]", "${name}"])
def test_a_merge_field_typed_by_hand_stops_the_letter(braces: str) -> None:
    assert codes(letter("en", Text("t", f"<p>Dear {braces}</p>"))) == ["braces"]


def test_a_link_that_does_not_say_where_it_leads_is_pointed_out_with_its_block() -> None:
    message = letter("sv", Button("more", "Läs mer", "https://a.example/"))

    assert [(one.level, one.code, one.block) for one in checks.problems(message)] == [
        (Level.WARN, "link.label", "more")
    ]


@pytest.mark.parametrize(
    ("language", "subject", "found"),
    [
        ("zh-Hans", "字" * 20, []),
        ("zh-Hans", "字" * 21, ["subject.long"]),
        ("sv", "x" * 50, []),
        ("sv", "x" * 51, ["subject.long"]),
        ("en", "", ["subject.missing"]),
    ],
)
def test_a_subject_is_measured_in_columns(language: str, subject: str, found: list[str]) -> None:
    assert codes(letter(language, subject=subject)) == found


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"])
def test_an_invisible_character_in_a_subject_stops_the_letter(character: str) -> None:
    assert "subject.control" in codes(replace(letter("en"), subject=f"Hello{character}"), Level.STOP)


@pytest.mark.parametrize(("articles", "found"), [(18, []), (24, ["size.warn"]), (30, ["size.stop"])])
def test_a_heavy_letter_is_warned_of_and_a_heavier_one_stopped(articles: int, found: list[str]) -> None:
    blocks = [Article(f"a{number}", "Story", "Lead", f"<p>{'word ' * 150}</p>") for number in range(articles)]

    message = letter("en", *blocks)

    assert message.size == len(message.html.encode())
    assert codes(message) == found, message.size


def test_a_letter_without_a_way_out_is_stopped() -> None:
    message = letter("en")
    address = f"{HOME}/unsubscribe/{merge.token('unsubscribe')}"

    for part in ("html", "text"):
        broken = replace(message, **{part: getattr(message, part).replace(address, HOME)})
        assert "unsubscribe.missing" in codes(broken, Level.STOP)


def test_a_pixel_in_an_untracked_letter_stops_it() -> None:
    message = replace(letter("en", tracked=True), tracked=False)

    assert "pixel.unasked" in codes(message, Level.STOP)


def test_a_plain_http_link_stops_the_letter() -> None:
    message = letter("en")
    broken = replace(
        message, html=message.html.replace("https://centre.example/button", "http://centre.example/button")
    )

    assert codes(broken) == ["link.scheme"]


def test_an_unknown_token_stops_the_letter() -> None:
    message = letter("en")

    assert "token.broken" in codes(replace(message, text=message.text + "\ue000password\ue001"), Level.STOP)


def test_a_confirmation_with_a_name_in_it_is_stopped() -> None:
    greeting = Text("t", '<p>Hello <span data-merge="first_name">Name</span></p>')

    message = render(edition("en", Kind.SYSTEM, greeting), tracked=False, public_url=HOME)

    assert codes(message) == ["token.personal"]


def test_an_empty_text_part_stops_the_letter() -> None:
    assert "text.thin" in codes(replace(letter("en"), text="Hello"), Level.STOP)


def test_a_skipped_heading_level_is_pointed_out() -> None:
    assert codes(letter("en", Heading("h", "Small", level=3))) == ["heading.skipped"]


def test_the_size_counts_the_signed_tokens_that_the_reader_gets() -> None:
    blocks = [Article(f"a{number}", "Story", "Lead", f"<p>{'word ' * 150}</p>") for number in range(18)]
    message = letter("en", *blocks)
    lacking = (checks.SIZE_WARNS - message.size) // checks.TOKEN_LENGTH
    heavy = replace(message, html=message.html + merge.token("click") * (lacking + 1))

    assert codes(message) == []
    assert codes(heavy) == ["size.warn"]


def test_a_draft_with_nothing_filled_in_can_be_looked_at() -> None:
    blocks = [Article("a", ""), Heading("h", ""), Text("t", ""), Image("i", Picture(f"{HOME}/a.jpg", ""))]

    for kind in Kind:
        empty = edition("en", kind, *blocks, title="", subject="", preheader="", from_name="", date_line="")
        assert "subject.missing" in codes(render(empty, tracked=False, public_url=HOME))
