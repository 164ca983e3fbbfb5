"""Everybody at once: workers, reports, people who leave, an officer who cannot decide."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from outreach.delivery import events, ledger
from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.delivery.models import Scope
from outreach.delivery.pacing import caps
from outreach.delivery.pacing.defaults import NO_LIMITS, Limits
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from tests.delivery import world
from tests.delivery.test_events import report

PEOPLE = 120
SECONDS = 1.2
TIGHT = Limits(per_second=20, per_hour=1000, at_once=2)
ENDED = {"accepted", "rejected", "suppressed", "delivered", "bounced_hard", "complained", "cancelled"}


class Provider:
    """Takes letters at random and remembers which; what it answers is not always what it did."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - a die, not a secret
        self._lock = threading.Lock()
        self.taken: Counter[UUID] = Counter()
        self.keys: dict[tuple[str, UUID], bool] = {}
        self.unreported: list[UUID] = []

    def send(self, claim: ledger.Claim) -> list[Outcome]:
        """Take each letter, or not."""
        with self._lock:
            return [self._one(str(claim.batch_id), one.delivery_id) for one in claim.recipients]

    def reports(self) -> list[UUID]:
        """Hand out what was taken and not yet reported."""
        with self._lock:
            found, self.unreported = self.unreported, []
            return found

    def _one(self, key: str, delivery: UUID) -> Outcome:
        kind = self._dice.choices(
            [OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.TRANSIENT, OutcomeKind.AMBIGUOUS], [6, 1, 4, 2]
        )[0]
        may_take = kind is OutcomeKind.AMBIGUOUS and self._dice.random() < 0.5
        if (kind is OutcomeKind.ACCEPTED or may_take) and (key, delivery) not in self.keys:
            self.keys[key, delivery] = True
            self.taken[delivery] += 1
            self.unreported.append(delivery)
        if (key, delivery) in self.keys and kind is not OutcomeKind.AMBIGUOUS:
            kind = OutcomeKind.ACCEPTED
        return Outcome(kind, message_id="m", reason=kind.value, retry_after=0)


@pytest.mark.parametrize(
    ("seed", "end", "limits"),
    [
        (1, ledger.resume, NO_LIMITS),
        (2, ledger.cancel, NO_LIMITS),
        (3, ledger.resume, TIGHT),
        (4, ledger.cancel, TIGHT),
    ],
)
def test_nobody_is_lost_and_nobody_is_sent_to_twice(
    database: embedded.Addresses, seed: int, end: Callable[[Session, UUID], object], limits: Limits
) -> None:
    with transaction() as session:
        caps.set_limits(session, Scope.LANE, "kth.example", limits)
        domains = ["kth.example"] * (PEOPLE // 2) + ["company.example"] * (PEOPLE // 2)
        addresses = [f"reader{number}@{domain}" for number, domain in enumerate(domains)]
        launched = world.launch(session, addresses=addresses, size=7)
        contacts = session.execute(text("SELECT contact_id FROM delivery ORDER BY id LIMIT 20")).scalars().all()
    provider = Provider(seed)
    over = threading.Event()

    with ThreadPoolExecutor(8) as pool:
        everybody = _everybody(provider, launched, list(contacts), seed)
        doing = [pool.submit(_again_and_again, over, work) for work in everybody]
        over.wait(SECONDS)
        with transaction() as session:
            end(session, launched.mailing)
        over.wait(0.2)
        over.set()
        faults = [fault for one in doing for fault in one.result(timeout=20)]

    # A deadlock would cost a second each time and, in the middle of a settling, the knowledge of what was sent.
    assert [fault for fault in faults if "deadlock" in fault] == []
    _calm_down(provider, launched)
    assert max(provider.taken.values()) == 1
    with transaction() as session:
        final = world.states(session, launched)
        left = session.execute(text("SELECT count(*) FROM batch WHERE state <> 'settled'")).scalar_one()
        known = session.execute(
            text("SELECT id FROM delivery WHERE state IN ('accepted', 'delivered', 'complained', 'bounced_hard')")
        ).scalars()
        assert set(known) == set(provider.taken)
    assert set(final) <= ENDED
    assert left == 0


def _everybody(
    provider: Provider, launched: world.Launched, contacts: list[UUID], seed: int
) -> list[Callable[[], None]]:
    dice = random.Random(seed)  # noqa: S311 - as above

    def officer() -> None:
        with transaction() as session:
            dice.choice([ledger.pause, ledger.resume, ledger.resume])(session, launched.mailing)
        threading.Event().wait(0.02)

    def leaver() -> None:
        if contacts:
            with transaction() as session:
                ledger.withdraw_planned(session, contacts.pop())
        threading.Event().wait(0.05)

    def clearer() -> None:
        with transaction() as session:
            unclear = ledger.unclear(session, "sandbox", older_than=0)
        have = {one: "m" for one in unclear if provider.taken[one]}
        with transaction() as session:
            ledger.found(session, have)
            ledger.missing(session, [one for one in unclear if one not in have])
        threading.Event().wait(0.05)

    def sweeper() -> None:
        with transaction() as session:
            session.execute(
                text(
                    "UPDATE batch SET lease_until = now() - interval '1 second' WHERE id = "
                    "(SELECT id FROM batch WHERE state = 'claimed' LIMIT 1 FOR UPDATE SKIP LOCKED)"
                )
            )
            ledger.sweep(session, idempotent=["sandbox"])
        threading.Event().wait(0.05)

    return [lambda: _work(provider)] * 3 + [lambda: _report(provider, dice), officer, leaver, clearer, sweeper]


def _again_and_again(over: threading.Event, work: Callable[[], None]) -> list[str]:
    faults = []
    while not over.is_set():
        try:
            work()
        except OperationalError as fault:
            faults.append(str(fault))
    return faults


def _work(provider: Provider) -> None:
    with transaction() as session:
        claim = ledger.claim(session)
    if claim is None:
        threading.Event().wait(0.01)
        return
    with transaction() as session:
        started = ledger.start_request(session, claim)
        if not started:
            ledger.give_back(session, claim)
    if started:
        outcomes = provider.send(claim)
        with transaction() as session:
            ledger.settle(session, claim, outcomes)


def _report(provider: Provider, dice: random.Random) -> None:
    kinds = ["delivered", "bounced_hard", "complained"]
    with transaction() as session:
        events.keep(session, "sandbox", [report(dice.choice(kinds), one) for one in provider.reports()])
    with transaction() as session:
        for effect in events.apply(session):
            ledger.withdraw_planned(session, effect.contact_id)


def _calm_down(provider: Provider, launched: world.Launched) -> None:
    """Resume, and let everything come to its end."""
    calm = random.Random(0)  # noqa: S311 - as above
    with transaction() as session:
        caps.reset(session, Scope.LANE, "kth.example")
        ledger.resume(session, launched.mailing)
    for _round in range(200):
        with transaction() as session:
            world.let_leases_end(session)
            ledger.sweep(session, idempotent=["sandbox"])
            world.due_now(session)
            unclear = ledger.unclear(session, "sandbox", older_than=0)
            have = {one: "m" for one in unclear if provider.taken[one]}
            ledger.found(session, have)
            ledger.missing(session, [one for one in unclear if one not in have])
        _work(provider)
        _report(provider, calm)
        with transaction() as session:
            ledger.sweep(session, idempotent=["sandbox"])
            if not session.execute(text("SELECT EXISTS (SELECT 1 FROM batch WHERE state <> 'settled')")).scalar_one():
                return
