"""The steps of all imports. Each is one transaction that starts where the one before was committed."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.foundation import jobs
from outreach.foundation.jobs import Job
from outreach.intake import applying, checking, examining, files, undoing
from outreach.intake.asking import WORK
from outreach.intake.models import Import, ImportState

TICK: Final = Job("intake.tick")

STEPS: Final[Mapping[ImportState, Callable[[Session, Import], None]]] = {
    ImportState.EXAMINING: examining.examine,
    ImportState.CHECKING: checking.check_some,
    ImportState.APPLYING: applying.apply_some,
    ImportState.UNDOING: undoing.undo_some,
}
_NEEDS_FILE: Final = frozenset({ImportState.EXAMINING, ImportState.CHECKING})


def step(session: Session, import_id: UUID) -> bool:
    """Do the next step of an import; False when there is none, or another worker is at it, or the file is elsewhere."""
    taken = session.get(Import, import_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if taken is None or taken.state not in STEPS:
        return False
    if taken.state in _NEEDS_FILE and not files.place(taken.id).exists():
        return False  # on another host; where that is gone too, `tidy` ends it
    STEPS[taken.state](session, taken)
    session.flush()
    session.execute(_TOUCH, {"import": taken.id})
    return taken.state in STEPS


def ring_for_stalled(session: Session) -> None:
    """Wake a worker for every import that nobody has touched for a while."""
    for import_id in session.scalars(_STALLED):
        jobs.nudge(session, WORK, str(import_id))


def tidy(session: Session) -> None:
    """Forget rows that can no longer be undone, and files that nobody went on with for a week."""
    session.execute(_FORGET_ROWS)
    for import_id in session.scalars(_FORGET_ABANDONED):
        files.drop(import_id)


_TOUCH: Final = sa.text("UPDATE contact_import SET touched_at = clock_timestamp() WHERE id = :import")

_STALLED: Final = sa.text(
    """
    SELECT id FROM contact_import
    WHERE state IN ('examining', 'checking', 'applying', 'undoing') AND touched_at < now() - interval '15 seconds'
    """
)

_FORGET_ROWS: Final = sa.text(
    """
    DELETE FROM contact_import_row USING contact_import
    WHERE contact_import.id = import_id
        AND (state = 'applied' AND applied_at < now() - interval '24 hours'
            OR state = 'undone' AND touched_at < now() - interval '24 hours'
            OR state IN ('examining', 'asking', 'checking', 'checked', 'refused')
                AND touched_at < now() - interval '7 days')
    """
)

_FORGET_ABANDONED: Final = sa.text(
    """
    DELETE FROM contact_import
    WHERE state IN ('examining', 'asking', 'checking', 'checked', 'refused') AND touched_at < now() - interval '7 days'
    RETURNING id
    """
)
