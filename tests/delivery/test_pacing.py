"""Caps: a claim takes what has room, the rest waits, and no window ever holds more, whatever Redis remembers."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.delivery import ledger
from outreach.delivery.models import HoldKind, Scope, Stream
from outreach.delivery.pacing import caps, families, granting, holds, warmup
from outreach.delivery.pacing.caps import RESERVE, Window
from outreach.delivery.pacing.defaults import Limits, defaults
from outreach.foundation import embedded, jobs, redis
from outreach.foundation import settings as given
from outreach.foundation.database import transaction
from outreach.foundation.errors import Misuse, Refused
from tests.cable import Cable
from tests.delivery import world
from tests.delivery.clockwork import letters, most_within, pass_time, send_all

HOUR, DAY = 3600, 86400


@pytest.fixture(autouse=True)
def empty_redis(servers: embedded.Addresses) -> Iterator[None]:
    redis.client().flushdb()
    yield
    redis.client().flushdb()


def readers(number: int, domain: str = "qq.com") -> list[str]:
    return [f"reader{one}@{domain}" for one in range(1, number + 1)]


def cap(session: Session, **limits: int) -> None:
    caps.set_limits(session, Scope.LANE, "qq.com", Limits(**limits))


def held(session: Session) -> list[tuple[Scope, str, HoldKind, str]]:
    return [(one.scope, one.key, one.kind, one.reason) for one in holds.current(session)]


def test_a_claim_takes_what_has_room_and_the_rest_stays_planned(session: Session) -> None:
    cap(session, per_hour=10)
    launched = world.launch(session, addresses=readers(25), stream=Stream.SYSTEM)

    sent = send_all(session)

    assert [len(one.recipients) for one in sent] == [10]
    assert world.states(session, launched) == {"accepted": 10, "planned": 15}
    assert held(session) == [(Scope.LANE, "qq.com", HoldKind.FULL, "per_hour")]
    assert not ledger.is_due(session)


def test_the_part_that_leaves_is_a_batch_of_its_own_with_a_key_of_its_own(session: Session) -> None:
    cap(session, per_hour=10)
    launched = world.launch(session, addresses=readers(25), stream=Stream.SYSTEM)

    claim = world.claim(session)

    assert claim.batch_id != launched.batches[0]
    part, rest = world.batch(session, claim.batch_id), world.batch(session, launched.batches[0])
    assert (part.state, part.size, part.attempts, part.lane) == ("claimed", 10, 1, "qq.com")
    assert (rest.state, rest.size, rest.attempts, rest.attempt_id) == ("planned", 15, 0, None)
    assert [one.delivery_id for one in claim.recipients] == launched.deliveries[:10]


def test_nothing_is_cut_where_everybody_may_leave(session: Session) -> None:
    cap(session, per_hour=10)
    launched = world.launch(session, addresses=readers(10), stream=Stream.SYSTEM)

    assert world.claim(session).batch_id == launched.batches[0]
    assert session.execute(text("SELECT count(*) FROM batch")).scalar_one() == 1


def test_a_full_lane_holds_up_no_other(session: Session) -> None:
    cap(session, per_hour=10)
    world.launch(session, addresses=[*readers(25), *readers(30, "kth.example")])

    sent = send_all(session)

    assert letters([one for one in sent if one.asked.lane == ""]) == 30
    assert letters([one for one in sent if one.asked.lane == "qq.com"]) == 8


@pytest.mark.parametrize(("stream", "most"), [(Stream.NEWSLETTER, 80), (Stream.PRESS, 95), (Stream.SYSTEM, 100)])
def test_a_newsletter_leaves_room_for_a_release_and_both_for_a_confirmation(
    session: Session, stream: Stream, most: int
) -> None:
    cap(session, per_hour=100)
    world.launch(session, addresses=readers(200), stream=stream)

    assert letters(send_all(session)) == most
    assert 100 - int(100 * RESERVE[stream]) == most


def test_a_release_leaves_though_a_newsletter_has_used_its_share(session: Session) -> None:
    cap(session, per_hour=100)
    world.launch(session, addresses=readers(200))
    send_all(session)

    world.launch(session, addresses=readers(5), stream=Stream.PRESS)
    sent = send_all(session)

    assert [(one.letter.stream, len(one.recipients)) for one in sent] == [("press", 5)]


def test_an_hour_later_as_much_may_leave_again(session: Session) -> None:
    cap(session, per_hour=100)
    launched = world.launch(session, addresses=readers(250), stream=Stream.SYSTEM)

    send_all(session)
    pass_time(session, HOUR)
    assert send_all(session) == []  # the last of them may have left a little later than they were claimed
    pass_time(session, Window.HOUR.value - HOUR + 5)
    send_all(session)
    pass_time(session, Window.HOUR.value + 5)
    send_all(session)

    assert world.states(session, launched) == {"accepted": 250}
    assert most_within(session, HOUR, lane="qq.com") == 100


@pytest.mark.parametrize("seed", range(4))
def test_no_hour_and_no_day_holds_more_than_its_cap(session: Session, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a die, not a secret
    cap(session, per_hour=50, per_day=400)
    for _number in range(6):
        stream = dice.choice(list(Stream))
        world.launch(session, addresses=readers(300), stream=stream, size=dice.choice([7, 40, 300]))

    for _step in range(60):
        send_all(session)
        pass_time(session, dice.choice([5, 61, 600, 1800, 3000]))

    assert most_within(session, HOUR, lane="qq.com") <= 50
    assert 300 < most_within(session, DAY, lane="qq.com") <= 400


def test_an_emptied_redis_lets_nothing_more_leave(session: Session) -> None:
    cap(session, per_hour=10)
    world.launch(session, addresses=readers(25), stream=Stream.SYSTEM)
    send_all(session)

    redis.client().flushdb()
    session.execute(text("DELETE FROM hold"))

    assert send_all(session) == []
    assert most_within(session, HOUR, lane="qq.com") == 10


def test_without_redis_the_rows_alone_decide(database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    cable, address = Cable.to_redis(database.redis_url)
    monkeypatch.setenv("OUTREACH_REDIS_URL", address)
    given.settings.cache_clear()
    redis.close()
    jobs.close()
    cable.cut()
    try:
        with transaction() as session:
            cap(session, per_second=4, per_hour=10)
            world.launch(session, addresses=readers(25), stream=Stream.SYSTEM)
        with transaction() as session:
            assert letters(send_all(session)) == 4
        with transaction() as session:
            session.execute(text("UPDATE departure SET at = at - interval '2 seconds'"))
            holds.reconsider(session, [(Scope.LANE, "qq.com")])
        with transaction() as session:
            assert letters(send_all(session)) == 4
    finally:
        cable.close()
        redis.close()
        jobs.close()  # or every later story of this process would ring at a door that is gone
        monkeypatch.undo()
        given.settings.cache_clear()


def test_what_did_not_leave_after_all_counts_against_no_cap(session: Session) -> None:
    cap(session, per_hour=10)
    launched = world.launch(session, addresses=readers(25), stream=Stream.SYSTEM)
    claim = world.claim(session)
    ledger.settle(session, claim, [world.ACCEPTED] * 2 + [world.TRANSIENT] * 7 + [world.REJECTED])
    world.due_now(session)

    send_all(session)

    assert world.states(session, launched) == {"accepted": 9, "rejected": 1, "planned": 15}
    assert most_within(session, HOUR, lane="qq.com") == 10


def test_a_batch_that_was_given_back_counts_against_no_cap(session: Session) -> None:
    cap(session, per_hour=10)
    launched = world.launch(session, addresses=readers(10), stream=Stream.SYSTEM)
    claim = ledger.claim(session)
    assert claim
    ledger.pause(session, launched.mailing)
    assert not ledger.start_request(session, claim)
    ledger.give_back(session, claim)
    ledger.resume(session, launched.mailing)

    assert letters(send_all(session)) == 10


def test_a_batch_whose_worker_vanished_before_it_began_counts_against_no_cap(session: Session) -> None:
    cap(session, per_hour=10)
    world.launch(session, addresses=readers(10), stream=Stream.SYSTEM)
    ledger.claim(session)
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=["sandbox"])
    redis.client().flushdb()

    assert letters(send_all(session)) == 10


def test_a_batch_that_may_have_been_sent_is_repeated_whole_or_not_yet(session: Session) -> None:
    cap(session, per_hour=12)
    launched = world.launch(session, addresses=readers(10), stream=Stream.SYSTEM)
    claim = world.claim(session)
    world.let_leases_end(session)
    ledger.sweep(session, idempotent=["sandbox"])

    assert ledger.claim(session) is None
    waiting = world.batch(session, launched.batches[0])
    assert (waiting.state, waiting.size, waiting.attempts) == ("planned", 10, claim.attempts)
    assert 0 < waiting.wait <= 60

    pass_time(session, Window.HOUR.value + 5)
    again = world.claim(session)
    assert (again.batch_id, again.recipients) == (claim.batch_id, claim.recipients)


def test_only_so_many_requests_of_a_lane_are_on_their_way(session: Session) -> None:
    cap(session, at_once=1)
    world.launch(session, addresses=readers(6), size=2)
    first = world.claim(session)

    assert ledger.claim(session) is None
    assert held(session) == [(Scope.LANE, "qq.com", HoldKind.FULL, "at_once")]
    ledger.settle(session, first, [world.ACCEPTED] * 2)
    pass_time(session, 1)

    assert len(world.claim(session).recipients) == 2


def test_every_cap_of_a_letter_counts(session: Session) -> None:
    sender = str(world.sender_of(session))
    caps.set_limits(session, Scope.SENDER, sender, Limits(per_day=5))
    caps.set_limits(session, Scope.PROVIDER, "sandbox", Limits(per_day=7))
    world.launch(session, 10)
    world.launch(session, 10, stream=Stream.SYSTEM)

    sent = send_all(session)

    assert [(one.letter.stream, len(one.recipients)) for one in sent] == [("system", 7)]
    pass_time(session, 2 * DAY)
    world.launch(session, 10)
    assert {one.letter.stream for one in send_all(session)} >= {"system"}


def test_the_rate_of_a_provider_counts(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SANDBOX_RATE", "3")
    given.settings.cache_clear()
    try:
        assert caps.limits(session, [(Scope.PROVIDER, "sandbox")]) == {
            (Scope.PROVIDER, "sandbox"): Limits(per_second=3)
        }
        caps.set_limits(session, Scope.PROVIDER, "sandbox", Limits(per_second=2, per_day=9))
        assert caps.limits(session, [(Scope.PROVIDER, "sandbox")]) == {
            (Scope.PROVIDER, "sandbox"): Limits(per_second=2, per_day=9)
        }
        world.launch(session, 10)
        assert len(world.claim(session).recipients) == 2
    finally:
        monkeypatch.undo()
        given.settings.cache_clear()


@pytest.mark.parametrize("rate", ["0", "-1", "fast", "2.5"])
def test_a_rate_is_a_whole_number(rate: str) -> None:
    with pytest.raises(Misuse, match="OUTREACH_SMTP_RATE cannot be"):
        given.read({"SMTP_RATE": given.Given(rate, "environment")})


def test_a_new_sender_is_made_known_step_by_step(session: Session) -> None:
    sender = str(world.sender_of(session))
    warmup.start(session, Scope.SENDER, sender, steps=[10, 20], days=2)
    world.launch(session, 500, stream=Stream.NEWSLETTER)
    days = []

    for _day in range(6):
        days.append(letters(send_all(session)))
        pass_time(session, Window.DAY.value + 5)

    assert days[:4] == [8, 8, 16, 16]
    assert days[4] == 500 - sum(days[:4])


def test_a_warm_up_says_where_it_stands_and_can_be_ended(session: Session) -> None:
    warmup.start(session, Scope.PROVIDER, "smtp")
    pass_time(session, 4 * DAY)

    standing = warmup.standing(session)[Scope.PROVIDER, "smtp"]

    assert standing.steps == defaults().warm_up.steps
    assert (standing.step, standing.allowance) == (1, standing.steps[1])
    assert standing.ends_at - standing.started_at == timedelta(days=standing.days * len(standing.steps))
    warmup.end(session, Scope.PROVIDER, "smtp")
    assert warmup.standing(session) == {}


@pytest.mark.parametrize(("steps", "days"), [([], 1), ([0], 1), ([5], 0)])
def test_a_plan_that_lets_nothing_leave_is_refused(session: Session, steps: list[int], days: int) -> None:
    with pytest.raises(Refused):
        warmup.start(session, Scope.PROVIDER, "smtp", steps=steps, days=days)


def test_an_administrators_caps_count_at_once_and_can_be_taken_back(session: Session) -> None:
    cap(session, per_hour=10)
    world.launch(session, addresses=readers(300), stream=Stream.SYSTEM)
    assert letters(send_all(session)) == 10

    cap(session, per_hour=30)
    assert letters(send_all(session)) == 20

    caps.reset(session, Scope.LANE, "qq.com")
    assert caps.limits(session, [(Scope.LANE, "qq.com")])[Scope.LANE, "qq.com"] == defaults().lanes["qq.com"].limits
    with pytest.raises(Refused):
        cap(session, per_hour=0)


@pytest.mark.parametrize("domain", ["qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com"])
def test_chinese_mailboxes_are_written_to_slowly_from_the_start(session: Session, domain: str) -> None:
    lane = families.of_address(f"wenli@{domain}", families.of_domains(session))

    limits = caps.limits(session, [(Scope.LANE, lane)])[Scope.LANE, lane]

    assert limits.at_once == 1
    assert limits.per_second == 1
    assert limits.per_hour is not None
    assert limits.per_hour <= 100
    assert limits.per_day is not None
    assert defaults().lanes[lane].reason


def test_every_domain_is_in_one_lane_that_bears_the_name_of_one() -> None:
    domains = [domain for family in defaults().lanes.values() for domain in family.domains]

    assert len(domains) == len(set(domains))
    assert all(lane in family.domains for lane, family in defaults().lanes.items())


def test_a_domain_that_an_administrator_caps_has_a_lane_of_its_own(session: Session) -> None:
    caps.set_limits(session, Scope.LANE, "kth.example", Limits(per_hour=5))
    world.launch(session, addresses=readers(9, "kth.example"), stream=Stream.SYSTEM)

    assert letters(send_all(session)) == 5


def test_what_left_long_ago_is_forgotten(session: Session) -> None:
    world.launch(session, 3)
    send_all(session)

    pass_time(session, 30 * DAY)
    granting.forget(session)
    assert session.execute(text("SELECT count(*) FROM departure")).scalar_one() == 1
    pass_time(session, 2 * DAY)
    granting.forget(session)

    assert session.execute(text("SELECT count(*) FROM departure")).scalar_one() == 0
