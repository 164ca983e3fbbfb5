"""One batch in several calls: cut to size, halved when refused, stopped when it is no use, and over in time."""

import asyncio
from collections.abc import Sequence

import pytest

from outreach.delivery.interface import Capabilities, Outcome, OutcomeKind, Recipient
from outreach.delivery.providers import batches
from outreach.delivery.providers.batches import Part, Refused
from tests.delivery import world
from tests.delivery.world import ACCEPTED, AMBIGUOUS, CONFIG, REJECTED, TOLD, TRANSIENT

LIMITS = Capabilities(max_items=4, max_bytes=100, searchable=False)


def readers(count: int) -> list[Recipient]:
    return [world.recipient(f"reader{number}@company.example") for number in range(count)]


class Calls:
    """A provider that answers in turn, or as told for a reader by number; it remembers keys and people."""

    def __init__(self, *answers: Outcome, bad: Sequence[int] = (), slow: float = 0) -> None:
        self.answers = list(answers)
        self.bad = {f"reader{number}@company.example" for number in bad}
        self.slow = slow
        self.made: list[tuple[str, int]] = []

    async def __call__(self, parts: Sequence[Part], key: str) -> list[Outcome] | Refused:
        self.made.append((key, len(parts)))
        await asyncio.sleep(self.slow)
        if self.bad & {one.recipient.address for one in parts}:
            return Refused(REJECTED)
        return [self.answers.pop(0) if self.answers else ACCEPTED] * len(parts)


def send(calls: Calls, people: int, *, size: int = 10, seconds: float = 5) -> list[OutcomeKind]:
    def write(_recipient: Recipient) -> bytes:
        return b"x" * size

    found = asyncio.run(batches.send(LIMITS, readers(people), key="k", write=write, call=calls, seconds=seconds))
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("people", "size", "cut"),
    [(0, 10, []), (4, 10, [4]), (9, 10, [4, 4, 1]), (5, 50, [2, 2, 1]), (3, 200, [1, 1, 1])],
)
def test_a_batch_is_cut_by_items_and_bytes_and_each_call_has_its_key(people: int, size: int, cut: list[int]) -> None:
    calls = Calls()

    assert send(calls, people, size=size) == [OutcomeKind.ACCEPTED] * people
    assert [count for _key, count in calls.made] == cut
    assert [key for key, _count in calls.made] == ["k", "k.1", "k.2"][: len(cut)]


def test_a_refused_call_is_halved_until_the_bad_ones_are_alone_and_all_keep_their_places() -> None:
    calls = Calls(bad=[1, 6])

    found = send(calls, 8)

    assert [number for number, kind in enumerate(found) if kind is OutcomeKind.REJECTED] == [1, 6]
    assert calls.made == [
        *(("k", 4), ("ka", 2), ("kaa", 1), ("kab", 1), ("kb", 2)),
        *(("k.1", 4), ("k.1a", 2), ("k.1b", 2), ("k.1ba", 1), ("k.1bb", 1)),
    ]


@pytest.mark.parametrize(
    ("answer", "rest"),
    [(CONFIG, CONFIG.kind), (TRANSIENT, TRANSIENT.kind), (TOLD, TOLD.kind), (AMBIGUOUS, batches.LATER.kind)],
)
def test_what_would_befall_the_others_too_is_not_tried_with_them(answer: Outcome, rest: OutcomeKind) -> None:
    calls = Calls(ACCEPTED, answer)

    assert send(calls, 12) == [OutcomeKind.ACCEPTED] * 4 + [answer.kind] * 4 + [rest] * 4
    assert len(calls.made) == 2


def test_what_there_is_no_time_for_waits_and_what_does_not_answer_in_time_is_unclear() -> None:
    assert send(Calls(slow=0.2), 8, seconds=0.25) == [OutcomeKind.ACCEPTED] * 4 + [OutcomeKind.TRANSIENT] * 4
    assert send(Calls(slow=5), 8, seconds=0.1) == [OutcomeKind.AMBIGUOUS] * 4 + [OutcomeKind.TRANSIENT] * 4
