"""Several workers and officers at once, each with a connection of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import events, ledger
from outreach.delivery.models import Scope, Stream
from outreach.delivery.pacing import caps
from outreach.delivery.pacing.defaults import Limits
from outreach.foundation import embedded, redis
from outreach.foundation.database import engine, transaction
from tests import connections
from tests.delivery import world
from tests.delivery.test_events import report
from tests.delivery.world import ACCEPTED, TRANSIENT


@contextmanager
def at_the_same_time(*work: Callable[[], object]) -> Iterator[list[object]]:
    """Do things in threads while the block runs; what they returned is there after it."""
    found: list[object] = []
    pool = ThreadPoolExecutor(len(work))
    doing = [pool.submit(one) for one in work]
    try:
        yield found
    finally:
        pool.shutdown(wait=False)  # when the block fails, they may wait for a lock that it holds
    found.extend(one.result(timeout=20) for one in doing)


def until_waiting(number: int = 1) -> None:
    """Wait until so many connections wait for a lock."""
    for _turn in range(500):
        if connections.waiting() >= number:
            return
        threading.Event().wait(0.01)
    raise AssertionError("Nobody waits.")


def impatient(session: Session) -> Session:
    """Let a session that should not wait for anybody fail instead."""
    session.execute(text("SET LOCAL lock_timeout = '2s'"))
    return session


def test_two_workers_never_claim_the_same_batch(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 3, size=1)

    with ExitStack() as stack:
        one, other, third = (impatient(stack.enter_context(Session(engine()))) for _worker in range(3))
        claims = [ledger.claim(one), ledger.claim(other), ledger.claim(third)]

    assert {claim.batch_id for claim in claims if claim} == set(launched.batches)


def test_many_workers_send_each_batch_once(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 40, size=1)
    claimed: list[object] = []

    def work() -> None:
        while True:
            with transaction() as session:
                claim = ledger.claim(session)
            if claim is None:
                return
            claimed.append(claim.batch_id)
            with transaction() as session:
                ledger.settle(session, claim, [ACCEPTED])

    with at_the_same_time(*[work] * 4):
        pass

    assert sorted(map(str, claimed)) == sorted(map(str, launched.batches))
    with transaction() as session:
        assert world.states(session, launched) == {"accepted": 40}


def test_a_cancelling_that_meets_a_claim_waits_for_it_and_leaves_nothing_planned(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 4, size=2)

    def cancel() -> int:
        with transaction() as session:
            return ledger.cancel(session, launched.mailing)

    with Session(engine()) as worker:
        claim = ledger.claim(worker)
        assert claim
        with at_the_same_time(cancel) as cancelled:
            until_waiting()
            worker.commit()

    with transaction() as session:
        assert cancelled == [2]
        assert not ledger.start_request(session, claim)
        ledger.give_back(session, claim)
        assert world.states(session, launched) == {"cancelled": 4}


def test_a_cancelling_that_meets_a_settling_leaves_nothing_planned(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 4, size=2)
        claim = world.claim(session)

    def cancel() -> int:
        with transaction() as session:
            return ledger.cancel(session, launched.mailing)

    with Session(engine()) as worker:
        ledger.settle(worker, claim, [TRANSIENT, ACCEPTED])
        with at_the_same_time(cancel) as cancelled:
            until_waiting()
            worker.commit()

    with transaction() as session:
        assert cancelled == [3]
        assert world.states(session, launched) == {"cancelled": 3, "accepted": 1}


def test_a_settling_that_meets_a_cancelling_leaves_nothing_planned(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 2)
        claim = world.claim(session)

    def settle() -> bool:
        with transaction() as session:
            return ledger.settle(session, claim, [TRANSIENT, ACCEPTED])

    with Session(engine()) as officer:
        ledger.cancel(officer, launched.mailing)
        with at_the_same_time(settle) as settled:
            until_waiting()
            officer.commit()

    with transaction() as session:
        assert settled == [True]
        assert world.states(session, launched) == {"cancelled": 1, "accepted": 1}


def test_reports_about_a_batch_that_is_being_settled_are_applied_after_it(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 2)
        claim = world.claim(session)
        events.keep(session, "sandbox", [report("delivered", one) for one in launched.deliveries])

    with Session(engine()) as worker:
        ledger.settle(worker, claim, [ACCEPTED, ACCEPTED])
        with transaction() as session:
            events.apply(impatient(session))  # neither waits nor loses them
        worker.commit()
    with transaction() as session:
        assert world.states(session, launched) == {"accepted": 2}
        events.apply(session)

    with transaction() as session:
        assert world.states(session, launched) == {"delivered": 2}


def test_a_settling_that_meets_the_reports_keeps_their_news(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 2)
        claim = world.claim(session)
        events.keep(session, "sandbox", [report("delivered", one) for one in launched.deliveries])

    def settle() -> bool:
        with transaction() as session:
            return ledger.settle(session, claim, [ACCEPTED, TRANSIENT])

    with Session(engine()) as tracker:
        events.apply(tracker)
        with at_the_same_time(settle):
            until_waiting()
            tracker.commit()

    with transaction() as session:
        assert world.states(session, launched) == {"delivered": 2}
        assert world.batch(session, launched.batches[0]).state == "settled"


def test_somebody_who_leaves_while_a_worker_claims_is_remembered(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 1)
        contact = world.row(session, launched.deliveries[0]).contact_id

    def leave() -> int:
        with transaction() as session:
            return ledger.withdraw_planned(session, contact)

    with Session(engine()) as worker:
        claim = ledger.claim(worker)
        assert claim
        with at_the_same_time(leave) as left:
            until_waiting()
            worker.commit()
    with transaction() as session:
        ledger.settle(session, claim, [TRANSIENT])
        world.due_now(session)
        assert world.claim(session).recipients == ()

    with transaction() as session:
        assert left == [1]
        assert world.states(session, launched) == {"suppressed": 1}


def test_two_sweeps_mend_a_batch_once(database: embedded.Addresses) -> None:
    with transaction() as session:
        launched = world.launch(session, 2)
        ledger.claim(session)
        world.let_leases_end(session)

    with Session(engine()) as one, Session(engine()) as other:
        assert ledger.sweep(one, idempotent=[]) == 1
        assert ledger.sweep(impatient(other), idempotent=[]) == 0
        one.commit()
        other.commit()

    with transaction() as session:
        assert world.states(session, launched) == {"planned": 2}


def test_two_workers_never_take_the_same_room_of_a_cap(database: embedded.Addresses) -> None:
    with transaction() as session:
        caps.set_limits(session, Scope.LANE, "qq.com", Limits(per_hour=10))
        addresses = [f"reader{number}@qq.com" for number in range(1, 41)]
        world.launch(session, addresses=addresses, size=7, stream=Stream.SYSTEM)
    redis.client().flushdb()

    def other() -> int:
        # As if Redis had forgotten what the first one took.
        redis.client().flushdb()
        with transaction() as session:
            claim = ledger.claim(session)
            return len(claim.recipients) if claim else 0

    with Session(engine()) as worker:
        claim = ledger.claim(worker)
        assert claim
        with at_the_same_time(other) as taken:
            until_waiting()
            worker.commit()

    assert (len(claim.recipients), taken) == (7, [3])


def test_who_leaves_while_a_part_of_a_batch_is_taken_is_not_written_to(database: embedded.Addresses) -> None:
    with transaction() as session:
        caps.set_limits(session, Scope.PROVIDER, "sandbox", Limits(per_hour=2))
        launched = world.launch(session, 4, stream=Stream.PRESS)
        contact = world.row(session, launched.deliveries[0]).contact_id

    def take() -> list[str]:
        with transaction() as session:
            claim = ledger.claim(session)
            return [one.address for one in claim.recipients] if claim else []

    with Session(engine()) as leaving:
        ledger.withdraw_planned(leaving, contact)
        with at_the_same_time(take) as taken:
            until_waiting()
            leaving.commit()

    assert taken == [["reader2@company.example"]]
    with transaction() as session:
        assert world.states(session, launched) == {"suppressed": 1, "claimed": 1, "planned": 2}
