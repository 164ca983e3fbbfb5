"""Whatever the rule and whoever the people: SQL finds whom Python finds, and every audience adds up."""

from dataclasses import replace

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from outreach.foundation.database import keep_temporarily
from outreach.segments import preview, rules, sentences, tallied, tallies
from outreach.segments.models import TALLY
from outreach.segments.selecting import AudienceSpec, audience, contacts
from tests.segments import world
from tests.segments.world import Person

CHANGES = (
    "UPDATE contact SET language = 'en'",
    "UPDATE contact SET organisation_id = NULL WHERE id = :first",
    "UPDATE organisation SET sector = 'food', country = 'SE'",
    "UPDATE subscription SET state = 'unsubscribed' WHERE contact_id = :first",
    "DELETE FROM subscription",
    "DELETE FROM tracking_choice",
    "DELETE FROM suppression",
    "INSERT INTO suppression (address, reason, detail) SELECT address, 'manual', '' FROM contact "
    "ON CONFLICT DO NOTHING",
)


def test_a_rule_in_sql_finds_whom_it_finds_in_python(session: Session) -> None:
    world.prepare(session)

    @settings(max_examples=100, deadline=None)
    @given(people=world.PEOPLE, rule=world.WITH_LISTS)
    def agrees(people: list[Person], rule: rules.Rule) -> None:
        with session.begin_nested() as savepoint:
            world.populate(session, people)

            found = session.scalars(contacts(rule)).all()

            assert sorted(found) == sorted(one.id for one in people if world.holds(rule, one))
            savepoint.rollback()

    agrees()


def test_an_audience_in_sql_is_the_one_in_python(session: Session) -> None:
    world.prepare(session)

    @settings(max_examples=100, deadline=None)
    @given(people=world.PEOPLE, spec=world.SPECS)
    def agrees(people: list[Person], spec: AudienceSpec) -> None:
        with session.begin_nested() as savepoint:
            world.populate(session, people)
            meant = {one.id: one for one in people if world.holds(spec.include, one)}

            keep_temporarily(session, "frozen", audience(spec))
            rows = session.execute(sa.text("SELECT * FROM frozen")).all()
            counted = preview.count(session, spec)
            for number in (0, counted.receive - 1, counted.receive):
                assert preview.reaches_more_than(session, spec, max(number, 0)) is (counted.receive > max(number, 0))

            assert sorted(row.contact_id for row in rows) == sorted(meant)
            for row in rows:
                person = meant[row.contact_id]
                assert row.reason == world.reason(spec, person)
                assert row.language == world.edition(spec, person)
                assert row.tracked is bool(person.tracked)
                assert row.contact_language == person.language
                assert row.sector == (person.works_at[0] if person.works_at else None)
                assert row.name == str(person.id)
            receiving = [one for one in meant.values() if world.reason(spec, one) is None]
            assert (counted.total, counted.receive) == (len(meant), len(receiving))
            assert counted.total == counted.receive + sum(counted.excluded.values())
            assert sorted(counted.samples) == sorted(str(one.id) for one in receiving)
            savepoint.rollback()

    agrees()


def test_tallies_count_what_one_pass_over_the_contacts_counts(session: Session) -> None:
    world.prepare(session)

    @settings(max_examples=100, deadline=None)
    @given(before=world.PEOPLE, after=world.PEOPLE, spec=world.SPECS, changes=st.sets(st.sampled_from(CHANGES)))
    def agrees(before: list[Person], after: list[Person], spec: AudienceSpec, changes: set[str]) -> None:
        with session.begin_nested() as savepoint:
            world.populate(session, before)
            tallies.make(session)
            world.populate(session, after)
            session.expire_all()
            for change in sorted(changes):
                session.execute(sa.text(change), {"first": before[0].id})

            known = tallied.counted(session, spec)
            counted = preview.count(session, spec)
            session.execute(sa.delete(TALLY))
            assert tallied.counted(session, spec) == ()
            again = preview.count(session, spec)

            assert counted == replace(again, samples=counted.samples)
            assert len(set(counted.samples)) == min(again.receive, preview.SAMPLES)
            assert again.receive > preview.SAMPLES or sorted(counted.samples) == sorted(again.samples)
            assert bool(known) is (counted.total > 0)
            savepoint.rollback()

    agrees()


@settings(max_examples=200, deadline=None)
@given(rule=world.RULES)
def test_every_rule_can_be_written_read_and_said(rule: rules.Rule) -> None:
    text = rules.to_text(rule)

    assert rules.to_text(rules.parse_text(text)) == text
    assert rules.parse_json(rules.dump(rule)) == rule
    assert sentences.sentence(rule).endswith(".")


@settings(max_examples=200, deadline=None)
@given(people=world.PEOPLE, rule=world.RULES)
def test_the_short_form_means_the_same_people(people: list[Person], rule: rules.Rule) -> None:
    again = rules.parse_text(rules.to_text(rule))

    assert [world.holds(again, one) for one in people] == [world.holds(rule, one) for one in people]
