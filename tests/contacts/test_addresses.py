"""Addresses: mended where that is safe, refused with a sentence where it is not."""

import pytest

from outreach.contacts import addresses
from outreach.foundation.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept", "compared"),
    [
        ("anna@norrstrand.example", "anna@norrstrand.example", "anna@norrstrand.example"),
        (
            "  Anna.Lindfors@Norrstrand.Example\n",
            "Anna.Lindfors@norrstrand.example",
            "anna.lindfors@norrstrand.example",
        ),
        ("ｌｉｎ＠ｙｕｎｆａｎ．ｅｘａｍｐｌｅ", "lin@yunfan.example", "lin@yunfan.example"),
        ("lin@云帆。中国", "lin@云帆.中国", "lin@xn--9kqs09a.xn--fiqs8s"),
        ("\ufefflin@yunfan.example\u200b", "lin@yunfan.example", "lin@yunfan.example"),
        ("anna+brev@åsa.example", "anna+brev@åsa.example", "anna+brev@xn--sa-xia.example"),
    ],
)
def test_an_address_is_mended_and_has_one_form_to_compare(typed: str, kept: str, compared: str) -> None:
    address = addresses.normalise(typed)

    assert (address.typed, address.normalised) == (kept, compared)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "anna", "anna@", "@norrstrand.example", "anna@norrstrand", "a..b@x.example", "anna@a@b.example"],
)
def test_what_is_no_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match=r"name@example\.org\.$"):
        addresses.normalise(typed)


def test_a_name_in_brackets_and_a_forged_header_are_refused() -> None:
    for typed in ("Anna <anna@x.example>", "anna@x.example\r\nBcc: all@x.example", "anna@x.example,b@x.example"):
        with pytest.raises(Refused, match="is not a mail address"):
            addresses.normalise(typed)


def test_a_chinese_local_part_is_refused_because_it_would_not_arrive() -> None:
    with pytest.raises(Refused, match="林@云帆"):
        addresses.normalise("林@云帆.中国")


def test_a_refusal_quotes_no_more_than_can_be_read() -> None:
    with pytest.raises(Refused) as refusal:
        addresses.normalise("x" * 5000)

    assert len(refusal.value.message) < 200
