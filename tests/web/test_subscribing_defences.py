"""Signing up by machines and for others: no mailbox is filled, and nobody learns who is known (S-16, S-17)."""

import threading
import time
from collections.abc import Callable
from statistics import median

import pytest
import redis as driver
from limits import RateLimitItemPerHour
from sqlalchemy import text
from starlette.testclient import TestClient

from outreach.foundation import redis, throttling
from outreach.foundation.database import transaction
from outreach.signup import defences
from tests import mailings
from tests.faults.world import rounds
from tests.web import sign_ups
from tests.web.sign_ups import ADDRESS, count, filled_in, letters, post


@pytest.mark.soak
def test_ten_thousand_forms_for_one_victim_make_one_letter(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defences, "PER_NETWORK", RateLimitItemPerHour(100_000))  # as if each came from elsewhere
    form = filled_in(visitor)

    said = {visitor.post("/subscribe?language=sv", data=form).status_code for _knock in range(rounds(50, 10_000))}

    assert said == {303}
    assert len(letters()) == 1
    assert count("sign_up") == 1


def test_from_everywhere_at_once_still_one_letter(visitor: TestClient) -> None:
    form = filled_in(visitor)
    started = threading.Barrier(8)
    claimed: list[bool] = []

    def hurry() -> None:
        started.wait()
        with transaction() as session:
            claimed.append(defences.claim_letter(session, ADDRESS))

    threads = [threading.Thread(target=hurry) for _one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert claimed.count(True) == 1
    assert visitor.post("/subscribe?language=sv", data=form).status_code == 303
    assert letters() == []


def test_an_address_gets_one_letter_a_day_and_three_a_month(visitor: TestClient) -> None:
    claimed = []
    for _half_day in range(70):
        with transaction() as session:
            claimed.append(defences.claim_letter(session, ADDRESS))
        sign_ups.let_pass(days=0.505)

    assert [number / 2 for number, is_claimed in enumerate(claimed) if is_claimed] == [0, 1, 2, 30, 31, 32]


def test_writing_an_address_otherwise_does_not_help(visitor: TestClient) -> None:
    for address in (ADDRESS, ADDRESS.upper(), f" {ADDRESS} ", ADDRESS.replace("@", "＠")):
        assert post(visitor, email=address).status_code == 303

    assert len(letters()) == 1


def test_no_address_is_kept_for_counting(visitor: TestClient) -> None:
    post(visitor)

    with transaction() as session:
        kept = session.execute(text("SELECT address FROM sign_up_letter")).scalar_one()
    assert "@" not in kept
    assert not any("testclient" in key or "@" in key for key in redis.client().scan_iter("outreach:sign-up*"))


def test_what_only_a_machine_sees_catches_it_without_telling(visitor: TestClient) -> None:
    answer = post(visitor, homepage="https://evil.example")

    assert (answer.status_code, answer.headers["location"]) == (303, "/subscribe/sent?language=sv")
    assert count("sign_up") == 0


def test_who_is_faster_than_people_presses_once_more_and_loses_nothing(visitor: TestClient) -> None:
    form = filled_in(visitor, seconds=0.5, organisation="Färgeriet AB")

    fast = visitor.post("/subscribe?language=sv", data=form)

    assert fast.status_code == 200
    assert f'value="{ADDRESS}"' in fast.text
    assert 'value="Färgeriet AB"' in fast.text
    assert 'value="environment" checked' in fast.text
    assert f'name="stamp" value="{form["stamp"]}"' in fast.text
    assert count("sign_up") == 0


@pytest.mark.parametrize("stamp", ["", "nonsense", "1.0", "１２３.x", f"1795000000.{'0' * 32}", "9" * 300])
def test_a_stamp_that_is_not_ours_or_old_gets_a_new_one(visitor: TestClient, stamp: str) -> None:
    again = post(visitor, stamp=stamp)

    assert again.status_code == 200
    assert f'value="{ADDRESS}"' in again.text
    assert count("sign_up") == 0
    assert post(visitor, seconds=25 * 3600).status_code == 200
    assert count("sign_up") == 0


def test_one_network_can_send_in_only_so_many(visitor: TestClient) -> None:
    said = [post(visitor, email=f"reader{number}@company.example").status_code for number in range(33)]

    assert said == [303] * 30 + [429] * 3
    assert count("sign_up") == 30
    assert count("sign_up_alarm") == 0


def test_when_very_many_sign_up_the_form_closes_and_the_staff_see_why(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defences, "IN_ALL", RateLimitItemPerHour(2))

    said = [post(visitor, email=f"reader{number}@company.example") for number in range(4)]

    assert [one.status_code for one in said] == [303, 303, 429, 429]
    assert said[-1].headers["retry-after"] == "3600"
    assert 'value="reader3@company.example"' in said[-1].text
    with transaction() as session:
        assert session.execute(text("SELECT refused FROM sign_up_alarm")).scalar_one() == 2
    assert count("sign_up_letter") == 2  # who was turned away may come back


def test_without_redis_people_sign_up_all_the_same(visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    form = filled_in(visitor)
    nowhere = driver.ConnectionPool.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    away = throttling.MovingWindowRateLimiter(throttling.RedisStorage("redis://", connection_pool=nowhere))
    monkeypatch.setattr(throttling, "_limiter", lambda _what: away)

    assert visitor.post("/subscribe?language=sv", data=form).status_code == 303
    assert visitor.post("/subscribe?language=sv", data=form).status_code == 303

    assert len(letters()) == 1


def test_a_known_address_gets_the_same_answer_as_an_unknown_one_in_the_same_time(
    visitor: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    pairs = rounds(30, 500)
    monkeypatch.setattr(defences, "PER_NETWORK", RateLimitItemPerHour(10 * pairs))
    monkeypatch.setattr(defences, "IN_ALL", RateLimitItemPerHour(10 * pairs))
    with transaction() as session:
        known = [mailings.reader(session, f"known{number}").email for number in range(pairs)]
    form = filled_in(visitor)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers = set()

    for number, address in enumerate(known):
        for kind, email in (("known", address), ("unknown", f"nobody{number}@firma.example")):
            began = time.perf_counter()
            answer = visitor.post("/subscribe?language=sv", data=form | {"email": email})
            times[kind].append(time.perf_counter() - began)
            answers.add((answer.status_code, answer.headers["location"], answer.text))

    assert len(answers) == 1
    apart = median(times["known"]) / median(times["unknown"]) - 1
    record_property("sign-up, known address against unknown, medians apart", f"{apart:+.1%}")
    assert abs(apart) < 0.5  # a look-up or a letter would double it; a busy machine wavers


def test_nothing_of_a_visitor_s_network_is_kept(visitor: TestClient) -> None:
    post(visitor)

    with transaction() as session:
        columns = set(
            session.execute(
                text("SELECT column_name FROM information_schema.columns WHERE table_name LIKE 'sign_up%'")
            ).scalars()
        )
    assert not columns & {"ip", "client", "network", "user_agent"}
