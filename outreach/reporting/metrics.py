"""What came back, with honest denominators.

`delivered`: the receiving server took it and it did not come back. `measurable`: delivered with tracking consent, less
those of whom only a privacy proxy was seen. `openers`: measurable recipients with a human open, or a human click, which
implies one. Machines never count. Bounds say what the rate would be if nobody, or everybody, of the unknown had opened.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, text
from sqlmodel import Session

from outreach.foundation.database import keep_temporarily
from outreach.reporting.intervals import Share, wilson

K = TypeVar("K", str, tuple[str, str])


@dataclass(frozen=True)
class Metrics:
    """The figures of a group of recipients; every rate is derived from these counts."""

    planned: int = 0
    accepted: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    ambiguous: int = 0
    tracked: int = 0
    unknown: int = 0
    openers: int = 0
    clickers: int = 0
    machine: int = 0

    @property
    def measurable(self) -> int:
        """Count the delivered of whom opens can be known."""
        return self.tracked - self.unknown

    @property
    def open_rate(self) -> Share:
        """Return human openers per measurable recipient."""
        return wilson(self.openers, self.measurable)

    @property
    def click_rate(self) -> Share:
        """Return human clickers per measurable recipient."""
        return wilson(self.clickers, self.measurable)

    @property
    def coverage(self) -> float | None:
        """Return the share of the delivered that is measurable."""
        return self.measurable / self.delivered if self.delivered else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the open rate among all delivered if none, or all, of the unmeasured had opened."""
        if not self.delivered:
            return None
        unseen = self.unknown + self.delivered - self.tracked
        return self.openers / self.delivered, (self.openers + unseen) / self.delivered

    @property
    def is_small(self) -> bool:
        """Tell whether the figures would point at persons: too few, or nearly all alike."""
        return self.measurable < 10 or self.openers < 3 or self.measurable - self.openers < 3

    def __add__(self, other: "Metrics") -> "Metrics":
        """Add the counts of two groups that share nobody."""
        return Metrics(*(getattr(self, name) + getattr(other, name) for name in _FIELDS))


_FIELDS = tuple(Metrics.__dataclass_fields__)

# What a letter's opens and clicks say of it, over `tracking_event` grouped by delivery; and whose sector it counts for.
HUMAN: Final = "bool_or(actor IN ('human', 'human_proxy'))"
CLICKED: Final = "bool_or(tracking_event.kind = 'click' AND actor = 'human')"
UNKNOWN: Final = "bool_or(actor = 'privacy_unknown')"
MACHINE: Final = "bool_or(actor = 'machine')"
SECTOR: Final = "coalesce(organisation.sector, delivery.values ->> 'sector', '')"  # the latter of who was erased


@dataclass(frozen=True)
class Cell:
    """One language of one sector, with the kind of organisation kept apart for goals."""

    language: str
    sector: str
    metrics: Metrics


def total(
    session: Session, mailing: UUID, *, population: Select[Any] | None = None, days: int | None = None
) -> Metrics:
    """Count a mailing's recipients, or those that `population` (a SELECT of contact ids) finds, up to `days` after."""
    rows = _grouped(session, mailing, "''", "''", population=population, days=days)
    counted = _of(rows[0]) if rows else Metrics()
    if population is not None:
        return counted
    return sum((cell.metrics for cell in _folded(session, mailing)), counted)


def cells(session: Session, mailing: UUID) -> list[Cell]:
    """Count per language of the letter and sector of the recipient's organisation."""
    rows = _grouped(session, mailing, "delivery.language", SECTOR)
    grid = [Cell(row.one, row.two, _of(row)) for row in rows]
    sums = _added([*grid, *_folded(session, mailing)], lambda cell: (cell.language, cell.sector))
    return [Cell(language, sector, found) for (language, sector), found in sums.items()]


def kept(counts: Mapping[str, int]) -> Metrics:
    """Read figures that were kept as numbers."""
    return Metrics(**{name: counts.get(name, 0) for name in _FIELDS})


def _folded(session: Session, mailing: UUID) -> list[Cell]:
    """Return what is left of opens and clicks whose rows are gone."""
    rows = session.execute(_FOLDED, {"mailing": mailing})
    return [
        Cell(
            row.language,
            row.sector,
            Metrics(unknown=row.unknown, openers=row.openers, clickers=row.clickers, machine=row.machine),
        )
        for row in rows
    ]


def by_language(grid: Iterable[Cell]) -> dict[str, Metrics]:
    """Add cells up per language."""
    return _added(grid, lambda cell: cell.language)


def hidden(grid: Sequence[Cell]) -> set[tuple[str, str]]:
    """Choose the cells not to show: the small ones, and one more where a row or column would reveal a single one."""
    shut = {(cell.language, cell.sector) for cell in grid if cell.metrics.is_small}
    while extra := _revealed(grid, shut):
        shut |= extra
    return shut


def _revealed(grid: Sequence[Cell], shut: set[tuple[str, str]]) -> set[tuple[str, str]]:
    lines: tuple[Callable[[Cell], str], ...] = (lambda cell: cell.language, lambda cell: cell.sector)
    for line in lines:
        groups: dict[str, list[Cell]] = {}
        for cell in grid:
            groups.setdefault(line(cell), []).append(cell)
        for members in groups.values():
            closed = [cell for cell in members if (cell.language, cell.sector) in shut]
            open_ones = [cell for cell in members if (cell.language, cell.sector) not in shut]
            if len(closed) == 1 and open_ones:
                smallest = min(open_ones, key=lambda cell: cell.metrics.measurable)
                return {(smallest.language, smallest.sector)}
    return set()


def _added(grid: Iterable[Cell], key: Callable[[Cell], K]) -> dict[K, Metrics]:
    sums: dict[K, Metrics] = {}
    for cell in grid:
        sums[key(cell)] = sums.get(key(cell), Metrics()) + cell.metrics
    return dict(sorted(sums.items()))


def _grouped(
    session: Session,
    mailing: UUID,
    one: str,
    two: str,
    *,
    population: Select[Any] | None = None,
    days: int | None = None,
) -> Sequence[Row[Any]]:
    narrowed = ""
    if population is not None:
        session.execute(text("DROP TABLE IF EXISTS population"))
        keep_temporarily(session, "population", population)
        narrowed = "JOIN population ON population.id = delivery.contact_id"
    # `one`, `two` and `narrowed` are written above, never given from outside.
    query = f"""
        WITH seen AS (
            SELECT delivery_id,
                {HUMAN} AS human, {CLICKED} AS clicked, {UNKNOWN} AS unknown, {MACHINE} AS machine
            FROM tracking_event JOIN mailing ON mailing.id = tracking_event.mailing_id
            WHERE mailing_id = :mailing
                AND (CAST(:days AS int) IS NULL OR hour <= mailing.created_at + make_interval(days => :days))
            GROUP BY delivery_id
        ),
        recipient AS (
            SELECT {one} AS one, {two} AS two, delivery.state, delivery.accepted_at IS NOT NULL AS accepted,
                delivery.state IN ('delivered', 'complained') AS delivered,
                delivery.state IN ('delivered', 'complained') AND message.tracked AS tracked,
                coalesce(seen.human, false) AS human, coalesce(seen.clicked, false) AS clicked,
                coalesce(seen.unknown, false) AND NOT coalesce(seen.human, false) AS unknown,
                coalesce(seen.machine, false) AND NOT coalesce(seen.human, false) AS machine
            FROM delivery
            JOIN message ON message.id = delivery.message_id
            {narrowed}
            LEFT JOIN contact ON contact.id = delivery.contact_id
            LEFT JOIN organisation ON organisation.id = contact.organisation_id
            LEFT JOIN seen ON seen.delivery_id = delivery.id
            WHERE delivery.mailing_id = :mailing
        )
        SELECT one, two,
            count(*) AS planned,
            count(*) FILTER (WHERE accepted) AS accepted,
            count(*) FILTER (WHERE delivered) AS delivered,
            count(*) FILTER (WHERE state IN ('bounced_soft', 'bounced_hard')) AS bounced,
            count(*) FILTER (WHERE state = 'complained') AS complained,
            count(*) FILTER (WHERE state = 'ambiguous') AS ambiguous,
            count(*) FILTER (WHERE tracked) AS tracked,
            count(*) FILTER (WHERE tracked AND unknown) AS unknown,
            count(*) FILTER (WHERE tracked AND human) AS openers,
            count(*) FILTER (WHERE tracked AND clicked) AS clickers,
            count(*) FILTER (WHERE tracked AND machine) AS machine
        FROM recipient GROUP BY one, two ORDER BY one, two
        """  # noqa: S608 - see above
    return session.execute(text(query), {"mailing": mailing, "days": days}).all()


_FOLDED = text(
    "SELECT language, sector, unknown, openers, clickers, machine FROM event_total WHERE mailing_id = :mailing"
)


def _of(row: Row[Any]) -> Metrics:
    return Metrics(**{name: getattr(row, name) for name in _FIELDS})
