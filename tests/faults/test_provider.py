"""A provider that throttles, breaks, falls silent after it took everything, and refuses our key."""

from uuid import UUID

import pytest

from outreach.delivery import ledger, mending, watching
from outreach.delivery.models import Mailing
from outreach.foundation.database import transaction
from tests.delivery import world as mailings
from tests.delivery.post_office import HANG_UP, PostOffice
from tests.faults import hooks
from tests.faults.world import Account, Claim, World, eventually, rounds, site, states_of, taken

CROWD = rounds(200, 2000)
SIZE = 20


@pytest.mark.slow
def test_a_provider_that_throttles_takes_everybody_in_the_end(world: World, claim: Claim) -> None:
    """R-09: 429 with Retry-After; no attempt is burned, however often. The pause of the whole provider: pacing."""
    launched = world.launch(CROWD, size=SIZE)
    world.misbehave({"kind": "429", "share": 0.5, "count": rounds(6, 60), "retry_after": rounds(1, 30)})
    world.work()

    eventually(lambda: world.is_settled(launched), world, seconds=600)

    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)
    assert world.states(launched) == {"accepted": CROWD}


@pytest.mark.slow
def test_a_provider_that_breaks_before_and_after_taking_a_batch_has_everybody_once(world: World, claim: Claim) -> None:
    """R-10: 500 before and after; what is in doubt is cleared by the provider's report, or by asking it."""
    launched = world.launch(CROWD, size=SIZE)
    world.misbehave(
        {"kind": "500_before", "share": 0.5, "count": rounds(2, 20)},
        {"kind": "500_after", "share": 0.5, "count": rounds(2, 20)},
    )
    world.work()

    with site(world) as web:
        eventually(lambda: not world.provider.http.get("/v1/faults").json() and world.is_settled(launched), world)
        doubtful = {one for one, state in states_of(launched.mailing).items() if state == "ambiguous"}
        has = {one for one in doubtful if str(one) in taken(world.provider)}
        hooks.post(web.visitor, [hooks.event("delivered", one) for one in has])
        eventually(lambda: world.states(launched).get("delivered") == len(has), world)
        mending.reconcile(after=0)
        eventually(lambda: world.states(launched).keys() <= {"accepted", "delivered"}, world)

    assert 0 < len(has) < len(doubtful)
    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_silence_after_everything_was_taken_doubles_nobody(world: World, claim: Claim) -> None:
    """R-11: the answer is lost after the letters were taken; every one is found again at the provider."""
    launched = world.launch(CROWD, size=SIZE)
    world.misbehave({"kind": "timeout_after", "count": max(2, CROWD // SIZE // 10), "seconds": 1})
    world.work()

    eventually(lambda: world.is_settled(launched), world)
    assert "ambiguous" in world.states(launched)
    mending.reconcile(after=0)
    eventually(lambda: world.states(launched) == {"accepted": CROWD}, world)

    assert world.provider.http.get("/v1/faults").json() == []
    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_what_nobody_can_be_asked_about_is_listed_for_a_person(world: World, post_office: PostOffice) -> None:
    """R-11 over SMTP, which reports nothing: those in doubt are listed, and stay as they are."""
    launched = world.launch(40, size=10, provider="smtp")
    lost = {"reader3@company.example", "reader17@company.example"}
    post_office.data = dict.fromkeys(lost, HANG_UP)
    world.work(workers=1)

    eventually(lambda: world.is_settled(launched), world)

    with transaction() as session:
        listed = watching.problems(session, launched.mailing)
    assert {one.address for one in listed if one.state == "ambiguous"} == lost
    assert world.states(launched) == {"accepted": 38, "ambiguous": 2}
    assert sorted(address for address, _letter in post_office.letters) == sorted(
        f"reader{number}@company.example" for number in range(1, 41)
    )


@pytest.mark.slow
def test_a_refused_key_halts_the_mailing_within_a_batch_and_costs_nobody(world: World, claim: Claim) -> None:
    """R-12: 401; the rest stays planned, and goes when a person has put the key right."""
    launched = world.launch(CROWD, size=SIZE)
    world.misbehave({"kind": "401"})
    world.work()
    eventually(lambda: mailing_state(launched.mailing)[0] == "halted", world)
    requests = world.provider.count()["requests"]

    eventually(lambda: world.states(launched) == {"planned": CROWD}, world)
    state, reason = mailing_state(launched.mailing)
    assert "refuses our key" in reason
    assert (state, world.accepted(), requests <= 2) == ("halted", 0, True)

    world.misbehave()
    with transaction() as session:
        assert ledger.resume(session, launched.mailing)
    eventually(lambda: world.is_settled(launched), world)
    assert claim(launched.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_a_recipient_whom_the_provider_will_not_take_holds_up_nobody(world: World, claim: Claim) -> None:
    """R-21: a poisoned recipient is rejected alone."""
    with transaction() as session:
        readers = [f"reader{number}@company.example" for number in range(1, 40)]
        launched = mailings.launch(session, addresses=[*readers, "not an address"], size=10)
    world.work(workers=1)

    eventually(lambda: world.is_settled(launched), world)

    assert claim(launched.mailing) == Account(40, 0, 0, 0)
    assert world.states(launched) == {"accepted": 39, "rejected": 1}


@pytest.mark.slow
def test_so_many_refusals_that_the_letter_or_the_list_is_wrong_halt_the_mailing(world: World, claim: Claim) -> None:
    """R-21: from five in a hundred on a person looks before the rest leaves."""
    with transaction() as session:
        poisoned = [f"not an address {number}" for number in range(10)]
        readers = [f"reader{number}@company.example" for number in range(290)]
        launched = mailings.launch(session, addresses=[*poisoned, *readers], size=150)
    world.work(workers=1)

    eventually(lambda: mailing_state(launched.mailing)[0] == "halted", world)

    assert "10 of 150 recipients were refused at once" in mailing_state(launched.mailing)[1]
    assert world.states(launched) == {"rejected": 10, "accepted": 140, "planned": 150}
    with transaction() as session:
        ledger.resume(session, launched.mailing)
    eventually(lambda: world.is_settled(launched), world)
    assert claim(launched.mailing) == Account(300, 0, 0, 0)


def mailing_state(number: UUID) -> tuple[str, str]:
    """Return a mailing's state and why."""
    with transaction() as session:
        mailing = session.get_one(Mailing, number)
        return mailing.state.value, mailing.reason or ""
