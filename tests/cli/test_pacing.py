"""`outreach pacing`: what an administrator changes from a terminal."""

import re

import pytest
from sqlalchemy import text

from outreach.delivery.models import Scope, Stream
from outreach.delivery.pacing import caps, warmup
from outreach.delivery.pacing.defaults import Limits, defaults
from outreach.foundation.database import transaction
from tests.cli.conftest import Type
from tests.delivery import world


def limits(scope: Scope, key: str) -> Limits:
    with transaction() as session:
        return caps.limits(session, [(scope, key)])[scope, key]


def test_a_lane_is_capped_by_any_of_its_domains_and_uncapped_again(outreach: Type) -> None:
    outreach("pacing", "cap", "lane", "foxmail.com", "--per-hour", "20", "--at-once", "2").done()
    assert limits(Scope.LANE, "qq.com") == Limits(per_hour=20, at_once=2)

    outreach("pacing", "uncap", "lane", "QQ.com").done()

    assert limits(Scope.LANE, "qq.com") == defaults().lanes["qq.com"].limits
    with transaction() as session:
        log = session.execute(text("SELECT actor, action, subject, detail FROM audit_entry ORDER BY id")).all()
    assert [tuple(one) for one in log] == [
        ("command line", "cap.set", "lane:qq.com", {"per_hour": 20, "at_once": 2}),
        ("command line", "cap.reset", "lane:qq.com", {}),
    ]


def test_a_lane_is_halted_shown_and_released(outreach: Type) -> None:
    with transaction() as session:
        world.launch(session, addresses=["wenli@foxmail.com", "eva@company.example"])

    outreach("pacing", "halt", "foxmail.com", "--reason", "They called us").done()
    shown = outreach("pacing", "show").done()
    assert re.search(r"qq\.com +1 +0 / 100 +0 / 1000 +Halted by a member of staff\. – They called us", shown)
    assert re.search(r"all others +1 +0 +0", shown)
    assert outreach("pacing", "show", "--json").done_json()[0]["waiting"] == 1

    outreach("pacing", "release", "qq.com").done()

    assert "Nothing holds this lane" in outreach("pacing", "release", "qq.com").refused()


def test_a_new_sender_is_warmed_up(outreach: Type) -> None:
    with transaction() as session:
        sender = str(world.sender_of(session, Stream.NEWSLETTER))

    said = outreach("pacing", "warm-up", "sender", "newsletter", "--steps", "100,200", "--days", "2").done()
    assert said.startswith("From 100 letters a day to 200")
    assert limits(Scope.SENDER, sender).per_day == 100

    outreach("pacing", "warm-up", "sender", "newsletter", "--end").done()

    with transaction() as session:
        assert warmup.standing(session) == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["cap", "provider", "pigeon", "--per-day", "1"], "There is no provider “pigeon”."),
        (["cap", "sender", "nobody", "--per-day", "1"], "There is no sender “nobody”."),
        (["cap", "lane", "qq.com", "--per-day", "0"], "A cap is a whole number from 1"),
        (["halt", "kth.example", "--reason", "x"], "“kth.example” has no lane"),
        (["warm-up", "provider", "smtp", "--steps", "some"], "Write the steps as 200,400,800."),
        (["warm-up", "provider", "smtp", "--steps", "0,5"], "A plan has steps of at least one letter a day"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(outreach: Type, words: list[str], sentence: str) -> None:
    assert sentence in outreach("pacing", *words).refused()
