"""A batch in as many calls as a provider's limits, its refusals and the time ask for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from outreach.delivery.interface import LONGEST_SEND, Capabilities, Outcome, OutcomeKind, Recipient

TIME: Final = LONGEST_SEND - 2.0  # seconds for all calls of a batch
WORTH_A_CALL: Final = 0.25  # share of the time that must be left for a call to be begun
LATER: Final = Outcome(OutcomeKind.TRANSIENT, reason="There was no time left for this one", retry_after=0)
SILENCE: Final = Outcome(OutcomeKind.AMBIGUOUS, reason="The provider did not answer in time")
TOO_LARGE: Final = Outcome(OutcomeKind.CONFIG, reason="This letter is larger than the provider takes")


@dataclass(frozen=True)
class Part:
    """One recipient's share of a call's body, and where in the batch the recipient stands."""

    position: int
    recipient: Recipient
    content: bytes


@dataclass(frozen=True)
class Refused:
    """A call that was refused as a whole, for something in it: its halves may pass.

    `alone` is what is known of a recipient who was in it alone.
    """

    alone: Outcome


Call = Callable[[Sequence[Part], str], Awaitable[list[Outcome] | Refused]]
Write = Callable[[Recipient], bytes]


def unsendable(broken: ValueError, recipients: Sequence[Recipient]) -> list[Outcome]:
    """Say of a letter that nobody can be sent it."""
    return [Outcome(OutcomeKind.CONFIG, reason=f"This letter cannot be sent: {broken}")] * len(recipients)


async def send(
    limits: Capabilities,
    recipients: Sequence[Recipient],
    *,
    key: str,
    write: Write,
    call: Call,
    seconds: float = TIME,
) -> list[Outcome]:
    """Hand a batch over; one outcome per recipient, in order.

    `write` makes a recipient's part, or raises ValueError for one whom this letter cannot be written for; `call` hands
    parts over under a key of their own, which is the same whenever the same batch is sent again.
    """
    end = asyncio.get_running_loop().time() + seconds
    found: dict[int, Outcome] = {}
    rest: Outcome | None = None
    for number, parts in enumerate(_cut(recipients, write, limits, found)):
        rest = await _hand_over(parts, f"{key}.{number}" if number else key, call, found, end=end, seconds=seconds)
        if rest:
            break
    return [found.get(position) or rest or LATER for position in range(len(recipients))]


def _cut(
    recipients: Sequence[Recipient], write: Write, limits: Capabilities, found: dict[int, Outcome]
) -> Iterator[list[Part]]:
    """Write calls of at most `max_items` and, but for a part that is larger alone, `max_bytes`, one after another.

    Who cannot be written to is noted in `found`. No more than one call is in memory.
    """
    parts: list[Part] = []
    size = 0
    for position, recipient in enumerate(recipients):
        try:
            part = Part(position, recipient, write(recipient))
        except ValueError as fault:
            found[position] = Outcome(OutcomeKind.REJECTED, reason=str(fault))
            continue
        if parts and (len(parts) == limits.max_items or size + len(part.content) > limits.max_bytes):
            yield parts
            parts, size = [], 0
        parts.append(part)
        size += len(part.content)
    if parts:
        yield parts


async def _hand_over(
    parts: list[Part], key: str, call: Call, found: dict[int, Outcome], *, end: float, seconds: float
) -> Outcome | None:
    """Make one call, in halves where it is refused; note what came of it.

    Returns what is to be said of all who were not handed over yet, None to go on.
    """
    now = asyncio.get_running_loop().time
    waiting = [(key, parts)]
    while waiting:
        key, parts = waiting.pop()
        if end - now() < WORTH_A_CALL * seconds:
            return LATER
        try:
            async with asyncio.timeout_at(end):
                answer = await call(parts, key)
        except TimeoutError:
            answer = [SILENCE] * len(parts)
        if isinstance(answer, Refused) and len(parts) > 1:
            middle = len(parts) // 2
            waiting += [(f"{key}b", parts[middle:]), (f"{key}a", parts[:middle])]
            continue
        outcomes = [answer.alone] if isinstance(answer, Refused) else answer
        found.update(zip((one.position for one in parts), outcomes, strict=True))
        if rest := _of_the_rest(outcomes):
            return rest
    return None


def _of_the_rest(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return what is said of those who were not handed over yet, when a call shows that it is no use to go on."""
    kinds = {one.kind for one in outcomes}
    if OutcomeKind.CONFIG in kinds:
        return next(one for one in outcomes if one.kind is OutcomeKind.CONFIG)
    if kinds == {OutcomeKind.TRANSIENT}:
        return outcomes[0]
    return LATER if OutcomeKind.AMBIGUOUS in kinds else None
