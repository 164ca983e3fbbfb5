"""What workers write while a whole campaign goes through, with a provider that fails at times: of nobody."""

import re

from tests.faults.world import World, eventually
from tests.whole import crowd

CROWD = 60
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
TOKEN = re.compile(r"v1\.[\w-]+\.[a-z]\.[\w-]{10,}")


def test_no_address_and_no_token_is_in_the_log_of_a_whole_campaign(world: World) -> None:
    campaign = crowd.launch_to(CROWD)
    world.misbehave({"kind": "429", "share": 0.5, "count": 3, "retry_after": 1})
    world.work()
    eventually(lambda: world.accepted() == CROWD, world)
    eventually(lambda: "planned" not in world.states_in(campaign), world)
    world.rest()

    written = world.log()

    assert len(written.splitlines()) > 5
    assert [found for found in ADDRESS.findall(written) if "***@" not in found and "celery@" not in found] == []
    assert TOKEN.findall(written) == []
