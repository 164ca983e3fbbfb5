"""What a provider cannot carry is said before anything leaves."""

import re
from dataclasses import replace

import pytest

from outreach.delivery import fitting
from outreach.delivery.interface import Capabilities
from outreach.delivery.providers import PROVIDERS
from tests.delivery import world

CAN = Capabilities(max_items=10, searchable=False)


def test_a_letter_that_a_provider_can_carry_has_no_problem() -> None:
    assert fitting.problem(world.letter(), CAN) is None


def test_a_letter_with_a_link_for_each_reader_needs_headers_for_each() -> None:
    said = fitting.problem(world.letter(), replace(CAN, own_headers=False))

    assert said is not None
    assert "List-Unsubscribe" in said


def test_a_sender_with_a_long_name_needs_room_for_it() -> None:
    assert fitting.problem(world.letter(from_name="企业社会责任中心"), replace(CAN, longest_from_name=8)) is None
    assert fitting.problem(world.letter(from_name="CSR-centret i Peking"), replace(CAN, longest_from_name=8))


def test_header_values_are_encoded_where_the_provider_does_not_do_it() -> None:
    values = {"List-Id": "Brev från 企业 中心 <letter.csr.example>", "Precedence": "bulk"}

    encoded = fitting.headers(values, replace(CAN, utf8_headers=False))

    assert fitting.headers(values, CAN) == values
    assert encoded["List-Id"].isascii()
    assert encoded["List-Id"].startswith("Brev =?utf-8?")
    assert encoded["List-Id"].endswith("?= <letter.csr.example>")
    assert encoded["Precedence"] == "bulk"


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_takes_our_ids_as_its_metadata(name: str) -> None:
    pattern = PROVIDERS[name].capabilities.metadata

    assert pattern == "" or re.fullmatch(pattern, str(world.recipient().delivery_id))
