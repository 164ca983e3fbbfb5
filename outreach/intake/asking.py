"""A file is taken in and its questions are answered, one by one; checking begins when nothing is open any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts.importing import cells, records
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.encodings import Encoding
from outreach.foundation import jobs
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.jobs import Job
from outreach.foundation.locale import gettext as _
from outreach.foundation.tables import uuid7
from outreach.intake import choices, examining, files
from outreach.intake.choices import Choices
from outreach.intake.models import Import, ImportState

WORK: Final = Job("intake.work")
PREVIEWED: Final = 5
MOST_COLUMNS: Final = 100
OPEN: Final = frozenset({ImportState.ASKING, ImportState.CHECKED})  # in which answers may be given, or given anew


@dataclass(frozen=True)
class Sample:
    """The first rows as an encoding and a delimiter would read them."""

    encoding: Encoding
    delimiter: str
    rows: tuple[tuple[str, ...], ...]
    unreadable: int


def take_in(session: Session, source: IO[bytes], *, name: str, by: str) -> Import:
    """Keep a file and let a worker look at it. Raises Refused for one that is too large."""
    import_id = uuid7()
    size = files.keep(import_id, source)
    taken = Import(id=import_id, name=cells.tidy(name)[:200] or "–", by=by, size=size)
    session.add(taken)
    session.flush()
    jobs.nudge(session, WORK, str(import_id))
    return taken


def get(session: Session, import_id: UUID, *, lock: bool = False) -> Import:
    """Return an import, locked against its workers where it is to be changed. Raises NotFound."""
    found = session.get(Import, import_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound(_("There is no such import; its rows are kept for a week."))
    return found


def samples(taken: Import) -> list[Sample]:
    """Return how the file would read: with what is known, or with each candidate of what is not.

    Nothing where the file lies on another host.
    """
    if not files.place(taken.id).exists():
        return []
    tried = [Encoding(taken.encoding)] if taken.encoding else list(Encoding)
    return [_sample(taken, encoding) for encoding in tried]


def answer_reading(session: Session, taken: Import, *, encoding: str, delimiter: str) -> None:
    """Say what the file is written in and what stands between its cells. Raises Refused."""
    _insist_open(taken)
    if encoding not in list(Encoding) or delimiter not in records.DELIMITERS:
        raise Refused(_("Choose the encoding in which all five rows read well, and what stands between the cells."))
    taken.encoding, taken.delimiter = encoding, delimiter
    forget_check(session, taken)
    examining.read_header(taken)


def answer_columns(session: Session, taken: Import, mapping: Mapping[Field, int]) -> None:
    """Say what the columns mean. Raises Refused where no column holds the address, or one is meant twice."""
    _insist_open(taken)
    places = list(mapping.values())
    if Field.EMAIL not in mapping:
        raise Refused(_("Say which column holds the mail address."))
    if len(set(places)) < len(places) or any(not 0 <= place < len(taken.header) for place in places):
        raise Refused(_("A column can mean one thing only."))
    taken.mapping = {field.value: place for field, place in mapping.items()}
    forget_check(session, taken)


def check(session: Session, taken: Import, chosen: Choices) -> None:
    """Say what holds for all rows, and let a worker read them; nothing is changed. Raises Refused."""
    _insist_open(taken)
    if not taken.header or Field.EMAIL.value not in taken.mapping:
        raise Refused(_("Say which column holds the mail address."))
    chosen = chosen.tidied()
    choices.check(session, chosen)
    forget_check(session, taken)
    taken.choices = chosen.stored()
    taken.state = ImportState.CHECKING
    jobs.nudge(session, WORK, str(taken.id))


def apply(session: Session, taken: Import, *, by: str) -> None:
    """Let a worker write what was checked. Raises Conflict where it is not at that point."""
    if taken.state is not ImportState.CHECKED:
        raise Conflict(_("This file is not checked, or is applied already."))
    taken.state, taken.done = ImportState.APPLYING, 0
    audit.append(session, actor=by, action="contacts.import", subject=f"import:{taken.id}", detail=dict(taken.counts))
    jobs.nudge(session, WORK, str(taken.id))


def discard(session: Session, taken: Import) -> None:
    """Forget a file that was not applied. Raises Conflict for one that was."""
    if taken.state not in OPEN | {ImportState.EXAMINING, ImportState.CHECKING, ImportState.REFUSED}:
        raise Conflict(_("This file is applied; undo it instead."))
    session.execute(_FORGET, {"import": taken.id})
    session.delete(taken)
    files.drop(taken.id)


def forget_check(session: Session, taken: Import) -> None:
    """Forget what a check has found: its answers no longer hold."""
    from_nothing = taken.rows == 0 and taken.reached == 0
    taken.reached, taken.line, taken.rows, taken.done, taken.counts = 0, 1, 0, 0, {}
    taken.state, taken.domains = ImportState.ASKING, {}
    if not from_nothing:
        session.execute(_FORGET, {"import": taken.id})


def _insist_open(taken: Import) -> None:
    if taken.state not in OPEN:
        raise Conflict(_("This file is at work already, or done with; take it in once more to change the answers."))


def _sample(taken: Import, encoding: Encoding) -> Sample:
    with files.place(taken.id).open("rb") as opened:
        delimiter = taken.delimiter or records.delimiter(opened, encoding) or records.likely(opened, encoding)
        rows = records.head(opened, encoding, delimiter, PREVIEWED)
    read = tuple(
        tuple(cell[:60] for cell in row[1][:MOST_COLUMNS]) for row in rows if not isinstance(row, records.Unreadable)
    )
    return Sample(encoding, delimiter, read, len(rows) - len(read))


_FORGET: Final = sa.text("DELETE FROM contact_import_row WHERE import_id = :import")
