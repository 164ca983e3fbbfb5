"""Reports that come five times, in any order, a day late, and before we knew of the letter; and people who leave."""

from datetime import timedelta
from uuid import UUID

import pytest

from outreach.contacts.models import Contact
from outreach.delivery import ledger
from outreach.foundation import clock, urls
from outreach.foundation.database import transaction
from tests import mailings
from tests.delivery.world import Launched
from tests.faults import hooks
from tests.faults.world import Account, Claim, World, dice, eventually, path, rounds, site, states_of, taken
from tests.whole import crowd

CROWD = rounds(60, 600)
FATES = (("delivered",), ("delivered", "complained"), ("bounced",), ("delivered", "bounced"), ())


@pytest.mark.slow
def test_reports_five_times_shuffled_and_a_day_late_end_as_those_in_order_do(world: World, claim: Claim) -> None:
    """R-13: the same final table."""
    in_order, disordered = world.launch(CROWD, size=20), world.launch(CROWD, size=20)
    world.work()
    eventually(lambda: world.is_settled(in_order) and world.is_settled(disordered), world)
    began = clock.now() - timedelta(days=1)

    def events(launched: Launched) -> list[dict[str, object]]:
        return [
            hooks.event(kind, one, at=began + timedelta(minutes=minute), bounce_class="hard", diagnostic="550 no")
            for place, one in enumerate(launched.deliveries)
            for minute, kind in enumerate(FATES[place % len(FATES)])
        ]

    shuffled = events(disordered) * 5
    dice(13).shuffle(shuffled)
    with site(world) as web:
        for one in events(in_order):
            hooks.post(web.visitor, [one])
        for start in range(0, len(shuffled), 7):
            hooks.post(web.visitor, shuffled[start : start + 7])
        eventually(lambda: outcome(in_order) == outcome(disordered) == expected(), world)

    assert claim(in_order.mailing) == claim(disordered.mailing) == Account(CROWD, 0, 0, 0)


@pytest.mark.slow
def test_a_report_that_comes_before_our_own_commit_is_not_lost(world: World, claim: Claim) -> None:
    """R-14: the provider reports while its answer to us is still to come."""
    launched = world.launch(20, size=20)
    world.misbehave({"kind": "timeout_after", "count": 1, "seconds": 6})
    with site(world) as web:
        world.work(workers=2)
        eventually(lambda: world.accepted() == 20, world)
        assert world.states(launched) == {"claimed": 20}
        hooks.post(web.visitor, [hooks.event("delivered", one) for one in launched.deliveries])

        eventually(lambda: world.states(launched) == {"delivered": 20}, world)
        eventually(lambda: "batch_sent" in world.log(), world)

    assert world.states(launched) == {"delivered": 20}
    assert claim(launched.mailing) == Account(20, 0, 0, 0)


@pytest.mark.slow
def test_who_leaves_or_complains_while_letters_leave_gets_none_that_had_not_left(world: World, claim: Claim) -> None:
    """R-15: withdrawal and complaint while a campaign runs."""
    campaign = crowd.launch_to(100)
    with transaction() as session:
        ledger.pause(session, campaign)
    leaver, complainer = list(states_of(campaign))[:2]
    with site(world) as web:
        left = web.visitor.post(path(urls.unsubscribe(leaver)), data={"List-Unsubscribe": "One-Click"})
        hooks.post(web.visitor, [hooks.event("complained", earlier_letter_of(complainer))])
        world.work()
        eventually(lambda: states_of(campaign)[complainer] == "suppressed", world)
        with transaction() as session:
            ledger.resume(session, campaign)
        eventually(lambda: not {"planned", "claimed"} & world.states_in(campaign).keys(), world)

    assert left.status_code == 200
    got = taken(world.provider)
    assert not {str(leaver), str(complainer)} & got.keys()
    assert world.states_in(campaign) == {"accepted": 98, "suppressed": 2}
    assert claim(campaign) == Account(100, 0, 0, 0)


def outcome(launched: Launched) -> list[str]:
    """Return the states of a mailing's letters in the order of its readers."""
    found = states_of(launched.mailing)
    return [found[one] for one in launched.deliveries]


def expected() -> list[str]:
    """Return what each fate comes to."""
    ends = {"delivered": "delivered", "complained": "complained", "bounced": "bounced_hard"}
    fates = [FATES[place % len(FATES)] for place in range(CROWD)]
    return [ends[fate[-1]] if fate else "accepted" for fate in fates]


def earlier_letter_of(delivery: UUID) -> UUID:
    """Send the reader of a delivery another letter, earlier; return that one."""
    with transaction() as session:
        contact = session.get_one(Contact, mailings.delivery(session, delivery).contact_id)
        return mailings.send(session, contact)[contact.given_name.lower()]
