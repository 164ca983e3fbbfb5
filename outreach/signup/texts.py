"""The texts of the sign-up page: changed by staff, every version kept with its hash, so that a consent can be proved.

A text that nobody has changed is the one that comes with the product; it is kept when it is first agreed to.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from outreach.accounts import audit
from outreach.content.brand import brand
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge
from outreach.signup.defaults import TEXTS
from outreach.signup.models import SignUpText, TextKind

LONGEST: Final = 8_000  # characters


@dataclass(frozen=True)
class Words:
    """A text as it stands on the page; `made_by` and `at` are empty for the one that came with the product."""

    kind: TextKind
    language: str
    text: str
    sha256: str
    made_by: str = ""
    at: datetime | None = None


def places() -> list[tuple[TextKind, str]]:
    """Return every text that there is, as kind and language, in the order of the page."""
    return list(TEXTS)


def of_page(session: Session, language: str) -> dict[TextKind, Words]:
    """Return the texts that stand on the page of a language, in the order of the page."""
    return {kind: current(session, kind, tag) for kind, tag in TEXTS if tag == language}


def current(session: Session, kind: TextKind, language: str) -> Words:
    """Return the text that stands on the page now. Raises NotFound for one that there is not."""
    if (kind, language) not in TEXTS:
        raise NotFound
    newest = session.exec(_versions(kind, language).limit(1)).first()
    return _words(newest) if newest else original(kind, language)


def original(kind: TextKind, language: str) -> Words:
    """Return the text that comes with the product, with the centre's name and address in it."""
    own = brand(language)
    text = TEXTS[kind, language].format(name=own.organisation, address=" ".join(own.postal_address.split("\n")))
    return Words(kind, language, text, _hash(text))


def history(session: Session, kind: TextKind, language: str) -> list[Words]:
    """List what staff wrote, the newest first."""
    return [_words(one) for one in session.exec(_versions(kind, language))]


def write(session: Session, kind: TextKind, language: str, text: str, *, by: str) -> bool:
    """Put another text on the page; False when it is the one that stands there. Raises Refused, NotFound.

    What was agreed to before keeps the text that was agreed to.
    """
    wanted = tidy(text)
    if not wanted:
        raise Refused(_("Write a text; without it nobody may sign up."))
    if len(wanted) > LONGEST:
        raise Refused(_("This text is too long; keep it under %(number)s characters.") % {"number": LONGEST})
    if wanted == current(session, kind, language).text:
        return False
    _add(session, kind, language, wanted, by=by)
    detail = {"sha256": _hash(wanted)}
    audit.append(session, actor=by, action="signup.text", subject=f"signup:{kind.value}:{language}", detail=detail)
    return True


def keep(session: Session, words: Words) -> None:
    """Keep a text that somebody agrees to, if it came with the product and is not kept yet."""
    if words.made_by:
        return
    kept = sa.select(col(SignUpText.id)).where(
        col(SignUpText.kind) == words.kind,
        col(SignUpText.language) == words.language,
        col(SignUpText.sha256) == words.sha256,
    )
    if session.execute(kept.limit(1)).first() is None:
        _add(session, words.kind, words.language, words.text, by="")


def tidy(text: str) -> str:
    """Return a text without control characters, spaces at the ends of lines, and more than one empty line."""
    lines = [merge.plain(line).rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _versions(kind: TextKind, language: str) -> SelectOfScalar[SignUpText]:
    return (
        select(SignUpText)
        .where(col(SignUpText.kind) == kind, col(SignUpText.language) == language, col(SignUpText.made_by) != "")
        .order_by(col(SignUpText.id).desc())
    )


def _add(session: Session, kind: TextKind, language: str, text: str, *, by: str) -> None:
    session.add(SignUpText(kind=kind, language=language, words=text, sha256=_hash(text), made_by=by))
    session.flush()


def _words(row: SignUpText) -> Words:
    return Words(row.kind, row.language, row.words, row.sha256, row.made_by, row.at)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def label(kind: TextKind) -> str:
    """Name a text in the language in use."""
    labels = {
        TextKind.INTRO: _("What one subscribes to"),
        TextKind.NOTICE: _("How we treat your data"),
        TextKind.TRANSFER: _("Data that leaves China"),
    }
    return labels[kind]


def meaning(kind: TextKind) -> str:
    """Say what a text has to do."""
    meanings = {
        TextKind.INTRO: _("Stands above the form: what comes, how often, and that it costs nothing."),
        TextKind.NOTICE: _(
            "Stands below the form: who is responsible, why, on what ground, who else gets it, for how long, and which "
            "rights people have (GDPR Article 13)."
        ),
        TextKind.TRANSFER: _(
            "Stands beside the box on the Chinese page: the recipient abroad and how to reach it, purpose and means, "
            "what kinds of data, and how people exercise their rights there (PIPL Article 39)."
        ),
    }
    return meanings[kind]
