"""Lists as people send them, and taking them in step by step as a worker does."""

import csv
import io
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import select

from outreach.foundation.database import transaction
from outreach.intake import asking, queries, working
from outreach.intake.choices import Choices
from outreach.intake.models import Import, ImportRow, Verdict
from outreach.intake.queries import Outcome, Row

OFFICER = "officer@csr-centre.example"
FAIR = Choices(language="sv", source="met at the fair")


def written(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Write rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def examined(content: bytes, name: str = "people.csv") -> UUID:
    """Let a file be looked at."""
    with transaction() as session:
        taken = asking.take_in(session, io.BytesIO(content), name=name, by=OFFICER)
    work(taken.id)
    return taken.id


def checked(content: bytes, chosen: Choices = FAIR) -> UUID:
    """Let a file be looked at and checked."""
    number = examined(content)
    check(number, chosen)
    return number


def check(number: UUID, chosen: Choices = FAIR) -> None:
    with transaction() as session:
        asking.check(session, asking.get(session, number, lock=True), chosen)
    work(number)


def applied(content: bytes, chosen: Choices = FAIR) -> UUID:
    """Take a file in, wholly."""
    number = checked(content, chosen)
    apply(number)
    return number


def apply(number: UUID) -> None:
    with transaction() as session:
        asking.apply(session, asking.get(session, number, lock=True), by=OFFICER)
    work(number)


def work(number: UUID) -> None:
    """Do all steps, each in a transaction of its own."""
    more = True
    while more:
        with transaction() as session:
            more = working.step(session, number)


def standing(number: UUID) -> Import:
    with transaction() as session:
        return asking.get(session, number)


def outcome(number: UUID) -> Outcome:
    with transaction() as session:
        return queries.outcome(session, asking.get(session, number))


def verdicts(number: UUID) -> Mapping[str, int]:
    """Return the numbers that are not nothing."""
    return {name: count for name, count in outcome(number).verdicts.items() if count}


def rows(number: UUID, verdict: Verdict) -> list[Row]:
    with transaction() as session:
        return list(queries.rows(session, asking.get(session, number), [verdict]).items)


def faults(number: UUID) -> list[tuple[int, str]]:
    """Return line and fault of every row that was not taken."""
    with transaction() as session:
        rows = session.exec(select(ImportRow).where(ImportRow.import_id == number, ImportRow.fault != ""))
        return sorted((row.line, row.fault) for row in rows)
