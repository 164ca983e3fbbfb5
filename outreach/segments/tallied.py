"""An audience counted from the tallies, in one statement with one snapshot.

What the tallies say, less the noted contacts where they were, plus these as they are now, is what one pass over all
contacts would find. A condition that tallies do not know (a tag, a campaign, days, a list) is asked by itself, which
costs as much as there are contacts that answer to it: they leave the row of their tally, which stands for those that do
not, and come again in one that stands for those that do.
"""

from collections.abc import Sequence
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from outreach.contacts.models import Contact
from outreach.delivery import pauses
from outreach.delivery.models import Stream
from outreach.foundation.settings import settings
from outreach.segments import rules, tallies
from outreach.segments.matching import answering
from outreach.segments.models import ALIKE, CHANGE, PLACE, TALLY
from outreach.segments.selecting import AudienceSpec, edition, first_reason, name_of_contact


def counted(session: Session, spec: AudienceSpec) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return an audience counted by contact_language, sector and reason; nothing where there are no fresh tallies."""
    if not tallies.is_fresh(session):
        return ()
    asked = _Asked(spec)
    alike = _present(spec.stream, asked).subquery("alike")
    language, reason = edition(spec, alike.c.language), _reason(spec, alike, asked)
    sector = sa.func.nullif(alike.c.sector, "")
    groups = [alike.c.language.label("contact_language"), sector.label("sector"), reason.label("reason")]
    number = sa.func.sum(alike.c.people)
    statement = sa.select(*groups, language.label("language"), sa.cast(number, sa.BigInteger).label("number"))
    return session.execute(
        statement.where(_holds(spec.include, alike, asked)).group_by(*groups, language).having(number != 0)
    ).all()


def named(session: Session, spec: AudienceSpec, number: int) -> Sequence[str]:
    """Return the names of some who receive and have not changed since they were tallied, of different tallies first.

    Where a condition is asked by itself, of whichever tallies are met first.
    """
    asked = _Asked(spec)
    return session.scalars(_named_among_those_asked(spec, asked, number) if asked else _named(spec, number)).all()


class _Asked:
    """The conditions of an audience that tallies do not know, each with a column that says for whom it holds."""

    def __init__(self, spec: AudienceSpec) -> None:
        every = [*rules.parts(spec.include), *(rules.parts(spec.exclude) if spec.exclude else ())]
        unknown = tuple(dict.fromkeys(one for one in every if not isinstance(one, _KNOWN)))
        self.columns: dict[rules.Rule, str] = {part: f"answer_{number}" for number, part in enumerate(unknown)}
        self._people = [answering(part) for part in unknown]

    def __bool__(self) -> bool:
        return bool(self.columns)

    def none(self) -> list[sa.Label[bool]]:
        """Return the columns for a row of people who answer to nothing."""
        return [sa.false().label(name) for name in self.columns.values()]

    def some(self, answers: sa.FromClause) -> list[sa.Label[bool]]:
        """Return the columns as `answers` has them; NULL there is no."""
        return [sa.func.coalesce(answers.c[name], sa.false()).label(name) for name in self.columns.values()]

    def answers(self) -> sa.CTE:
        """Return everybody who answers to any, once: `contact_id` and the columns."""
        names = list(self.columns.values())
        each = [
            sa.select(who.c.contact_id, *(sa.literal_column(str(name == own).lower()).label(name) for name in names))
            for own, who in zip(names, (who.subquery() for who in self._people), strict=True)
        ]
        every = sa.union_all(*each).subquery("answering")
        columns = (sa.func.bool_or(every.c[name]).label(name) for name in names)
        return sa.select(every.c.contact_id, *columns).group_by(every.c.contact_id).cte("answers")


_OWN: Final = (*(TALLY.c[name] for name in ALIKE), sa.false().label("paused"))
_ID: Final = PLACE.c.contact_id


def _present(stream: Stream, asked: _Asked) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Return the SELECT of tallies as they are now, what moves in rows of its own: less one there, one more here."""
    rows = [
        sa.select(*_OWN, *asked.none(), TALLY.c.people),
        sa.select(*_OWN, *asked.none(), sa.literal(-1, sa.BigInteger)).select_from(_tallied(_moved(stream).subquery())),
    ]
    paused = pauses.paused(stream).subquery("paused")
    state = tallies.state(sa.select(_moved(stream).subquery("moved").c.contact_id)).subquery("state")
    now = state.outerjoin(paused, paused.c.contact_id == state.c.contact_id)
    if asked:
        answers = asked.answers()
        there = (
            sa.select(PLACE.c.tally_id, *asked.some(answers), sa.func.count().label("people"))
            .select_from(answers.join(PLACE, answers.c.contact_id == _ID))
            .where(sa.not_(_has_moved(stream)))
            .group_by(PLACE.c.tally_id, *(answers.c[name] for name in asked.columns.values()))
            .cte("there")
        )
        kept = sa.join(there, TALLY, TALLY.c.id == there.c.tally_id)
        rows.append(sa.select(*_OWN, *asked.none(), -there.c.people).select_from(kept))
        rows.append(sa.select(*_OWN, *asked.some(there), there.c.people).select_from(kept))
        now = now.outerjoin(answers, answers.c.contact_id == state.c.contact_id)
    alike = [state.c[name] for name in ALIKE]
    is_paused = paused.c.contact_id.is_not(None)
    rows.append(
        sa.select(*alike, is_paused, *(asked.some(answers) if asked else ()), sa.literal(1, sa.BigInteger)).select_from(
            now
        )
    )
    return sa.union_all(*rows)


def _tallied(people: sa.FromClause) -> sa.Join:
    return people.join(PLACE, people.c.contact_id == _ID).join(TALLY, TALLY.c.id == PLACE.c.tally_id)


def _has_moved(stream: Stream) -> sa.ColumnElement[bool]:
    moved = _moved(stream).subquery("moved")
    return sa.exists().where(moved.c.contact_id == _ID)


def _moved(stream: Stream) -> sa.CompoundSelect[UUID]:
    """Return the SELECT of who may not be where they were tallied: who changed, and who pauses until a day."""
    return sa.union(sa.select(CHANGE.c.contact_id), pauses.paused(stream))


def _named(spec: AudienceSpec, number: int) -> sa.Select[str]:
    asked = _Asked(spec)
    alike = sa.select(TALLY, sa.false().label("paused")).subquery("alike")
    wanted = sa.select(alike.c.id).where(_holds(spec.include, alike, asked), _reason(spec, alike, asked).is_(None))
    largest = wanted.order_by(alike.c.people.desc()).limit(number).subquery("largest")
    some = sa.select(_ID).where(PLACE.c.tally_id == largest.c.id, sa.not_(_has_moved(spec.stream))).limit(number)
    inside = some.correlate(largest).subquery("inside")
    placed = sa.select(inside.c.contact_id, sa.func.row_number().over().label("place")).lateral("placed")
    return (
        sa.select(name_of_contact())
        .select_from(largest.join(placed, sa.true()).join(Contact, col(Contact.id) == placed.c.contact_id))
        .order_by(placed.c.place, largest.c.id)
        .limit(number)
    )


def _named_among_those_asked(spec: AudienceSpec, asked: _Asked, number: int) -> sa.Select[str]:
    answers = asked.answers()
    alike = (
        sa.select(_ID, *_OWN, *asked.some(answers))
        .select_from(PLACE.join(TALLY, TALLY.c.id == PLACE.c.tally_id).outerjoin(answers, answers.c.contact_id == _ID))
        .where(sa.not_(_has_moved(spec.stream)))
        .subquery("alike")
    )
    return (
        sa.select(name_of_contact())
        .join(alike, alike.c.contact_id == col(Contact.id))
        .where(_holds(spec.include, alike, asked), _reason(spec, alike, asked).is_(None))
        .limit(number)
    )


_KNOWN: Final = (
    rules.Everyone,
    rules.All,
    rules.AnyOf,
    rules.Not,
    rules.SectorIs,
    rules.KindIs,
    rules.LanguageIs,
    rules.CountryIs,
    rules.TopicIs,
    rules.LeftTopic,
    rules.TrackingIs,
)


def _reason(spec: AudienceSpec, alike: sa.FromClause, asked: _Asked) -> sa.ColumnElement[str | None]:
    return first_reason(
        excluded=_holds(spec.exclude, alike, asked) if spec.exclude else sa.false(),
        suppressed=alike.c.suppressed,
        collected=alike.c.collected,
        permitted=_overlaps(alike.c.subscribed, spec.topics),
        paused=alike.c.paused,
        language=edition(spec, alike.c.language),
    )


def _holds(rule: rules.Rule, alike: sa.FromClause, asked: _Asked) -> sa.ColumnElement[bool]:
    """Return a rule as a condition on tallies, never NULL."""
    match rule:
        case rules.Everyone():
            return sa.true()
        case rules.All():
            return sa.and_(*(_holds(part, alike, asked) for part in rule.all))
        case rules.AnyOf():
            return sa.or_(*(_holds(part, alike, asked) for part in rule.any))
        case rules.Not():
            return sa.not_(_holds(rule.rule, alike, asked))
        case rules.SectorIs():
            return _one_of(alike.c.sector, rule.sector)
        case rules.KindIs():
            return _one_of(alike.c.kind, rule.kind)
        case rules.LanguageIs():
            return _one_of(alike.c.language, rule.language)
        case rules.CountryIs():
            return _one_of(alike.c.country, rule.country)
        case rules.TopicIs():
            return _overlaps(alike.c.subscribed, rule.topic)
        case rules.LeftTopic():
            return _overlaps(alike.c.left, rule.left)
        case rules.TrackingIs():
            measured = alike.c.measured if settings().tracking != "off" else sa.false()
            return measured if rule.tracking else sa.not_(measured)
        case rules.NotMailedWithin():
            return sa.not_(alike.c[asked.columns[rule]])
        case _:
            return cast("sa.ColumnElement[bool]", alike.c[asked.columns[rule]])


def _one_of(column: sa.ColumnElement[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal([str(one) for one in values], ARRAY(sa.Text)))


def _overlaps(column: sa.ColumnElement[Any], keys: Sequence[str]) -> sa.ColumnElement[bool]:
    own = cast("sa.ColumnElement[list[str]]", column)
    shared: sa.ColumnElement[bool] = own.op("&&", is_comparison=True)(sa.literal(list(keys), ARRAY(sa.Text)))
    return shared
