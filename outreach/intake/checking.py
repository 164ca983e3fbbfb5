"""Reading a file's rows, some at a time: each is cleaned, staged and judged, and nobody is changed."""

from dataclasses import replace
from typing import Final

from sqlmodel import Session

from outreach.consent import topics
from outreach.contacts.importing import records
from outreach.contacts.importing.cleaning import Cleaner
from outreach.contacts.importing.columns import Field
from outreach.contacts.importing.encodings import Encoding
from outreach.contacts.importing.records import Place
from outreach.foundation import jobs
from outreach.intake import choices, domains, files, judging, staging
from outreach.intake.models import Import, ImportState

ROWS: Final = 20_000  # in one transaction


def check_some(session: Session, taken: Import) -> None:
    """Read on where the last step stopped; when the file is through, find doubles and count."""
    number = _read(session, taken)
    if number:
        judging.judge(session, taken, after=taken.rows, until=taken.rows + number)
        taken.rows += number
    if number < ROWS:
        judging.find_doubles(session, taken)
        taken.counts = judging.counts(session, taken)
        taken.state = ImportState.CHECKED
        jobs.nudge(session, domains.LOOK, str(taken.id))


def _read(session: Session, taken: Import) -> int:
    place = Place(taken.reached, taken.line)
    mapped = {Field(name): number for name, number in taken.mapping.items()}
    assumed = choices.read(taken.choices).assumed()
    if Field.TOPICS in mapped:
        assumed = replace(assumed, topics=topics.spellings(session))
    cleaner = Cleaner(mapped, assumed, len(taken.header))
    with files.place(taken.id).open("rb") as opened:
        rows = records.read(opened, Encoding(taken.encoding), taken.delimiter, place)
        if taken.reached == 0:
            next(rows, None)  # the names of the columns
        number = staging.copy(session, taken.id, rows, cleaner, after=taken.rows, most=ROWS)
        rows.close()
    taken.reached, taken.line = place.offset, place.line
    return number
