"""How many contacts are alike, kept so that a million need not be looked at for every number.

Contacts with the same language, sector, kind, country, topics, consent and standing make one tally. A trigger of each
table that these stand in notes whose may have changed (`tally_change`), in the transaction of the change itself. So
what the tallies say, less the noted contacts where they were, and these again as they are now, is what one pass over
all contacts would find: exactly, in one statement. See docs/decisions/0025-tallies.md.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from outreach.consent import permission
from outreach.contacts.models import Contact, Organisation, SourceKind
from outreach.contacts.search import country_of_contact
from outreach.delivery import pauses
from outreach.delivery.models import Stream
from outreach.foundation import clock
from outreach.foundation.database import keep_temporarily
from outreach.foundation.settings import settings
from outreach.segments import rules
from outreach.segments.models import ALIKE, CHANGE, PLACE, TALLY
from outreach.segments.selecting import AudienceSpec, edition, first_reason, name_of_contact

FEWEST: Final = 50_000  # contacts; fewer are counted one by one as quickly
MOST_CHANGES: Final = 5_000  # noted contacts that a count looks at; with more it looks at all contacts
WORTH_IT: Final = 1_000  # noted contacts for which tallies are made anew
NOT_SOONER: Final = timedelta(minutes=10)  # than after this, unless there are more changes than a count looks at
LOCK: Final = 0x7A11E5


def counted(session: Session, spec: AudienceSpec) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return an audience counted by contact_language, sector and reason; nothing where tallies cannot answer."""
    if not _says(spec) or not _is_fresh(session):
        return ()
    alike = _present(spec.stream).subquery("alike")
    language, reason = edition(spec, alike.c.language), _reason(spec, alike)
    sector = sa.func.nullif(alike.c.sector, "")
    groups = [alike.c.language.label("contact_language"), sector.label("sector"), reason.label("reason")]
    number = sa.func.sum(alike.c.people)
    statement = sa.select(*groups, language.label("language"), sa.cast(number, sa.BigInteger).label("number"))
    return session.execute(
        statement.where(_holds(spec.include, alike)).group_by(*groups, language).having(number != 0)
    ).all()


def named(session: Session, spec: AudienceSpec, number: int) -> list[str]:
    """Return the names of some who receive and have not changed since they were tallied, of different tallies first."""
    if not _says(spec):
        return []
    moved = _moved(spec.stream).subquery("moved")
    changed = sa.exists().where(moved.c.contact_id == PLACE.c.contact_id)
    alike = sa.select(TALLY, sa.false().label("paused")).subquery("alike")
    wanted = sa.select(alike.c.id).where(_holds(spec.include, alike), _reason(spec, alike).is_(None))
    largest = wanted.order_by(alike.c.people.desc()).limit(number).subquery("largest")
    some = sa.select(PLACE.c.contact_id).where(PLACE.c.tally_id == largest.c.id, sa.not_(changed)).limit(number)
    inside = some.correlate(largest).subquery("inside")
    placed = sa.select(inside.c.contact_id, sa.func.row_number().over().label("place")).lateral("placed")
    names = (
        sa.select(name_of_contact())
        .select_from(largest.join(placed, sa.true()).join(Contact, col(Contact.id) == placed.c.contact_id))
        .order_by(placed.c.place, largest.c.id)
        .limit(number)
    )
    return list(session.scalars(names))


def make(session: Session) -> None:
    """Tally all contacts anew; some seconds for a million. Nothing is done while somebody else does it."""
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))):
        return
    # What is noted from here on stays noted, so nothing is missed between this statement and the next.
    session.execute(sa.delete(CHANGE))
    session.execute(sa.text("SET LOCAL work_mem = '128MB'"))
    keep_temporarily(session, "present", _state())
    alike = ", ".join(f'"{name}"' for name in ALIKE)
    session.execute(sa.delete(TALLY))
    session.execute(sa.delete(PLACE))
    session.execute(
        sa.text(
            f"INSERT INTO tally (id, {alike}, people) "  # noqa: S608 - names of our own
            f"SELECT row_number() OVER (), {alike}, count(*) FROM present GROUP BY {alike}"
        )
    )
    session.execute(
        sa.text(
            "INSERT INTO tally_place (contact_id, tally_id) "  # noqa: S608 - as above
            f"SELECT contact_id, tally.id FROM present JOIN tally USING ({alike})"
        )
    )
    session.execute(sa.text("DROP TABLE present"))


def tend(session: Session) -> None:
    """Make tallies where contacts are many and they are missing or far behind; forget notes that nobody needs."""
    many = session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'contact'::regclass")) or 0
    made_at = session.scalar(sa.select(sa.func.max(TALLY.c.made_at)))
    changes = _changes(session)
    if made_at is None and many < FEWEST:
        session.execute(sa.delete(CHANGE))
        return
    is_due = made_at is None or changes > MOST_CHANGES
    is_worth_it = changes > WORTH_IT and made_at is not None and clock.now() - made_at > NOT_SOONER
    if is_due or is_worth_it:
        make(session)


def _is_fresh(session: Session) -> bool:
    found = session.execute(sa.select(sa.exists().select_from(TALLY), sa.func.coalesce(_number_of_changes(), 0))).one()
    return bool(found[0]) and found[1] <= MOST_CHANGES


def _changes(session: Session) -> int:
    return session.scalar(sa.select(_number_of_changes())) or 0


def _number_of_changes() -> sa.ScalarSelect[int]:
    some = sa.select(sa.literal(1)).select_from(CHANGE).limit(MOST_CHANGES + 1).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _moved(stream: Stream) -> sa.CompoundSelect[UUID]:
    """Return the SELECT of who may not be where they were tallied: who changed, and who pauses until a day."""
    return sa.union(sa.select(CHANGE.c.contact_id), pauses.paused(stream))


def _present(stream: Stream) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Return the SELECT of tallies as they are now, changes as rows of their own: less one there, one more here."""
    own = [*(TALLY.c[name] for name in ALIKE), sa.false().label("paused")]
    changed = _moved(stream).subquery("changed")
    before = (
        sa.select(*own, sa.literal(-1, sa.BigInteger).label("people"))
        .select_from(changed)
        .join(PLACE, PLACE.c.contact_id == changed.c.contact_id)
        .join(TALLY, TALLY.c.id == PLACE.c.tally_id)
    )
    state = _state(sa.select(_moved(stream).subquery("moved").c.contact_id)).subquery("state")
    paused = pauses.paused(stream).subquery("paused")
    after = sa.select(
        *(state.c[name] for name in ALIKE),
        paused.c.contact_id.is_not(None).label("paused"),
        sa.literal(1, sa.BigInteger).label("people"),
    ).select_from(state.outerjoin(paused, paused.c.contact_id == state.c.contact_id))
    return sa.union_all(sa.select(*own, TALLY.c.people), before, after)


def _state(among: sa.Select[Any] | None = None) -> sa.Select[*tuple[Any, ...]]:
    """Return the SELECT of what a tally says of each contact, of all or of those among others."""
    standing = permission.standings(among).subquery("standing")
    suppressed = permission.suppressed_addresses().subquery("suppressed_address")
    agreed = permission.agreed().subquery("agreed")
    nothing = sa.literal([], ARRAY(sa.Text))
    found: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            col(Contact.id).label("contact_id"),
            sa.type_coerce(col(Contact.language), sa.Text).label("language"),
            _or_empty(Organisation.sector).label("sector"),
            _or_empty(Organisation.kind).label("kind"),
            sa.cast(country_of_contact(), sa.Text).label("country"),
            sa.func.coalesce(standing.c.subscribed, nothing).label("subscribed"),
            sa.func.coalesce(standing.c.left, nothing).label("left"),
            agreed.c.contact_id.is_not(None).label("measured"),
            suppressed.c.address.is_not(None).label("suppressed"),
            (sa.type_coerce(col(Contact.source_kind), sa.Text) == SourceKind.COLLECTED.value).label("collected"),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(Contact.organisation_id))
        .outerjoin(standing, standing.c.contact_id == col(Contact.id))
        .outerjoin(suppressed, suppressed.c.address == col(Contact.address))
        .outerjoin(agreed, agreed.c.contact_id == col(Contact.id))
    )
    return found if among is None else found.where(col(Contact.id).in_(among))


def _or_empty(column: Any) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(col(column), sa.Text), "")


def _says(spec: AudienceSpec) -> bool:
    """Tell whether tallies know everything that an audience asks."""
    asked = [*rules.parts(spec.include), *(rules.parts(spec.exclude) if spec.exclude else ())]
    return all(isinstance(one, _KNOWN) for one in asked)


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


def _reason(spec: AudienceSpec, alike: sa.FromClause) -> sa.ColumnElement[str | None]:
    return first_reason(
        excluded=_holds(spec.exclude, alike) if spec.exclude else sa.false(),
        suppressed=alike.c.suppressed,
        collected=alike.c.collected,
        permitted=_overlaps(alike.c.subscribed, spec.topics),
        paused=alike.c.paused,
        language=edition(spec, alike.c.language),
    )


def _holds(rule: rules.Rule, alike: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return a rule as a condition on tallies, never NULL."""
    match rule:
        case rules.Everyone():
            return sa.true()
        case rules.All():
            return sa.and_(*(_holds(part, alike) for part in rule.all))
        case rules.AnyOf():
            return sa.or_(*(_holds(part, alike) for part in rule.any))
        case rules.Not():
            return sa.not_(_holds(rule.rule, alike))
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
        case _:
            raise TypeError(type(rule))


def _one_of(column: sa.ColumnElement[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.literal([str(one) for one in values], ARRAY(sa.Text)))


def _overlaps(column: sa.ColumnElement[Any], keys: Sequence[str]) -> sa.ColumnElement[bool]:
    own = cast("sa.ColumnElement[list[str]]", column)
    shared: sa.ColumnElement[bool] = own.op("&&", is_comparison=True)(sa.literal(list(keys), ARRAY(sa.Text)))
    return shared
