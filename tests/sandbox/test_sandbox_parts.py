"""The small pure parts: signatures, tokens, addresses, pauses."""

import base64

import pytest

from outreach.sandbox import addresses, courier, merging, signing


def test_a_signature_is_the_one_of_the_public_test_vector() -> None:
    key = signing.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    headers = signing.headers(
        key, webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_!", "whsec_" + base64.b64encode(b"x" * 23).decode(), base64.b64encode(b"x" * 32).decode()],
)
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|base64|length"):
        signing.key(secret)


@pytest.mark.parametrize(
    "template", ["\ue000", "\ue001", "\ue000a", "\ue000\ue001", "\ue000A\ue001", "\ue000a\ue000b\ue001"]
)
def test_half_a_token_is_no_template(template: str) -> None:
    with pytest.raises(merging.BrokenToken):
        merging.names(template)


def test_a_template_names_its_fields() -> None:
    assert merging.names("\ue000open\ue001 and \ue000first_name\ue001 and \ue000open\ue001") == {"open", "first_name"}


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("a@b.example", True),
        ("a.b-c_d+e@xn--fretag-vua.example", True),
        (".a@b.example", False),
        ("a.@b.example", False),
        ("a..b@b.example", False),
        ("a@-b.example", False),
        ("a@b.example\n", False),
        ("a@b.123", False),
        ("x" * 65 + "@b.example", False),
        ("Anna <a@b.example>", False),
    ],
)
def test_addresses_are_judged_by_their_form(address: str, taken: bool) -> None:
    assert addresses.is_valid(address) is taken


def test_pauses_grow_from_half_a_second_to_a_minute_and_heed_the_receiver() -> None:
    pauses = [courier.pause(attempt, None, lambda: 0.5) for attempt in range(1, 12)]

    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60
    assert courier.pause(1, "5", lambda: 0.5) == 5
    assert courier.pause(1, "999999", lambda: 0.5) == 60
    assert courier.pause(1, "Wed, 21 Oct 2026 07:28:00 GMT", lambda: 0.5) == 0.5
