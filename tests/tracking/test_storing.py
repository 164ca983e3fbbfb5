"""From the stream to the table: each entry once, and nothing about people who did not agree."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from outreach.consent import ledger
from outreach.consent.models import ConsentAction
from outreach.foundation import clock, embedded, redis, streams
from outreach.foundation.database import engine, transaction
from outreach.foundation.settings import settings
from outreach.tracking import storing
from outreach.tracking.ingest import STREAM
from outreach.tracking.models import Actor, EventKind, StreamPosition, TrackingEvent
from tests import mailings
from tests.mailings import Sent

NINE = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def sent(database: embedded.Addresses) -> Sent:
    with transaction() as session:
        return mailings.send(
            session, mailings.reader(session, "agreed"), mailings.reader(session, "declined", tracked=False)
        )


def fetched(delivery: UUID | str, kind: str = "open", link: str = "", **more: str) -> str:
    fields = {
        "delivery": delivery.hex if isinstance(delivery, UUID) else delivery,
        "kind": kind,
        "actor": "human",
        "link": link,
        "hour": str(int(NINE.timestamp()) // 3600),
        "ruleset": "1",
        **more,
    }
    return str(redis.client().xadd(redis.PREFIX + STREAM, fields))


def store() -> int:
    with transaction() as session:
        return storing.store(session)


def trim() -> None:
    with transaction() as session:
        storing.trim(session)


def events() -> list[TrackingEvent]:
    with transaction() as session:
        return list(session.exec(select(TrackingEvent).order_by("id")))


def test_an_open_and_a_click_are_stored_to_the_hour_with_the_ruleset_that_judged_them(sent: Sent) -> None:
    fetched(sent["agreed"])
    fetched(sent["agreed"], "click", sent.link_key, actor="machine")

    assert store() == 2

    opened, clicked = events()
    assert (opened.delivery_id, opened.mailing_id) == (sent["agreed"], sent.mailing.id)
    assert (opened.kind, opened.actor, opened.link_key) == (EventKind.OPEN, Actor.HUMAN, None)
    assert (clicked.kind, clicked.actor, clicked.link_key) == (EventKind.CLICK, Actor.MACHINE, sent.link_key)
    assert {opened.hour, clicked.hour} == {NINE}
    assert opened.ruleset == 1


def test_each_entry_is_stored_once_however_often_the_worker_looks(sent: Sent) -> None:
    fetched(sent["agreed"])

    assert [store(), store(), store()] == [1, 0, 0]
    fetched(sent["agreed"])
    assert [store(), store()] == [1, 0]
    assert len(events()) == 2


def test_a_worker_killed_before_its_commit_has_stored_nothing_and_the_next_one_stores_all(sent: Sent) -> None:
    fetched(sent["agreed"])

    with Session(engine()) as killed:
        assert storing.store(killed) == 1  # and no commit

    assert events() == []
    assert store() == 1
    assert len(events()) == 1


def test_a_worker_killed_after_its_commit_and_before_trimming_doubles_nothing(sent: Sent) -> None:
    fetched(sent["agreed"])
    store()

    assert streams.length(STREAM) == 1
    assert store() == 0
    trim()
    assert streams.length(STREAM) == 0
    assert len(events()) == 1


def test_while_one_worker_stores_another_finds_nothing_to_do(sent: Sent) -> None:
    fetched(sent["agreed"])

    with transaction() as first:
        assert storing.store(first) == 1
        assert store() == 0

    assert len(events()) == 1


def test_nothing_is_stored_about_somebody_who_never_agreed(sent: Sent) -> None:
    fetched(sent["declined"])
    fetched(sent["declined"], "click", sent.link_key)

    assert store() == 2
    assert events() == []


def test_who_withdrew_is_not_measured_not_even_by_letters_sent_before(sent: Sent) -> None:
    with transaction() as session:
        ledger.record(
            session, _contact(session, sent), action=ConsentAction.WITHDRAWN, topic=None, source="preference page"
        )
    fetched(sent["agreed"])

    assert store() == 1
    assert events() == []


def test_what_waited_in_the_stream_when_somebody_withdrew_is_dropped(sent: Sent) -> None:
    fetched(sent["agreed"])
    with transaction() as session:
        ledger.record(
            session, _contact(session, sent), action=ConsentAction.WITHDRAWN, topic=None, source="preference page"
        )

    store()

    assert events() == []


@pytest.fixture
def tracking_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OUTREACH_TRACKING", "off")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_an_installation_that_does_not_measure_stores_nothing_and_still_empties_the_stream(
    sent: Sent, tracking_off: None
) -> None:
    fetched(sent["agreed"])

    assert store() == 1
    assert events() == []


def test_a_letter_older_than_thirteen_months_is_measured_no_more(database: embedded.Addresses) -> None:
    with transaction() as session:
        reader = mailings.reader(session, "agreed")
        old = mailings.send(session, reader, at=clock.now() - timedelta(days=400), link_key="oldoldoldol")
        young = mailings.send(session, reader, at=clock.now() - timedelta(days=390), link_key="youngyoungy")
    fetched(old["agreed"])
    fetched(young["agreed"])

    store()

    assert [one.delivery_id for one in events()] == [young["agreed"]]


def test_a_click_counts_only_for_a_link_of_its_own_letter(sent: Sent, database: embedded.Addresses) -> None:
    with transaction() as session:
        other = mailings.send(session, mailings.reader(session, "somebody"), link_key="otherOther1")
    fetched(sent["agreed"], "click", other.link_key)
    fetched(sent["agreed"], "click", "unknownkey1")

    assert store() == 2
    assert events() == []


def test_broken_entries_do_not_hold_up_the_ones_behind_them(sent: Sent) -> None:
    fetched("zzz")
    fetched(sent["agreed"], kind="stare")
    fetched(sent["agreed"], hour="soon")
    fetched(sent["agreed"], actor="ghost")
    redis.client().xadd(redis.PREFIX + STREAM, {"what": "is this"})
    fetched("f" * 32)
    fetched("g" * 32)
    fetched(sent["agreed"])

    assert store() == 8
    assert len(events()) == 1


def test_after_redis_was_emptied_the_new_stream_is_read_from_its_beginning_whatever_its_ids(sent: Sent) -> None:
    fetched(sent["agreed"])
    store()
    redis.client().flushdb()
    redis.client().xadd(  # an emptied server whose clock was set back gives lower ids than before
        redis.PREFIX + STREAM,
        {
            "delivery": sent["agreed"].hex,
            "kind": "open",
            "actor": "human",
            "link": "",
            "hour": str(int(NINE.timestamp()) // 3600),
            "ruleset": "1",
        },
        id="5-1",
    )

    assert store() == 1
    assert len(events()) == 2
    with transaction() as session:
        assert len(session.exec(select(StreamPosition)).all()) == 1


def test_more_than_a_portion_is_stored_in_several_goes(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "PORTION", 3)
    for _ in range(7):
        fetched(sent["agreed"])

    assert [store(), store(), store(), store()] == [3, 3, 1, 0]
    assert len(events()) == 7


def _contact(session: Session, sent: Sent) -> mailings.Contact:
    found = session.get(mailings.Contact, sent.deliveries["agreed"].contact_id)
    assert found is not None
    return found
