"""How often something may happen, and what is kept of whom it is about: nothing that could be read back."""

import pytest
from limits import RateLimitItemPerHour

from outreach.foundation import embedded, redis, throttling


def test_a_limit_lets_so_many_through_and_no_more(database: embedded.Addresses) -> None:
    limits = [(RateLimitItemPerHour(2), ("somebody",))]

    assert [throttling.count("knocking", limits) for _time in range(3)] == [True, True, False]
    assert not throttling.is_free("knocking", limits)
    assert throttling.is_free("knocking", [(RateLimitItemPerHour(2), ("somebody else",))])


def test_no_address_is_kept(database: embedded.Addresses) -> None:
    throttling.count("knocking", [(RateLimitItemPerHour(2), ("eva@x.example", "192.0.2.1"))])

    (key,) = redis.client().keys("*")
    assert "eva" not in key
    assert "192" not in key


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_neighbours_are_one_network(client: str, network: str) -> None:
    assert throttling.network(client) == network
