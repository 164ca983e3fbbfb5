"""Turns: mailings of one kind share, letter by letter; what is more urgent goes first."""

from collections import Counter

from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.models import Scope, Stream
from outreach.delivery.pacing import caps, turns
from outreach.delivery.pacing.defaults import Limits
from tests.delivery import world
from tests.delivery.clockwork import pass_time


def sent(session: Session, batches: int) -> Counter[str]:
    """Send some batches; the letters that left, by mailing."""
    found: Counter[str] = Counter()
    for _turn in range(batches):
        claim = world.claim(session)
        found[str(claim.mailing_id)] += len(claim.recipients)
    return found


def join(session: Session, launched: world.Launched) -> None:
    """Let a mailing take its place as a launch does it."""
    turns.rejoin(session, launched.mailing)


def test_two_newsletters_share_though_one_was_launched_first(session: Session) -> None:
    first = world.launch(session, 200, size=10, in_turn=True)
    sent(session, 5)
    second = world.launch(session, 200, size=10, in_turn=True)
    join(session, second)

    assert sent(session, 10) == {str(first.mailing): 50, str(second.mailing): 50}


def test_a_mailing_of_small_batches_gets_as_many_letters_as_one_of_large_ones(session: Session) -> None:
    small = world.launch(session, 300, size=5, in_turn=True)
    large = world.launch(session, 300, size=50, in_turn=True)

    shares = sent(session, 33)

    assert abs(shares[str(small.mailing)] - shares[str(large.mailing)]) <= 50


def test_a_mailing_that_went_on_after_a_pause_overtakes_nobody(session: Session) -> None:
    held = world.launch(session, 200, size=10, in_turn=True)
    ledger.pause(session, held.mailing)
    other = world.launch(session, 200, size=10, in_turn=True)
    sent(session, 8)

    ledger.resume(session, held.mailing)

    assert sent(session, 6) == {str(held.mailing): 30, str(other.mailing): 30}


def test_parts_of_batches_share_as_well(session: Session) -> None:
    caps.set_limits(session, Scope.PROVIDER, "sandbox", Limits(per_second=5))
    first = world.launch(session, 100, size=100, in_turn=True)
    second = world.launch(session, 100, size=100, in_turn=True)
    shares: Counter[str] = Counter()

    for _second in range(8):
        shares += sent(session, 1)
        pass_time(session, 2)

    assert shares == {str(first.mailing): 20, str(second.mailing): 20}


def test_a_release_goes_before_every_newsletter_whatever_their_turns(session: Session) -> None:
    world.launch(session, 100, size=10, in_turn=True)
    release = world.launch(session, 20, size=10, stream=Stream.PRESS, in_turn=True)
    session.execute(text("UPDATE batch SET turn = turn + 1000 WHERE mailing_id = :id"), {"id": release.mailing})

    assert sent(session, 2) == {str(release.mailing): 20}
