"""When something leaves: before it is set, on the calendar, beside what else goes out, and when its time is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.campaigns import colliding, overview, planning, steering
from outreach.campaigns.models import CampaignState
from outreach.contacts.models import Contact
from outreach.foundation import clock
from outreach.foundation.database import transaction
from tests.web import office

DAY = datetime(2031, 3, 5, 8, tzinfo=UTC)  # a Wednesday


def scheduled(name: str = "March", *, at: datetime = DAY, rule: str = "kind=company") -> UUID:
    number = office.planned(approved=True, name=name, rule=rule)
    with transaction() as session:
        planning.schedule(session, overview.get(session, number), at, by=office.APPROVER)
    return number


def test_a_time_is_told_on_every_clock_before_it_is_set(client: TestClient, centre: office.Office) -> None:
    number = office.planned()
    officer = office.sign_in(client, Role.OFFICER)

    said = officer.get(
        f"/campaigns/{number}/time", params={"day": "2031-03-05", "time": "09:00", "zone": "Europe/Stockholm"}
    ).text

    assert "16:00</time> Beijing time" in said
    assert "09:00</time> Swedish time" in said
    assert "08:00</time> UTC" in said
    assert "nothing else goes to these readers" in said
    assert office.campaign(number).scheduled_at is None


def test_what_speaks_against_a_time_is_said_and_stands_under_review(client: TestClient, centre: office.Office) -> None:
    number = scheduled(at=datetime(2031, 6, 6, 1, tzinfo=UTC))  # Sweden's national day, at night
    officer = office.sign_in(client, Role.OFFICER)

    for step in ("approve", "review"):
        page = officer.get(f"/campaigns/{number}/{step}").text
        assert "It is a public holiday in Sweden: National Day." in page
        assert "It is 03:00 Swedish time then" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"day": "2031-03-30", "time": "02:30", "zone": "Europe/Stockholm"}, "The clocks are put forward then"),
        ({"day": "2031-03-30", "time": ""}, "Choose a day and a time."),
        ({"day": "2031-99-30", "time": "09:00"}, "cannot be read"),
    ],
)
def test_a_time_that_is_none_is_said(
    client: TestClient, centre: office.Office, form: dict[str, str], said: str
) -> None:
    number = office.planned()

    assert said in office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/time", params=form).text


def test_who_gets_something_else_within_two_days_is_counted(client: TestClient, centre: office.Office) -> None:
    scheduled("Before", at=DAY - timedelta(hours=47))
    scheduled("To others", at=DAY, rule="kind=media")
    scheduled("Long before", at=DAY - timedelta(hours=49))
    number = scheduled("Now", rule="language=sv")
    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/approve").text

    assert "1 reader also gets this:" in page
    assert ">Before</a>" in page
    assert "To others" not in page
    assert "Long before" not in page


def test_letters_that_have_left_are_counted_by_their_rows(client: TestClient, centre: office.Office) -> None:
    office.launched(name="Today")
    number = scheduled(at=clock.now() + timedelta(hours=5))

    assert "2 readers also get this:" in office.sign_in(client, Role.OFFICER).get(f"/campaigns/{number}/approve").text


def test_what_takes_too_long_to_count_is_not_guessed(centre: office.Office) -> None:
    slow = sa.select(sa.cast(sa.func.pg_sleep(3), sa.Text))

    with transaction() as session:
        assert colliding.shared(session, slow, slow) is None
        assert session.exec(select(Contact)).all()  # the transaction is still good


def test_the_calendar_shows_what_leaves_with_the_holidays_of_both_countries(
    client: TestClient, centre: office.Office
) -> None:
    number = scheduled("Spring letter", at=datetime(2031, 4, 30, 17, tzinfo=UTC))  # on the first of May in Beijing
    officer = office.sign_in(client, Role.OFFICER)

    may, week = officer.get("/calendar?month=2031-05").text, officer.get("/calendar?week=2031-W18").text

    for page in (may, week):
        assert f'href="/campaigns/{number}"' in page
        assert "Spring letter" in page
        assert '<span class="muted">China</span> Labour Day' in page
        assert '<span class="muted">Sweden</span> Labour Day' in page
    first = may.split('datetime="2031-05-01"')[1].split("</td>")[0]
    assert "01:00" in first
    assert 'href="/calendar?month=2031-04"' in may
    assert 'href="/calendar?month=2031-06"' in may
    assert 'href="/calendar?week=2031-W19"' in week
    assert may.count("<td") == 35


@pytest.mark.parametrize(
    "odd", ["month=2031-13", "month=x", "week=2031-W60", "week=x-W1", "month=9999-12", "month=0001-01"]
)
def test_a_month_that_is_none_is_this_one(client: TestClient, centre: office.Office, odd: str) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    assert 'aria-current="date"' in officer.get(f"/calendar?{odd}").text


def test_a_campaign_is_copied_without_its_time(client: TestClient, centre: office.Office) -> None:
    number = scheduled()
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post(f"/campaigns/{number}/copy")

    made = office.campaign(UUID(answer.headers["location"].split("/")[2]))
    first = office.campaign(number)
    assert (made.name, made.state, made.scheduled_at) == ("March (copy)", CampaignState.DRAFT, None)
    assert (made.include, made.piece_id, made.sender_id) == (first.include, first.piece_id, first.sender_id)
    assert first.state is CampaignState.SCHEDULED


def test_a_campaign_that_is_more_than_a_quarter_of_an_hour_late_asks(client: TestClient, centre: office.Office) -> None:
    late, just = scheduled("Late"), scheduled("Just in time")
    with transaction() as session:
        overview.get(session, late).scheduled_at = clock.now() - timedelta(minutes=16)
        overview.get(session, just).scheduled_at = clock.now() - timedelta(minutes=14)
    with transaction() as session:
        steering.launch_due(session)

    assert office.campaign(late).state is CampaignState.DRAFT
    assert office.campaign(just).state is CampaignState.RUNNING
    page = office.sign_in(client, Role.OFFICER).get(f"/campaigns/{late}/approve").text
    assert "Its time came 16 minutes ago, when nothing was running." in page
