"""How many a piece would reach, and who is left out for which reason, before anything leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlmodel import Session

from outreach.foundation import masking
from outreach.segments import tallied
from outreach.segments.models import ExclusionReason
from outreach.segments.selecting import AudienceSpec, audience

SAMPLES: Final = 10
MEMORY: Final = "64MB"  # for each hash of a count: what spills to disk takes half as long again


@dataclass(frozen=True)
class Cell:
    """How many receive the edition in one language in one sector; `sector` is empty for people without one."""

    language: str
    sector: str
    number: int


@dataclass(frozen=True)
class Preview:
    """What a launch would do now; `total` = `receive` + the sum of `excluded`, always."""

    total: int
    receive: int
    cells: tuple[Cell, ...]
    excluded: Mapping[str, int]
    samples: tuple[str, ...]

    @property
    def per_language(self) -> dict[str, int]:
        """Return how many receive each edition."""
        languages = sorted({cell.language for cell in self.cells})
        return {tag: sum(cell.number for cell in self.cells if cell.language == tag) for tag in languages}


def count(session: Session, spec: AudienceSpec) -> Preview:
    """Count an audience, and name ten of who would receive.

    From the tallies where there are any, in milliseconds, or for a condition that they do not know in as long as those
    take to be found who answer to it; else in one pass over the contacts, a second or two for a million.
    """
    cells: dict[tuple[str, str], int] = {}
    excluded = dict.fromkeys((reason.value for reason in ExclusionReason), 0)
    total = 0
    known = tallied.counted(session, spec)
    for row in known or _counted(session, spec):
        total += row.number
        if row.reason is not None:
            excluded[row.reason] += row.number
        else:
            cell = (row.language, row.sector or "")
            cells[cell] = cells.get(cell, 0) + row.number
    receive = sum(cells.values())
    return Preview(
        total=total,
        receive=receive,
        cells=tuple(Cell(language, sector, number) for (language, sector), number in sorted(cells.items())),
        excluded=excluded,
        samples=tuple(map(masking.name, _samples(session, spec, min(receive, SAMPLES), is_tallied=bool(known)))),
    )


def count_within(session: Session, spec: AudienceSpec, *, seconds: int) -> Preview | None:
    """Count as `count` does, but give up after some seconds: None then, for what is not known is not nought."""
    try:
        with session.begin_nested():
            session.execute(sa.text(f"SET LOCAL statement_timeout = '{int(seconds)}s'"))
            found = count(session, spec)
            session.execute(sa.text("SET LOCAL statement_timeout TO DEFAULT"))
    except sa.exc.OperationalError as stopped:
        if not isinstance(stopped.orig, psycopg.errors.QueryCanceled):
            raise
        return None
    return found


def reaches_more_than(session: Session, spec: AudienceSpec, number: int) -> bool:
    """Tell whether more than a number of people would receive it, without counting all of them."""
    found = audience(spec).subquery("found")
    one_more = sa.select(sa.literal(1)).select_from(found).where(found.c.reason.is_(None)).offset(number).limit(1)
    return session.scalar(one_more) is not None


def _counted(session: Session, spec: AudienceSpec) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    session.execute(sa.text(f"SET LOCAL work_mem = '{MEMORY}'"))
    found = audience(spec).subquery("found")
    # By the contact's language, whose few values PostgreSQL has counted; the edition follows from it.
    groups = (found.c.contact_language, found.c.sector, found.c.reason)
    counted = sa.select(
        *groups, sa.func.max(found.c.language).label("language"), sa.func.count().label("number")
    ).group_by(*groups)
    return session.execute(counted).all()


def _samples(session: Session, spec: AudienceSpec, number: int, *, is_tallied: bool) -> Sequence[str]:
    found: Sequence[str] = tallied.named(session, spec, number) if is_tallied and number else ()
    names = found if len(found) == number else session.scalars(_named(spec)).all()
    return [masking.name(one) for one in names]


def _named(spec: AudienceSpec) -> sa.Select[str]:
    found = audience(spec).subquery("found")
    return sa.select(found.c.name).where(found.c.reason.is_(None)).order_by(found.c.contact_id).limit(SAMPLES)
