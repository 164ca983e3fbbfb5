"""When Redis is away, signing in still works."""

import pytest
import redis as driver
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from structlog.testing import capture_logs

from outreach.accounts import throttle
from outreach.foundation import embedded, throttling


def test_without_redis_nobody_is_shut_out_and_the_log_says_so(
    servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = driver.ConnectionPool.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    away = MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=nowhere))
    monkeypatch.setattr(throttling, "_limiter", lambda _what: away)

    with capture_logs() as lines:
        throttle.insist("eva@x.example", "192.0.2.1")
        throttle.count_failure("eva@x.example", "192.0.2.1")

    assert [(line["event"], line["what"]) for line in lines] == [("not_limited", "sign-in")] * 2
