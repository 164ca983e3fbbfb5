"""What the addresses of pixel and links carry."""

from uuid import UUID

from outreach.foundation import embedded, urls
from outreach.foundation.signing import Purpose, sign
from outreach.tracking import tokens

DELIVERY = UUID("019a0000-0000-7000-8000-0000000000aa")


def test_a_click_address_gives_back_its_letter_and_its_link_key(servers: embedded.Addresses) -> None:
    for key in ("abcdefghijk", "-a-b-c-d-e-", "__________-"):
        text = urls.click(DELIVERY, key).rpartition("/")[2]

        assert tokens.clicked(text) == (DELIVERY, key)


def test_a_forged_token_leaves_only_the_link_key(servers: embedded.Addresses) -> None:
    genuine = sign(Purpose.CLICK, DELIVERY)
    forged = genuine[:-1] + ("A" if genuine[-1] != "A" else "B")

    assert tokens.clicked(f"{forged}-abcdefghijk") == (None, "abcdefghijk")


def test_a_token_for_opening_does_not_click(servers: embedded.Addresses) -> None:
    assert tokens.clicked(f"{sign(Purpose.OPEN, DELIVERY)}-abcdefghijk") == (None, "abcdefghijk")
    assert tokens.opened(sign(Purpose.CLICK, DELIVERY)) is None


def test_what_holds_no_link_key_is_nothing(servers: embedded.Addresses) -> None:
    for text in ("", "-", "abcdefghijk", "x-short", "token/abcdefghijk", "token-abc defghij", "a" * 500):
        assert tokens.clicked(text) is None
