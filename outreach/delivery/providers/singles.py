"""Letters that go to a provider one by one: a few calls at once, within the time of a batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from outreach.delivery.interface import Outcome, OutcomeKind, Recipient
from outreach.delivery.providers.batches import LATER, SILENCE

STARTING: Final = 14.0  # seconds in which calls are begun
CALL: Final = 20.0  # seconds that one call may take; the last one must end within LONGEST_SEND
PATIENCE: Final = 3  # unclear answers in a row: then the provider is in trouble, and no more letters are put in doubt
TROUBLE: Final = Outcome(OutcomeKind.TRANSIENT, reason="The provider answers unclearly; the rest waits")

T = TypeVar("T")


def deadline() -> float:
    """Return until when calls may be begun, by the event loop's clock."""
    return asyncio.get_running_loop().time() + STARTING


def is_over(until: float) -> bool:
    """Tell whether it is too late to begin a call."""
    return asyncio.get_running_loop().time() > until


async def in_time(call: Awaitable[T], late: T) -> T:
    """Return what a call brings, or `late` when it takes longer than `CALL`."""
    try:
        async with asyncio.timeout(CALL):
            return await call
    except TimeoutError:
        return late


async def each(
    recipients: Sequence[Recipient],
    send: Callable[[Recipient], Awaitable[Outcome]],
    *,
    concurrency: int,
    until: float,
) -> list[Outcome]:
    """Send to each, `concurrency` at once, beginning none after `until`; outcomes in order.

    What would befall the others too (our account, a throttle, a provider that is away) ends it: the rest is not tried.
    """
    queue = list(enumerate(recipients))[::-1]
    found: dict[int, Outcome] = {}
    verdicts: list[Outcome] = []
    in_doubt = 0

    async def line() -> None:
        nonlocal in_doubt
        while queue and not verdicts:
            if is_over(until):
                verdicts.append(LATER)
                return
            place, recipient = queue.pop()
            outcome = found[place] = await in_time(send(recipient), SILENCE)
            in_doubt = in_doubt + 1 if outcome.kind is OutcomeKind.AMBIGUOUS else 0
            if outcome.kind in {OutcomeKind.CONFIG, OutcomeKind.TRANSIENT}:
                verdicts.append(outcome)
            elif in_doubt >= PATIENCE:
                verdicts.append(TROUBLE)

    await asyncio.gather(*(line() for _number in range(min(concurrency, len(recipients)))))
    config = (one for one in verdicts if one.kind is OutcomeKind.CONFIG)
    rest = next(config, None) or next(iter(verdicts), LATER)
    return [found.get(place, rest) for place in range(len(recipients))]
