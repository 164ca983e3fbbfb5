"""Slots: cut once, filled by joining, and never made of a value."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.foundation import slots
from outreach.foundation.slots import slot, split, strip


def test_a_text_is_filled_at_its_slots() -> None:
    text = split(f"Hej {slot('first_name')}, {slot('organisation')}!")

    assert text.names == ("first_name", "organisation")
    assert text.fill({"first_name": "Åsa", "organisation": "Bolaget", "more": "x"}) == "Hej Åsa, Bolaget!"


def test_values_are_escaped_and_the_text_is_not() -> None:
    assert split(f"<b>{slot('a')}</b>").fill({"a": "<i>"}, html.escape) == "<b>&lt;i&gt;</b>"


def test_a_text_without_slots_is_itself() -> None:
    assert split("").fill({}) == ""
    assert split("Hej").names == ()


def test_a_value_never_becomes_a_slot() -> None:
    assert split(slot("a")).fill({"a": slot("b"), "b": "secret"}) == slot("b")


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="first_name"):
        split(slot("first_name")).fill({})


@pytest.mark.parametrize("broken", ["a\ue000b", "a\ue001b", "\ue001\ue000", "\ue000a\ue000b\ue001"])
def test_half_a_slot_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match="half a slot"):
        split(broken)


def test_the_slots_of_several_texts_are_listed() -> None:
    assert slots.names_in(f"{slot('a')} {slot('b')}", "", slot("a")) == ["a", "b", "a"]


@given(st.text())
def test_what_was_typed_holds_no_slot(typed: str) -> None:
    assert split(strip(typed)).names == ()


def test_stripping_takes_private_use_characters_and_nothing_else() -> None:
    assert strip("a\ue000b\uf8ffc 中文 åäö 🙂") == "abc 中文 åäö 🙂"
