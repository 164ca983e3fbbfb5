"""Officers who pause, resume and cancel at any moment while workers send."""

import threading
import time
from uuid import UUID

import pytest

from outreach.delivery import ledger
from outreach.foundation.database import transaction
from tests.faults.world import Claim, World, dice, eventually, rounds, states_of, taken

RUNS = rounds(24, 500)
READERS = 30
SECONDS = rounds(6, 120)


@pytest.mark.slow
def test_pausing_resuming_and_cancelling_at_random_loses_and_doubles_nobody(world: World, claim: Claim) -> None:
    """R-17: what has left and what remains are everybody; going on never sends again."""
    chance = dice(17)
    world.behave(latency=0.05)
    runs = [world.launch(READERS, size=5) for _run in range(RUNS)]
    world.work(workers=2)
    eventually(lambda: world.accepted() > 0, world)

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        steer(chance.choice(runs).mailing, chance.choice(["pause", "pause", "resume", "resume", "cancel"]))
        threading.Event().wait(chance.uniform(0, 0.05))
    for run in runs:
        steer(run.mailing, chance.choice(["resume", "resume", "cancel"]))
        steer(run.mailing, "resume")
    eventually(lambda: all(world.is_settled(run) for run in runs), world)

    got = taken(world.provider)
    for run in runs:
        found = claim(run.mailing)
        assert (found.recipients, found.skipped, found.doubled, found.ambiguous) == (READERS, 0, 0, 0)
        states = states_of(run.mailing)
        assert set(states.values()) <= {"accepted", "cancelled"}
        assert {one for one, state in states.items() if state == "accepted"} == {one for one in states if got[str(one)]}


def steer(mailing: UUID, how: str) -> None:
    """Press one of the three buttons."""
    with transaction() as session:
        {"pause": ledger.pause, "resume": ledger.resume, "cancel": ledger.cancel}[how](session, mailing)
