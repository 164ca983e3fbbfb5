"""The sentences that people agreed to: each kept once per language, found again by the SHA-256 of its text."""

import hashlib
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from outreach.consent.models import ConsentWording

SHORT: Final = 8  # characters of a hash that a page shows


def intern(session: Session, text: str, language: str) -> int | None:
    """Return the version of a sentence, written down when it is seen for the first time; None for no sentence."""
    if not text:
        return None
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    known = sa.select(col(ConsentWording.id)).where(
        col(ConsentWording.sha256) == sha256, col(ConsentWording.language) == language
    )
    found: int | None = session.execute(known).scalar_one_or_none()
    if found is None:
        # Of two that see it first at once, one waits here for the other.
        session.execute(
            insert(ConsentWording).values(language=language, text=text, sha256=sha256).on_conflict_do_nothing()
        )
        found = session.execute(known).scalar_one()
    return found


# The same for everything that `loading` has staged.
INTERN_STAGED: Final = sa.text(
    """
    INSERT INTO consent_wording (language, text, sha256)
    SELECT language, wording, encode(sha256(convert_to(wording, 'UTF8')), 'hex')
    FROM (SELECT DISTINCT language, wording FROM consent_entry WHERE wording <> '' ORDER BY language, wording) AS said
    ON CONFLICT DO NOTHING
    """
)
