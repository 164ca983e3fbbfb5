"""Tallies are made where contacts are many, answer what they know, and step aside for what they do not."""

from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session

from outreach.segments import preview, rules, tallied, tallies
from outreach.segments.models import CHANGE
from outreach.segments.selecting import AudienceSpec
from tests.segments import world
from tests.segments.test_audience import person

SPEC = AudienceSpec(rules.Everyone(), None, ("labour",), ("sv", "zh-Hans", "en"))


def changes(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(CHANGE)) or 0


def test_few_contacts_are_counted_one_by_one_and_their_changes_forgotten(session: Session) -> None:
    world.prepare(session)
    world.populate(session, [person("sv"), person("en")])
    assert changes(session) > 0

    tallies.tend(session)

    assert changes(session) == 0
    assert tallied.counted(session, SPEC) == ()
    assert preview.count(session, SPEC).receive == 2


def test_what_tallies_do_not_know_is_asked_by_itself_and_sees_what_changed_since(session: Session) -> None:
    world.prepare(session)
    world.populate(session, [person("sv", tags=("vip",)), person("en")])
    tallies.make(session)
    world.populate(session, [person("en", tags=("vip",))])
    of_tag = AudienceSpec(rules.parse_text("tag=vip"), None, ("labour",), ("sv", "en"))

    assert tallied.counted(session, of_tag)
    assert preview.count(session, of_tag).per_language == {"en": 1, "sv": 1}
    assert preview.count(session, replace(of_tag, exclude=of_tag.include)).excluded["excluded"] == 2


def test_too_many_changes_are_not_added_up_but_tallied_anew(session: Session) -> None:
    world.prepare(session)
    world.populate(session, [person("sv")])
    tallies.make(session)
    world.populate(session, [person("en")])
    session.execute(sa.text("INSERT INTO tally_change SELECT uuidv7() FROM generate_series(1, 5000)"))

    assert tallied.counted(session, SPEC) == ()
    assert preview.count(session, SPEC).per_language == {"en": 1, "sv": 1}

    tallies.tend(session)

    assert changes(session) == 0
    assert tallied.counted(session, SPEC)
    assert preview.count(session, SPEC).per_language == {"en": 1, "sv": 1}
