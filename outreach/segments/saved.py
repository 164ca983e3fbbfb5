"""Saved segments: rules with a name, or frozen lists, so that an audience can be chosen instead of written."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.foundation import clock
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.segments import rules, selecting
from outreach.segments.models import Segment, SegmentKind, SegmentMember

LONGEST_NAME: Final = 120
DEEPEST: Final = 5  # segments of segments


def save(
    session: Session,
    *,
    key: str,
    name: str,
    include: rules.Rule,
    exclude: rules.Rule | None = None,
    by: str = "",
) -> Segment:
    """Keep a segment under its key; one that exists is replaced. What was launched does not change by it.

    Raises Refused without a name or where it would mean itself, Conflict where the key is that of a frozen list.
    """
    segment = session.exec(select(Segment).where(col(Segment.key) == key)).one_or_none()
    if segment is None:
        segment = Segment(key=key, name=name, created_by=by)
    if segment.kind is SegmentKind.FROZEN:
        raise Conflict(_("“%(name)s” is a frozen list; make a new segment instead.") % {"name": segment.name})
    segment.name = named(name)
    segment.include = rules.dump(include)
    segment.exclude = rules.dump(exclude) if exclude else None
    segment.changed_by, segment.changed_at = by, clock.now()
    session.add(segment)
    session.flush()
    spelled_out(session, rules.InSegment(segment=(key,)))
    count(session, segment)
    return segment


def rename(session: Session, segment: Segment, name: str, *, by: str) -> None:
    """Call a segment otherwise; its key stays. Raises Refused without a name."""
    segment.name = named(name)
    segment.changed_by, segment.changed_at = by, clock.now()
    session.add(segment)
    session.flush()


def count(session: Session, segment: Segment) -> int:
    """Count whom a segment has now, and keep the number with its time."""
    found = session.scalar(sa.select(sa.func.count()).select_from(people(session, segment).subquery())) or 0
    segment.people, segment.counted_at = found, clock.now()
    session.add(segment)
    session.flush()
    return found


def people(session: Session, segment: Segment) -> sa.Select[Any]:
    """Return the SELECT of the ids of the contacts that a segment has."""
    return selecting.contacts(spelled_out(session, rules.InSegment(segment=(segment.key,))))


def listed(session: Session) -> list[Segment]:
    """Return all saved segments by name."""
    return list(session.exec(select(Segment).order_by(sa.func.lower(Segment.name), col(Segment.key))))


def by_key(session: Session, key: str) -> Segment:
    """Return the segment of a key. Raises NotFound."""
    found = session.exec(select(Segment).where(col(Segment.key) == key)).one_or_none()
    if found is None:
        raise NotFound(_("There is no saved segment “%(key)s”.") % {"key": key})
    return found


def names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return what segments are called, by their keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = session.execute(sa.select(col(Segment.key), col(Segment.name)).where(col(Segment.key).in_(wanted)))
    return {row.key: row.name for row in rows}


def rules_of(segment: Segment) -> tuple[rules.Rule, rules.Rule | None]:
    """Return a segment's two rules: whom it means, and whom of these not."""
    return rules.parse_json(segment.include), _optional(segment.exclude)


def copied(session: Session, segment: Segment, *, by: str) -> Segment:
    """Make a second one like it, its frozen list included."""
    name = _("%(name)s (copy)") % {"name": segment.name}
    copy = Segment(
        key=free_key(session, name),
        name=name[:LONGEST_NAME],
        kind=segment.kind,
        include=segment.include,
        exclude=segment.exclude,
        origin=segment.origin,
        origin_name=segment.origin_name,
        created_by=by,
        changed_by=by,
        people=segment.people,
        counted_at=segment.counted_at,
    )
    session.add(copy)
    session.flush()
    members = sa.select(sa.literal(copy.id, sa.Uuid), col(SegmentMember.contact_id)).where(
        col(SegmentMember.segment_id) == segment.id
    )
    session.execute(sa.insert(SegmentMember).from_select(["segment_id", "contact_id"], members))
    return copy


def spelled_out(session: Session, rule: rules.Rule) -> rules.Rule:
    """Return a rule with what its saved segments mean in their place. Raises Refused for an unknown or endless one."""
    return _spelled_out(session, rule, ()) if rules.segments_in(rule) else rule


def named(name: str) -> str:
    """Return a name without what surrounds it. Raises Refused for none, or one that is too long."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refused(_("Give the segment a name."))
    if len(tidy) > LONGEST_NAME:
        raise Refused(_("The name is too long; %(number)s characters will do.") % {"number": LONGEST_NAME})
    return tidy


def free_key(session: Session, name: str) -> str:
    """Return a key that reads like a name and that no segment has."""
    plain = unicodedata.normalize("NFKC", name).lower()
    stem = re.sub(r"[^\w]+", "-", plain).strip("-")[:60] or "segment"
    taken = set(session.scalars(sa.select(col(Segment.key)).where(col(Segment.key).startswith(stem, autoescape=True))))
    number = 1
    while (key := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return key


def _spelled_out(session: Session, rule: rules.Rule, inside: tuple[str, ...]) -> rules.Rule:
    match rule:
        case rules.InSegment():
            meant = [_meaning(session, key, inside) for key in rule.segment]
            return meant[0] if len(meant) == 1 else rules.AnyOf(any=tuple(meant))
        case rules.All():
            return rules.All(all=tuple(_spelled_out(session, part, inside) for part in rule.all))
        case rules.AnyOf():
            return rules.AnyOf(any=tuple(_spelled_out(session, part, inside) for part in rule.any))
        case rules.Not():
            return rules.Not(rule=_spelled_out(session, rule.rule, inside))
        case _:
            return rule


def _meaning(session: Session, key: str, inside: tuple[str, ...]) -> rules.Rule:
    if key in inside:
        raise Refused(_("The segment “%(key)s” would mean itself; take it out of its own rules.") % {"key": key})
    if len(inside) >= DEEPEST:
        raise Refused(_("These segments are made of each other too deeply; write one of them with fewer."))
    found = session.exec(select(Segment).where(col(Segment.key) == key)).one_or_none()
    if found is None:
        raise Refused(_("There is no saved segment “%(key)s”.") % {"key": key})
    if found.kind is SegmentKind.FROZEN:
        return rules.OnList(on_list=(found.id,))
    include, exclude = rules_of(found)
    meant = _spelled_out(session, include, (*inside, key))
    if exclude is None:
        return meant
    return rules.All(all=(meant, rules.Not(rule=_spelled_out(session, exclude, (*inside, key)))))


def _optional(value: Mapping[str, Any] | None) -> rules.Rule | None:
    return rules.parse_json(value) if value else None
