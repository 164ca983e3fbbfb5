"""Taking an import back within a day: what it changed is as before, whom it added is gone, and what stays is said why.

What stays: people to whom something was sent since, people who decided something themselves since, and fields that
somebody has changed since. The evidence of the others' permission goes too, for it was never true; the audit log
keeps that it was there.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.accounts import audit
from outreach.delivery import queries as deliveries
from outreach.foundation import clock, jobs
from outreach.foundation.errors import Conflict
from outreach.foundation.locale import gettext as _
from outreach.intake import judging
from outreach.intake.asking import WORK
from outreach.intake.models import Import, ImportRow, ImportState, Verdict

ROWS: Final = 5_000
UNDOABLE: Final = timedelta(hours=24)


class Kept(StrEnum):
    """Why something of a row stays."""

    WRITTEN_TO = "written_to"  # a letter has been planned or sent to them since
    DECIDED = "decided"  # they, or somebody for them, decided something about letters since
    EDITED = "edited"  # somebody has changed them since


def undo(session: Session, taken: Import, *, by: str) -> None:
    """Let a worker take an import back. Raises Conflict where it is not applied, or longer ago than a day."""
    if not can_undo(taken):
        raise Conflict(_("Only an import of the last 24 hours can be undone."))
    taken.state, taken.done = ImportState.UNDOING, 0
    audit.append(session, actor=by, action="contacts.import.undo", subject=f"import:{taken.id}")
    jobs.nudge(session, WORK, str(taken.id))


def can_undo(taken: Import) -> bool:
    """Tell whether an import may still be taken back."""
    return (
        taken.state is ImportState.APPLIED
        and taken.applied_at is not None
        and clock.now() - taken.applied_at < UNDOABLE
    )


def undo_some(session: Session, taken: Import) -> None:
    """Take the next rows back; when all are, count what stays."""
    after, until = taken.done, min(taken.done + ROWS, taken.rows)
    span = {"import": taken.id, "key": str(taken.id), "after": after, "until": until}
    _mark(session, taken, span)
    for statement in (_FORGET_SUBSCRIPTIONS, _FORGET_EVIDENCE, _MARK_EDITED, _RESTORE, _REMOVE):
        session.execute(statement, span)
    taken.done = until
    if taken.done >= taken.rows:
        session.execute(_REMOVE_ORGANISATIONS, span)
        taken.counts = {
            **judging.counts(session, taken),
            **{row.kept: row.number for row in session.execute(_KEPT, span)},
        }
        taken.state = ImportState.UNDONE


def _mark(session: Session, taken: Import, span: dict[str, object]) -> None:
    session.execute(_MARK_DECIDED, span)
    rows = sa.update(ImportRow).where(
        col(ImportRow.import_id) == taken.id,
        col(ImportRow.position) > span["after"],
        col(ImportRow.position) <= span["until"],
        col(ImportRow.verdict).in_([Verdict.NEW, Verdict.CHANGED, Verdict.SAME]),
        deliveries.written_to_since(col(ImportRow.contact_id), taken.created_at),
    )
    session.execute(rows.values(kept=Kept.WRITTEN_TO.value).execution_options(synchronize_session=False))


_SPAN: Final = "row.import_id = :import AND row.position > :after AND row.position <= :until"

_MARK_DECIDED: Final = sa.text(
    f"""
    UPDATE contact_import_row AS row SET kept = 'decided'
    WHERE {_SPAN} AND row.verdict IN ('new', 'changed', 'same') AND EXISTS (
        SELECT FROM consent_record AS later
        WHERE later.contact_id = row.contact_id AND later.evidence->>'import' IS DISTINCT FROM :key
            AND (row.verdict = 'new' OR later.at > (SELECT created_at FROM contact_import WHERE id = :import))
    )
    """  # noqa: S608 - the span stands above
)

# Permissions that this import gave, to people whose rows can be undone.
_FORGET_SUBSCRIPTIONS: Final = sa.text(
    f"""
    DELETE FROM subscription USING contact_import_row AS row, consent_record AS given
    WHERE {_SPAN} AND row.kept = '' AND row.verdict IN ('new', 'changed', 'same')
        AND given.contact_id = row.contact_id AND given.evidence->>'import' = :key
        AND subscription.contact_id = row.contact_id AND subscription.topic_id = given.topic_id
    """  # noqa: S608 - the span stands above
)

_FORGET_EVIDENCE: Final = sa.text(
    f"""
    SELECT forget_evidence_of_import(:import, coalesce(array_agg(row.contact_id), '{{}}'))
    FROM contact_import_row AS row
    WHERE {_SPAN} AND row.kept = '' AND row.verdict IN ('new', 'changed', 'same')
    """  # noqa: S608 - the span stands above
)

_FIELDS: Final = ("given_name", "family_name", "native_name", "latin_name", "title", "country", "time_zone")
_WRITTEN: Final = {**{name: f"row.{name}" for name in _FIELDS}, "language": "row.said_language"}
_EDITED: Final = " OR ".join(f"row.before ? '{name}' AND contact.{name} <> {said}" for name, said in _WRITTEN.items())
_OTHER: Final = " OR ".join(
    f"contact.{name} <> row.{name}" for name in ("address", "language", *_FIELDS) if name != "time_zone"
)

_MARK_EDITED: Final = sa.text(
    f"""
    UPDATE contact_import_row AS row SET kept = 'edited'
    FROM contact
    WHERE {_SPAN} AND contact.id = row.contact_id AND row.kept = ''
        AND (row.verdict = 'new' AND ({_OTHER}) OR row.verdict = 'changed' AND ({_EDITED}))
    """  # noqa: S608 - every name in it stands above
)

# A field that still says what the import wrote is as before; one that says something else is left alone.
_RESTORED: Final = ",\n".join(
    f"{name} = CASE WHEN row.before ? '{name}' AND contact.{name} = {said} "
    f"THEN row.before->>'{name}' ELSE contact.{name} END"
    for name, said in _WRITTEN.items()
)

_RESTORE: Final = sa.text(
    f"""
    UPDATE contact SET
        {_RESTORED},
        organisation_id = CASE WHEN row.before ? 'organisation'
            THEN nullif(row.before->>'organisation', '')::uuid ELSE contact.organisation_id END,
        tags = CASE WHEN row.before ? 'tags' THEN ARRAY(
            SELECT tag FROM unnest(contact.tags) AS tag
            WHERE row.before->'tags' ? tag OR tag <> ALL (string_to_array(row.tags, ','))
        ) ELSE contact.tags END,
        updated_at = now()
    FROM contact_import_row AS row
    WHERE {_SPAN} AND contact.id = row.contact_id AND row.verdict = 'changed'
    """  # noqa: S608 - every name in it stands above
)

_REMOVE: Final = sa.text(
    f"""
    DELETE FROM contact USING contact_import_row AS row
    WHERE {_SPAN} AND contact.id = row.contact_id AND row.verdict = 'new' AND row.kept = ''
    """  # noqa: S608 - the span stands above
)

# Organisations that this import made and where nobody is any more.
_REMOVE_ORGANISATIONS: Final = sa.text(
    """
    DELETE FROM organisation
    WHERE created_at >= (SELECT created_at FROM contact_import WHERE id = :import)
        AND key IN (
            SELECT 'name-' || md5(organisation_key) FROM contact_import_row
            WHERE import_id = :import AND organisation_key <> ''
        )
        AND NOT EXISTS (SELECT FROM contact WHERE organisation_id = organisation.id)
    """
)

_KEPT: Final = sa.text(
    "SELECT kept, count(*) AS number FROM contact_import_row WHERE import_id = :import AND kept <> '' GROUP BY kept"
)
