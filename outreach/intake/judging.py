"""What a row means for whom we know already: new, changed with the difference, same, or nobody to write to any more."""

from typing import Any, Final, cast

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import permission
from outreach.contacts import organisations
from outreach.contacts.importing.faults import Fault
from outreach.delivery import erasures
from outreach.intake.models import Import, ImportRow, Verdict


def judge(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Compare the rows behind position `after`, just read, with contacts and suppressions. Costs a few statements."""
    organisations.stage_spellings(session)
    span = {"import": taken.id, "after": after, "until": until}
    if _changed(session, _KNOWN, span) + _changed(session, _MERGED, span):
        session.execute(_DIFFERENCES, span)
    suppress(session, taken, after=after, until=until)
    if "organisation" in taken.mapping:
        session.execute(_UNKNOWN_ORGANISATIONS, span)


def refresh(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Make whoever was there at the check and is gone meanwhile new again."""
    session.execute(_GONE, {"import": taken.id, "after": after, "until": until})


def compare(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Compare the rows about people we know once more, with what these say now."""
    span = {"import": taken.id, "after": after, "until": until}
    session.execute(_AGAIN, span)
    session.execute(_DIFFERENCES, span)


def find_overtaken(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Point the rows whose address somebody else has added since the check to that contact."""
    session.execute(_OVERTAKEN, {"import": taken.id, "after": after, "until": until})


def find_doubles(session: Session, taken: Import) -> None:
    """Refuse every row whose address stands further up in the file; once, when all rows are there."""
    session.execute(_DOUBLES, {"import": taken.id})


def counts(session: Session, taken: Import) -> dict[str, int]:
    """Count the rows by verdict."""
    return {row.verdict: row.number for row in session.execute(_COUNTS, {"import": taken.id})}


def suppress(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Refuse the rows of whoever nothing may be sent to, and of whoever was erased and did not come back."""
    rows = sa.update(ImportRow).where(
        col(ImportRow.import_id) == taken.id,
        col(ImportRow.position) > after,
        col(ImportRow.position) <= until,
        col(ImportRow.verdict) != Verdict.REFUSED,
    )
    stays_away: list[sa.ColumnElement[bool]] = [col(ImportRow.address).in_(permission.suppressed_addresses())]
    if erasures.any_at_all(session):  # who is a contact again has signed up again themselves
        stays_away.append(sa.and_(col(ImportRow.verdict) == Verdict.NEW, erasures.among(col(ImportRow.address))))
    session.execute(
        rows.where(sa.or_(*stays_away))
        .values(verdict=Verdict.REFUSED, fault=Fault.SUPPRESSED.value, field="email")
        .execution_options(synchronize_session=False)
    )


def _changed(session: Session, statement: sa.TextClause, span: dict[str, Any]) -> int:
    return cast("sa.CursorResult[Any]", session.execute(statement, span)).rowcount


# Whoever was there at the check and is gone meanwhile is new again.
_GONE: Final = sa.text(
    """
    UPDATE contact_import_row AS row SET verdict = 'new', contact_id = uuidv7(), before = NULL
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until
        AND row.verdict IN ('changed', 'same') AND NOT EXISTS (SELECT FROM contact WHERE id = row.contact_id)
    """
)

_KNOWN: Final = sa.text(
    """
    UPDATE contact_import_row AS row
    SET verdict = 'same', contact_id = contact.id, before = NULL
    FROM contact
    WHERE contact.address = row.address AND row.import_id = :import
        AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
    """
)

# An address of somebody who was merged into somebody else is theirs.
_MERGED: Final = sa.text(
    """
    UPDATE contact_import_row AS row
    SET verdict = 'same', contact_id = alias.contact_id, before = NULL
    FROM contact_alias AS alias
    WHERE alias.address = row.address AND row.import_id = :import
        AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
    """
)

_AGAIN: Final = sa.text(
    """
    UPDATE contact_import_row AS row SET verdict = 'same', before = NULL
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'changed'
    """
)

_FIELDS: Final = ("given_name", "family_name", "native_name", "latin_name", "title", "country", "time_zone")
_SAID: Final = {**{name: f"row.{name}" for name in _FIELDS}, "language": "row.said_language"}
_DIFFERENT: Final = ",\n".join(
    f"'{name}', CASE WHEN {said} <> '' AND {said} <> contact.{name} THEN contact.{name} END"
    for name, said in _SAID.items()
)
_DIFFERENCES: Final = sa.text(
    f"""
    WITH compared AS (
        SELECT row.position, jsonb_strip_nulls(jsonb_build_object(
            {_DIFFERENT},
            'organisation', CASE WHEN row.organisation_key <> '' AND (known.id IS NULL
                OR known.id IS DISTINCT FROM contact.organisation_id)
                THEN coalesce(contact.organisation_id::text, '') END,
            'tags', CASE WHEN row.tags <> '' AND NOT contact.tags @> string_to_array(row.tags, ',')
                THEN to_jsonb(contact.tags) END
        )) AS before
        FROM contact_import_row AS row
        JOIN contact ON contact.id = row.contact_id
        LEFT JOIN organisation_spelling AS known ON known.spelling = row.organisation_key
        WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'same'
    )
    UPDATE contact_import_row AS row SET verdict = 'changed', before = compared.before
    FROM compared
    WHERE row.import_id = :import AND row.position = compared.position AND compared.before <> '{{}}'
    """  # noqa: S608 - every name in it stands above
)

_UNKNOWN_ORGANISATIONS: Final = sa.text(
    """
    UPDATE contact_import_row AS row
    SET verdict = 'refused', fault = 'organisation', field = 'organisation', detail = left(row.organisation, 80)
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until
        AND row.verdict IN ('new', 'changed') AND row.organisation_key <> '' AND (row.kind = '' OR row.sector = '')
        AND NOT EXISTS (SELECT FROM organisation_spelling WHERE spelling = row.organisation_key)
    """
)

_DOUBLES: Final = sa.text(
    """
    UPDATE contact_import_row AS row
    SET verdict = 'refused', fault = 'twice', field = 'email', detail = first.line::text
    FROM (
        SELECT address, min(position) AS position, min(line) AS line FROM contact_import_row
        WHERE import_id = :import AND address <> ''
        GROUP BY address HAVING count(*) > 1
    ) AS first
    WHERE row.import_id = :import AND row.address = first.address AND row.position > first.position
        AND row.verdict <> 'refused'
    """
)

_OVERTAKEN: Final = sa.text(
    """
    UPDATE contact_import_row AS row SET verdict = 'same', contact_id = contact.id
    FROM contact
    WHERE contact.address = row.address AND row.import_id = :import
        AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
        AND NOT EXISTS (SELECT FROM contact AS made WHERE made.id = row.contact_id)
    """
)

_COUNTS: Final = sa.text(
    "SELECT verdict, count(*) AS number FROM contact_import_row WHERE import_id = :import GROUP BY verdict"
)
