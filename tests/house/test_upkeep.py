"""What the house does by itself, whichever scheduler and worker are there."""

from datetime import timedelta

import pytest
from sqlmodel import select

from outreach.accounts import signin
from outreach.accounts.models import LoginSession, Role
from outreach.foundation import clock, embedded, jobs, redis
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job
from workers import upkeep

PASSWORD = "a long enough password"


def test_a_session_that_is_over_is_forgotten(database: embedded.Addresses) -> None:
    with transaction() as session, clock.fixed(clock.now() - timedelta(days=1)):
        signin.add_user(session, email="eva@x.example", role=Role.OFFICER, password=PASSWORD)
        signin.sign_in(session, "eva@x.example", PASSWORD)

    upkeep.tick()

    with transaction() as session:
        assert session.exec(select(LoginSession)).all() == []


def test_what_is_due_once_an_hour_is_rung_once_by_however_many_ticks(
    database: embedded.Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Job] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    _an_hour_later()

    for _tick in range(3):
        upkeep.tick()
    assert sorted(job.name for job in rung) == ["contacts.find_duplicates", "content.look_at_links", "privacy.dispose"]

    _an_hour_later()
    upkeep.tick()
    assert len(rung) == 6


def _an_hour_later() -> None:
    redis.client().delete(*(f"{redis.PREFIX}rung:{job.name}" for job in upkeep.HOURLY))
