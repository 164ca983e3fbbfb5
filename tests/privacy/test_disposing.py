"""What is kept long enough goes, once and for all, and a hold stops it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from outreach.accounts.models import AuditEntry
from outreach.delivery import partitions
from outreach.delivery.models import Delivery, ProviderEvent
from outreach.foundation import clock
from outreach.foundation.errors import Refused
from outreach.intake.models import Import, ImportState
from outreach.privacy import disposing, holding, retaining
from outreach.privacy.models import Disposal, Matter
from outreach.tracking.models import TrackingEvent
from tests.mailings import delivery
from tests.privacy import cast
from tests.privacy.cast import OFFICER, Traces
from tests.privacy.test_erasing import erase, figures, kept

MONTHS_13 = 396


def work(session: Session, *matters: Matter) -> None:
    for matter in matters or tuple(Matter):
        while disposing.dispose_some(session, matter):
            session.expire_all()


def age(session: Session, days: int) -> None:
    """Let everything be older by some days, as the database's clock sees it."""
    told = {"days": days}
    for table, column in (
        *(("mailing", "created_at"), ("provider_event", "received_at"), ("contact_import", "touched_at")),
        *(("tracking_event", "hour"), ("disposal", "at")),
    ):
        session.execute(text(f"UPDATE {table} SET {column} = {column} - make_interval(days => :days)"), told)  # noqa: S608
    session.expire_all()


@pytest.fixture
def traces(session: Session) -> Traces:
    """Anna's traces, made now; the campaigns have the age of the day."""
    made = cast.everywhere(session)
    session.execute(text("UPDATE mailing SET created_at = now()"))
    return made


def changed_tables(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in after if before[table] != after[table]}


def test_nothing_goes_before_its_time(session: Session, traces: Traces) -> None:
    age(session, MONTHS_13 - 1)
    session.execute(text("UPDATE contact_import SET touched_at = now()"))
    before = kept(session)

    work(session)

    assert kept(session) == before


def test_opens_and_clicks_become_numbers_and_every_figure_stays(session: Session, traces: Traces) -> None:
    before = figures(session, traces)
    age(session, MONTHS_13 + 1)

    work(session, Matter.EVENTS)

    assert session.exec(select(TrackingEvent)).all() == []
    assert figures(session, traces) == before
    assert before["goal"].openers == 1


def test_a_goal_of_folded_opens_is_judged_as_it_was_whatever_becomes_of_its_people(
    session: Session, traces: Traces
) -> None:
    before = figures(session, traces)
    age(session, MONTHS_13 + 1)
    work(session, Matter.EVENTS)

    erase(session, traces.anna)

    assert figures(session, traces) == before


def test_doing_it_twice_is_as_good_as_once(session: Session, traces: Traces) -> None:
    age(session, 2000)
    work(session)
    once = kept(session)

    work(session)

    assert changed_tables(once, kept(session)) == set()


def test_an_old_letter_keeps_no_address_but_still_knows_its_reader(session: Session, traces: Traces) -> None:
    number, who = traces.letter, traces.anna.id
    age(session, 1100)

    work(session, Matter.EVENTS, Matter.LETTERS)

    letter = delivery(session, number)
    assert (letter.name, letter.values, letter.provider_message_id, letter.contact_id) == ("", {}, None, who)
    assert "norrstrand" not in letter.address
    planned = delivery(session, traces.other["anna"])
    assert planned.address == "anna@norrstrand.example"  # what has not left is not over


def test_reports_of_thirteen_months_ago_are_deleted(session: Session, traces: Traces) -> None:
    old = ProviderEvent(
        id=partitions.first_id(clock.now() - timedelta(days=MONTHS_13 + 1)),
        provider="sandbox",
        event_id="old",
        raw={"kind": "delivered"},
        applied_at=cast.HOUR,
    )
    session.add(old)
    session.flush()

    work(session, Matter.REPORTS)

    assert "old" not in session.scalars(text("SELECT event_id FROM provider_event")).all()
    assert len(session.exec(select(ProviderEvent)).all()) == 2


def test_a_file_that_nobody_went_on_with_goes(session: Session, traces: Traces) -> None:
    session.add(Import(name="waits.csv", by=OFFICER, state=ImportState.ASKING, touched_at=cast.HOUR))
    session.flush()
    retaining.change(session, Matter.IMPORTS, days=2, basis="", decision="2026/88", is_held=False, by=OFFICER)
    session.execute(text("UPDATE contact_import SET touched_at = now() - interval '3 days'"))

    work(session, Matter.IMPORTS)

    assert [one.name for one in session.exec(select(Import)).all()] == ["mässa.csv"]


def test_old_lines_of_the_log_go_and_only_so(session: Session, traces: Traces) -> None:
    six_years_ago = clock.now() - timedelta(days=2200)
    session.add(AuditEntry(at=six_years_ago, actor=OFFICER, action="contact.add", subject="contact:somebody"))
    session.flush()
    before: Any = session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()

    work(session, Matter.AUDIT)

    assert session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == before - 1
    with pytest.raises(Exception, match=r"append-only|permission denied"):
        session.execute(text("DELETE FROM audit_entry"))


def test_a_hold_on_a_class_stops_it(session: Session, traces: Traces) -> None:
    age(session, 2000)
    before = kept(session)["tracking_event"]
    retaining.change(session, Matter.EVENTS, days=30, basis="", decision="2026/88", is_held=True, by=OFFICER)

    work(session, Matter.EVENTS)

    assert kept(session)["tracking_event"] == before


def test_a_hold_on_a_person_keeps_theirs_until_it_is_lifted(session: Session, traces: Traces) -> None:
    cast.held(session, traces.anna)
    age(session, 2000)
    work(session)
    assert len(session.exec(select(TrackingEvent)).all()) == 2
    assert delivery(session, traces.letter).address == "anna@norrstrand.example"
    assert delivery(session, traces.sent["bo"]).address.endswith("@erased.invalid")
    before = figures(session, traces)

    holding.release(session, traces.anna, by=OFFICER)
    work(session)

    assert session.exec(select(TrackingEvent)).all() == []
    assert delivery(session, traces.letter).address.endswith("@erased.invalid")
    assert figures(session, traces) == before


def test_a_day_ends_with_a_report_of_what_went_by_which_decision(session: Session, traces: Traces) -> None:
    retaining.change(session, Matter.EVENTS, days=396, basis="", decision="KS 2026/88", is_held=False, by=OFFICER)
    age(session, 500)

    work(session, Matter.EVENTS)

    (report,) = session.exec(select(Disposal)).all()
    assert (report.matter, report.decision) == (Matter.EVENTS, "KS 2026/88")
    assert report.counts == {"mailings": 3, "events": 2}


@pytest.mark.parametrize(("days", "decision", "said"), [(400, "2026/88", "Keep this"), (396, " ", "decision")])
def test_a_time_outside_the_law_or_without_a_decision_is_refused(
    session: Session, days: int, decision: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        retaining.change(session, Matter.EVENTS, days=days, basis="", decision=decision, is_held=False, by=OFFICER)


def test_a_closed_campaign_takes_no_more_opens(session: Session, traces: Traces) -> None:
    age(session, 500)
    work(session, Matter.EVENTS)

    closed = session.scalars(text("SELECT closed_at IS NOT NULL FROM mailing")).all()

    assert set(closed) == {True}
    assert session.exec(select(Delivery)).all()
