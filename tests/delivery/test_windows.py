"""Sliding windows in Redis, against a list that is counted by hand."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.delivery.models import Scope
from outreach.delivery.pacing import windows
from outreach.delivery.pacing.caps import Bucket, Window
from outreach.delivery.pacing.windows import Room
from outreach.foundation import embedded, redis

NOON = 1_800_000_000.0


def bucket(limit: int, window: Window = Window.HOUR, key: str = "qq.com") -> Bucket:
    return Bucket(Scope.LANE, key, window, limit)


def take(letters: int, *buckets: Bucket, at: float = 0.0) -> Room:
    room = windows.take(buckets, uuid4(), letters, now=NOON + at)
    assert room is not None
    return room


@dataclass
class Book:
    """What a window holds, by hand: every letter that was taken and when."""

    bucket: Bucket
    taken: dict[UUID, tuple[float, int]] = field(default_factory=dict)

    def room(self, now: float) -> int:
        return self.bucket.limit - self.within(now)

    def within(self, now: float) -> int:
        """Count the letters of the window that ends now."""
        return sum(number for at, number in self.taken.values() if now - self.bucket.window.value < at <= now)


STEPS = st.tuples(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.25, 600.0, 3000.0, 3690.0, 40_000.0]),  # seconds later
    st.integers(1, 60),  # letters wanted
    st.sampled_from([None, 0.0, 0.5]),  # the share of them that is used after all
)
LIMITS = st.lists(
    st.tuples(st.sampled_from(list(Window)), st.integers(1, 80)), min_size=1, max_size=3, unique_by=lambda one: one[0]
)


@settings(max_examples=60, deadline=None)
@given(limits=LIMITS, steps=st.lists(STEPS, max_size=25))
def test_no_window_ever_holds_more_than_its_cap_and_no_room_is_wasted(
    servers: embedded.Addresses, limits: list[tuple[Window, int]], steps: list[tuple[float, int, float | None]]
) -> None:
    key = str(uuid4())
    books = [Book(bucket(limit, window, key)) for window, limit in limits]
    buckets = [one.bucket for one in books]
    now = NOON

    for later, wanted, used in steps:
        now += later
        attempt = uuid4()
        expected = max(0, min(wanted, *(one.room(now) for one in books)))
        room = windows.take(buckets, attempt, wanted, now=now)

        assert room is not None
        assert room.letters == expected
        if not room.letters:
            full = next(one for one in books if one.bucket is room.full)
            assert full.room(now) <= 0
            assert full.room(now + room.seconds) > 0
            continue
        kept = room.letters if used is None else int(room.letters * used)
        if kept < room.letters:
            windows.give_back(buckets, attempt, taken=room.letters, used=kept)
        for one in books:
            one.taken[attempt] = (now, kept)
            assert one.within(now) <= one.bucket.limit


def test_what_one_cap_refuses_the_others_keep(database: embedded.Addresses) -> None:
    lane, provider = bucket(3), Bucket(Scope.PROVIDER, "smtp", Window.HOUR, 100)

    assert take(10, provider, lane).letters == 3
    refused = take(10, provider, lane)

    assert (refused.letters, refused.full) == (0, lane)
    assert take(100, provider).letters == 97


def test_a_full_window_says_when_the_first_letter_has_room(database: embedded.Addresses) -> None:
    one = bucket(5)
    take(2, one)
    take(3, one, at=100)

    assert take(1, one, at=200).seconds == pytest.approx(Window.HOUR.value - 200)
    assert take(9, one, at=Window.HOUR.value).letters == 2


def test_a_smaller_share_counts_what_the_others_took(database: embedded.Addresses) -> None:
    take(90, bucket(100))

    assert take(1, bucket(80)).letters == 0
    assert take(30, bucket(95)).letters == 5


def test_emptied_windows_begin_anew(database: embedded.Addresses) -> None:
    take(5, bucket(5))
    redis.client().flushdb()

    assert take(9, bucket(5)).letters == 5


def test_windows_leave_nothing_behind(database: embedded.Addresses) -> None:
    take(5, bucket(5, Window.SECOND))

    assert {redis.client().pttl(key) <= 1000 for key in redis.client().scan_iter("*pace*")} == {True}
