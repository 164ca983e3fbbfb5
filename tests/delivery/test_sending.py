"""Sending: from the ledger over HTTP to the sandbox and back, in good and in bad weather."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from sqlalchemy import text

from outreach.delivery import heartbeats, ledger, mending, sending
from outreach.delivery.models import Scope, Stream
from outreach.delivery.pacing import caps
from outreach.delivery.pacing.defaults import Limits
from outreach.foundation import database as own
from outreach.foundation import http, jobs, redis, settings, signing
from outreach.foundation.database import transaction
from outreach.foundation.processes import wait_until
from outreach.foundation.signing import Purpose
from outreach.foundation.slots import slot
from tests import connections
from tests.cable import Cable
from tests.delivery import world
from tests.delivery.clockwork import most_within
from tests.sandbox.peer import Peer
from workers import delivery


def launch(people: int = 3, **options: object) -> world.Launched:
    with transaction() as session:
        return world.launch(session, people, **options)  # type: ignore[arg-type] # passed on as they are


def states(launched: world.Launched) -> dict[str, int]:
    with transaction() as session:
        return world.states(session, launched)


def let_pauses_end() -> None:
    with transaction() as session:
        world.due_now(session)
        session.execute(text("UPDATE delivery SET changed_at = now() - interval '1 minute'"))


def trouble(mailbox: Peer, kind: str, **more: object) -> None:
    mailbox.http.put("/v1/faults", json=[{"kind": kind, "count": 1, **more}]).raise_for_status()


def check_nobody_twice(mailbox: Peer, launched: world.Launched) -> None:
    count = mailbox.count()
    assert count["duplicates"] == 0
    assert count["accepted"] == count["recipients"] == states(launched)["accepted"]


def test_a_mailing_reaches_everybody_once_with_their_own_words(mailbox: Peer) -> None:
    launched = launch(5, size=2)

    assert sending.send_batches() == 3
    assert sending.send_batches() == 0

    assert states(launched) == {"accepted": 5}
    check_nobody_twice(mailbox, launched)
    messages = {one["id"]: one for one in mailbox.messages()}
    assert set(messages) == set(map(str, launched.deliveries))
    with transaction() as session:
        row = world.row(session, launched.deliveries[3])
    letter = messages[str(launched.deliveries[3])]
    assert letter["message_id"] == row.provider_message_id
    assert letter["email"] == "reader4@company.example"
    assert letter["subject"] == "Hej Reader4"
    assert letter["headers"]["Message-ID"] == f"<{row.id}@csr-centre.example>"
    token = letter["headers"]["List-Unsubscribe"].partition("/unsubscribe/")[2].partition(">")[0]
    assert signing.read(Purpose.UNSUBSCRIBE, token) == row.id
    assert signing.read(Purpose.OPEN, token) is None


def test_only_the_tokens_that_a_letter_has_room_for_are_made(mailbox: Peer) -> None:
    recipients = [world.recipient(), world.recipient()]

    plain = sending.with_tokens(recipients, {"first_name", "unsubscribe"})

    assert [one.delivery_id for one in plain] == [one.delivery_id for one in recipients]
    assert [set(one.values) for one in plain] == [{"first_name", "unsubscribe", "delivery"}] * 2
    everything = sending.with_tokens(recipients)
    assert [set(one.values) for one in everything] == [{"first_name", "delivery", *sending.TOKENS}] * 2


def test_a_worker_that_finds_more_than_one_batch_rings_for_another(mailbox: Peer) -> None:
    launch(2, size=1)

    sending.send_next(helper=True)
    sending.send_next(helper=True)

    assert redis.client().llen(f"{redis.PREFIX}{ledger.SEND.queue}") == 1
    jobs.celery().close()


def test_the_time_for_one_ring_is_short(mailbox: Peer) -> None:
    launched = launch(2, size=1)

    assert sending.send_batches(seconds=0) == 0

    assert states(launched) == {"planned": 2}


def test_a_provider_that_is_busy_is_asked_again_when_it_said(mailbox: Peer) -> None:
    launched = launch()
    trouble(mailbox, "429", retry_after=30)

    assert sending.send_next()

    with transaction() as session:
        batch = world.batch(session, launched.batches[0])
    assert 28 < batch.wait <= 30
    assert batch.attempts == 0
    assert not sending.send_next()
    assert mailbox.count()["requests"] == 1
    let_pauses_end()
    assert sending.send_next()
    check_nobody_twice(mailbox, launched)


@pytest.mark.parametrize("kind", ["500_before", "500_after", "timeout_after", "malformed"])
def test_an_answer_that_tells_nothing_is_cleared_up_by_asking_and_nobody_gets_two(mailbox: Peer, kind: str) -> None:
    launched = launch()
    trouble(mailbox, kind, seconds=5 if kind == "timeout_after" else 0)
    http.client("sandbox").timeout = httpx.Timeout(0.5)

    assert sending.send_next()
    assert states(launched) == {"ambiguous": 3}
    assert not sending.send_next()
    assert mending.reconcile() == 0  # too early: a report may still come
    let_pauses_end()

    assert mending.reconcile() == 3
    mending.sweep()
    sending.send_batches()

    assert states(launched) == {"accepted": 3}
    check_nobody_twice(mailbox, launched)
    with transaction() as session:
        assert world.batch(session, launched.batches[0]).state == "settled"


def test_a_wrong_key_halts_the_mailing_and_loses_nobody(mailbox: Peer) -> None:
    launched = launch(4, size=2)
    trouble(mailbox, "401")

    sending.send_batches()

    assert states(launched) == {"planned": 4}
    with transaction() as session:
        mailing = world.mailing(session, launched)
        assert (mailing.state, mailing.reason[:41]) == ("halted", "The provider refuses our key (HTTP 401: {")
        ledger.resume(session, launched.mailing)
    sending.send_batches()
    check_nobody_twice(mailbox, launched)


def test_a_letter_that_the_provider_cannot_read_halts_the_mailing_and_loses_nobody(mailbox: Peer) -> None:
    launched = launch(headers={"Bad header": "x"})

    sending.send_batches()

    assert states(launched) == {"planned": 3}
    with transaction() as session:
        assert world.mailing(session, launched).reason.startswith("The provider does not take this letter from us")


def test_one_address_that_the_provider_refuses_is_the_only_one_rejected(mailbox: Peer) -> None:
    launched = launch(addresses=["reader1@company.example", "not an address", "reader3@company.example"])

    sending.send_batches()

    assert states(launched) == {"accepted": 2, "rejected": 1}
    with transaction() as session:
        assert world.row(session, launched.deliveries[1]).reason == "This is not an e-mail address."


def test_a_recipient_without_a_value_that_the_letter_needs_is_the_only_one_rejected(mailbox: Peer) -> None:
    launched = launch(2, subject=f"Hej {slot('topics')}")
    with transaction() as session:
        session.execute(
            text("""UPDATE delivery SET values = values || '{"topics": "x"}' WHERE id = :id"""),
            {"id": launched.deliveries[0]},
        )

    sending.send_batches()

    assert states(launched) == {"accepted": 1, "rejected": 1}


def test_a_provider_that_is_away_is_tried_again_later(mailbox: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = launch()
    monkeypatch.setenv("OUTREACH_SANDBOX_BASE_URL", "http://127.0.0.1:9")
    settings.settings.cache_clear()

    sending.send_batches()

    assert states(launched) == {"planned": 3}
    with transaction() as session:
        assert world.row(session, launched.deliveries[0]).reason == "ConnectError: the provider did not answer"
        assert world.batch(session, launched.batches[0]).attempts == 1


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("BASE_URL", "127.0.0.1:8025", "The provider's address or key cannot be used (UnsupportedProtocol"),
        ("BASE_URL", "http://localhost:port", "The provider's address or key cannot be used (InvalidURL"),
        ("CONCURRENCY", "many", "A setting OUTREACH_SANDBOX_… cannot be used: invalid literal"),
    ],
)
def test_a_setting_that_is_wrong_halts_the_mailing_with_a_sentence(
    mailbox: Peer, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    launched = launch()
    monkeypatch.setenv(f"OUTREACH_SANDBOX_{name}", value)
    settings.settings.cache_clear()

    sending.send_batches()

    assert states(launched) == {"planned": 3}
    with transaction() as session:
        assert world.mailing(session, launched).reason.startswith(reason)


def test_a_provider_that_is_gone_from_the_product_halts_the_mailing(mailbox: Peer) -> None:
    launched = launch(provider="pigeon")

    sending.send_batches()

    assert states(launched) == {"planned": 3}
    with transaction() as session:
        assert "There is no provider 'pigeon'" in world.mailing(session, launched).reason


def test_a_mailing_that_is_paused_between_claim_and_request_does_not_leave(mailbox: Peer) -> None:
    launched = launch(stream=Stream.PRESS)
    with transaction() as session:
        claim = ledger.claim(session)
        assert claim
        ledger.pause(session, launched.mailing)
        assert not ledger.start_request(session, claim)
        ledger.give_back(session, claim)

    assert not sending.send_next()
    assert mailbox.count()["requests"] == 0


@contextmanager
def database_away_while_sending(monkeypatch: pytest.MonkeyPatch, url: str, *, seconds: float) -> Iterator[None]:
    """Lay a cable to PostgreSQL, cut it as soon as a request has started, and mend it after a while."""
    cable, near = Cable.to_postgresql(url)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", near)
    own.dispose()
    settings.settings.cache_clear()

    def cut() -> None:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            started = "SELECT count(*) FROM batch WHERE request_started_at IS NOT NULL"
            assert wait_until(lambda: connection.execute(started).fetchone() != (0,), seconds=10)
        cable.cut()
        threading.Event().wait(seconds)
        cable.mend()

    cutting = threading.Thread(target=cut)
    cutting.start()
    yield
    cutting.join()
    own.dispose()
    cable.close()


def test_the_answer_is_not_lost_when_the_database_is_away_for_a_while(
    mailbox: Peer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    launched = launch()
    mailbox.http.put("/v1/behaviour", json={"delivered_after": 0, "latency": 0.4}).raise_for_status()
    url = own.engine().url.render_as_string(hide_password=False)

    with database_away_while_sending(monkeypatch, url, seconds=1.5):
        assert sending.send_next()

    assert "settling_waits" in capsys.readouterr().out
    monkeypatch.undo()
    settings.settings.cache_clear()
    assert states(launched) == {"accepted": 3}
    check_nobody_twice(mailbox, launched)


def test_a_tick_finds_what_nobody_rang_for_and_says_that_it_was_there(mailbox: Peer) -> None:
    launch()

    delivery.tick()

    assert redis.client().llen(f"{redis.PREFIX}{ledger.SEND.queue}") == 1
    jobs.celery().close()
    with transaction() as session:
        assert set(heartbeats.last(session)) == {"delivery"}


def test_every_session_is_given_back(mailbox: Peer) -> None:
    launch()

    sending.send_batches()

    assert connections.in_transactions() == 0


def test_a_worker_waits_for_a_cap_that_is_about_to_have_room(mailbox: Peer) -> None:
    with transaction() as session:
        caps.set_limits(session, Scope.PROVIDER, "sandbox", Limits(per_second=20))
    launched = launch(70, size=50)

    while states(launched).get("planned"):
        assert sending.send_batches(seconds=4)

    check_nobody_twice(mailbox, launched)
    with transaction() as session:
        assert most_within(session, 1, lane="") == 20
        assert session.execute(text("SELECT max(letters) FROM departure")).scalar_one() == 20
