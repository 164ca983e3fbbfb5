"""Frozen segments: a list of contacts that stays as it was made, from a rule, from pasted addresses, or from a file."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from outreach.contacts import addresses
from outreach.contacts.models import Contact
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.intake.models import Import, ImportRow, Verdict
from outreach.segments import rules, saved, selecting
from outreach.segments.models import Origin, Segment, SegmentKind, SegmentMember

MOST_ADDRESSES: Final = 20_000
_LINES: Final = re.compile(r"[\r\n;]+")
_WITH_AT: Final = re.compile(r"""[^\s<>,;"'()\[\]]*@[^\s<>,;"'()\[\]]*""")


@dataclass(frozen=True)
class Pasted:
    """What pasted text holds: addresses in the form that is compared, and what is none."""

    found: tuple[str, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A new frozen segment, and what of the pasted text is not on it: addresses of nobody we know, and no addresses."""

    segment: Segment
    unknown: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def of_rule(session: Session, *, name: str, include: rules.Rule, exclude: rules.Rule | None = None, by: str) -> Segment:
    """Freeze whom a rule finds now; the rule stays with it to be read. Raises Refused without a name."""
    segment = _new(session, name, by, Origin.RULE)
    segment.include = rules.dump(include)
    segment.exclude = rules.dump(exclude) if exclude else None
    meant = saved.spelled_out(session, include)
    if exclude:
        meant = rules.All(all=(meant, rules.Not(rule=saved.spelled_out(session, exclude))))
    return _filled(session, segment, selecting.contacts(meant))


def of_addresses(session: Session, *, name: str, text: str, by: str) -> Made:
    """Make a list of the contacts who are reached at pasted addresses; nobody is added to the contacts by it.

    Raises Refused without a name, without any address that we know, or for more than `MOST_ADDRESSES`.
    """
    pasted = read(text)
    if len(pasted.found) > MOST_ADDRESSES:
        raise Refused(
            _("More than %(number)s addresses; take them in as a file, then make a list of it.")
            % {"number": MOST_ADDRESSES}
        )
    wanted = sa.literal(list(pasted.found), ARRAY(sa.Text))
    of_them = sa.select(col(Contact.id), col(Contact.address)).where(col(Contact.address) == sa.any_(wanted))
    known = {row.address for row in session.execute(of_them)}
    unknown = tuple(one for one in pasted.found if one not in known)
    saved.named(name)
    if not known:
        raise Refused(_("None of these is the address of a contact; take them in as a file first, with their consent."))
    segment = _filled(session, _new(session, name, by, Origin.ADDRESSES), of_them.with_only_columns(col(Contact.id)))
    return Made(segment, unknown, pasted.unreadable)


def of_import(session: Session, taken: Import, *, name: str, by: str) -> Segment:
    """Make a list of everybody who is in a file that was taken in. Raises Refused where that is not known any more."""
    rows = sa.select(col(Contact.id)).where(
        sa.exists().where(
            col(ImportRow.import_id) == taken.id,
            col(ImportRow.contact_id) == col(Contact.id),
            col(ImportRow.verdict).in_([Verdict.NEW, Verdict.CHANGED, Verdict.SAME]),
        )
    )
    segment = _new(session, name, by, Origin.IMPORT)
    segment.origin_name = taken.name
    _filled(session, segment, rows)
    if not segment.people:
        raise Refused(_("The rows of this file are not kept any more; paste its addresses instead."))
    return segment


def read(text: str) -> Pasted:
    """Find the addresses in pasted text: one a line, or between commas or semicolons, with names around them or not."""
    found: dict[str, None] = {}
    unreadable: list[str] = []
    for line in _LINES.split(unicodedata.normalize("NFKC", text)):
        words = _WITH_AT.findall(line)
        if not words and line.strip():
            unreadable.append(" ".join(line.split()))
        for word in words:
            try:
                found[addresses.normalise(word).normalised] = None
            except Refused:
                unreadable.append(word)
    return Pasted(tuple(found), tuple(unreadable))


def _new(session: Session, name: str, by: str, origin: Origin) -> Segment:
    tidy = saved.named(name)
    segment = Segment(
        key=saved.free_key(session, tidy),
        name=tidy,
        kind=SegmentKind.FROZEN,
        include=rules.dump(rules.Everyone()),
        origin=origin,
        created_by=by,
        changed_by=by,
    )
    session.add(segment)
    session.flush()
    return segment


def _filled(session: Session, segment: Segment, who: sa.Select[Any]) -> Segment:
    found = who.subquery("found")
    members = sa.select(sa.literal(segment.id, sa.Uuid), found.c.id).select_from(found)
    session.execute(sa.insert(SegmentMember).from_select(["segment_id", "contact_id"], members))
    saved.count(session, segment)
    return segment
