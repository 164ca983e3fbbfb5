"""Merge fields: a closed list, filled once per recipient, safe whatever a value holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.rendering import merge
from outreach.rendering.blocks import Text
from outreach.rendering.message import render
from tests.rendering.letters import HOME, VALUES, edition, letter

CHIP = '<span data-merge="first_name">First name</span>'


def test_a_chip_becomes_a_token_that_lives_through_compilation_and_is_filled_per_reader() -> None:
    message = letter("sv", Text("t", f"<p>Hej {CHIP}!</p>"), subject=f"Hej {CHIP}!", tracked=True)

    assert "first_name" in message.tokens
    assert merge.fill(merge.split(message.subject), VALUES, escape=merge.plain) == "Hej Åsa!"
    assert "Hej Åsa!" in merge.fill(merge.split(message.html), VALUES)
    assert "Hej Åsa!" in merge.fill(merge.split(message.text), VALUES, escape=merge.plain)


def test_no_token_is_left_after_filling() -> None:
    message = render(edition("sv"), second=edition("en"), tracked=True, public_url=HOME)

    for text in (message.html, message.text):
        filled = merge.fill(merge.split(text), VALUES)
        assert not any("\ue000" <= character <= "\uf8ff" for character in filled)
        assert "\\u{" not in filled


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='x",
        "&lt;b&gt;",
        "</title><script>",
    ],
)
def test_a_value_is_escaped_in_text_and_attributes(value: str) -> None:
    message = letter("en", Text("t", f"<p>{CHIP}</p>"), subject=f"{CHIP}", title=f"For {CHIP}")

    html = merge.fill(merge.split(message.html), VALUES | {"first_name": value})

    assert value not in html
    assert merge.html(value) in html


@pytest.mark.parametrize("value", ["Åsa\r\nBcc: all@example.org", "Åsa\x00", "Åsa\u2028x", "Åsa\u202egnp"])
def test_a_value_cannot_break_a_header(value: str) -> None:
    filled = merge.fill(merge.split(f"Hej {merge.token('first_name')}!"), {"first_name": value}, escape=merge.plain)

    assert "\n" not in filled
    assert all(character.isprintable() for character in filled)


def test_a_value_is_never_read_for_tokens_again() -> None:
    segments = merge.split(f"{merge.token('first_name')} {merge.token('unsubscribe')}")

    filled = merge.fill(segments, VALUES | {"first_name": "\ue000unsubscribe\ue001"})

    assert filled == "unsubscribe unsubscribe-token"


def test_an_ordinary_name_is_left_as_it_is() -> None:
    for name in ("Åsa Öhman", "林晓岚", "O’Brien", "Nguyễn Văn An", "Anna\u00a0Maria", "王\u3000伟"):
        assert merge.plain(name) == name


def test_an_unknown_token_is_refused_when_the_letter_is_cut() -> None:
    with pytest.raises(Refused, match="password"):
        merge.split("Hello \ue000password\ue001")


@pytest.mark.parametrize("text", ["Hello \ue000first_name", "Hello first_name\ue001", "\ue000\ue000first_name\ue001"])
def test_a_broken_token_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="broken"):
        merge.split(text)


def test_a_missing_value_stops_the_letter() -> None:
    with pytest.raises(KeyError):
        merge.fill(merge.split(merge.token("first_name")), {})


@given(st.lists(st.one_of(st.sampled_from(sorted(merge.FIELDS)), st.text(max_size=8).map(lambda text: f"={text}"))))
def test_filling_replaces_each_token_and_nothing_else(pieces: list[str]) -> None:
    literals = [slots.strip(piece) if piece.startswith("=") else piece for piece in pieces]
    text = "".join(one if one.startswith("=") else merge.token(one) for one in literals)
    values = {name: f"<{name}>" for name in merge.FIELDS}

    filled = merge.fill(merge.split(text), values, escape=str)

    assert filled == "".join(one if one.startswith("=") else f"<{one}>" for one in literals)


@pytest.mark.parametrize(
    "field", ["title", "subject", "subtitle", "preheader", "date_line", "embargo_line", "demo_banner", "from_name"]
)
def test_nobody_can_type_a_token_in_a_plain_field(field: str) -> None:
    message = letter("en", **{field: "X \ue000click\ue001 Y"})

    assert "click" not in message.tokens
    assert "X click Y" in message.html + message.subject or field == "embargo_line"


@pytest.mark.parametrize("typed", ["\ue000click\ue001", "&#xE000;click&#xE001;", "&#57344;click&#57345;"])
def test_nobody_can_type_a_token_in_rich_text_not_even_in_disguise(typed: str) -> None:
    assert "click" not in letter("en", Text("t", f"<p>{typed}</p>")).tokens
