"""Organisations by hand: adding one, correcting it, and making one of two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts import editing
from outreach.contacts.models import Organisation, OrganisationKind, Sector
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.tables import uuid7
from outreach.rendering import merge as merging

_LONGEST: Final = 200


@dataclass(frozen=True)
class Employer:
    """What is known of an organisation, as it was typed."""

    kind: str
    sector: str
    country: str
    language: str
    names: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def add(session: Session, typed: Employer, *, by: str) -> Organisation:
    """Add an organisation. Raises Refused for what cannot be used."""
    number = uuid7()
    one = Organisation(id=number, key=f"hand-{number.hex[-12:]}", **_checked(typed))
    session.add(one)
    session.flush()
    audit.append(session, actor=by, action="organisation.add", subject=f"organisation:{one.id}")
    return one


def update(session: Session, one: Organisation, typed: Employer, *, by: str) -> None:
    """Correct an organisation; the log keeps the names of what was changed."""
    values = _checked(typed)
    changed = sorted(name for name, value in values.items() if getattr(one, name) != value)
    for name in changed:
        setattr(one, name, values[name])
    if changed:
        session.add(one)
        session.flush()
        detail = {"fields": changed}
        audit.append(session, actor=by, action="organisation.update", subject=f"organisation:{one.id}", detail=detail)


def merge(session: Session, kept: Organisation, gone: Organisation, *, by: str) -> int:
    """Let the people of one organisation belong to another, which takes the names that it lacks; returns how many."""
    if kept.id == gone.id:
        raise Conflict(_("Choose two different organisations."))
    moved = cast("sa.CursorResult[Any]", session.execute(_MOVE, {"kept": kept.id, "gone": gone.id, "by": by})).rowcount
    kept.names = {**gone.names, **kept.names}
    kept.note = kept.note or gone.note
    session.add(kept)
    session.delete(gone)
    session.flush()
    detail = {"merged": str(gone.id), "people": moved}
    audit.append(session, actor=by, action="organisation.merge", subject=f"organisation:{kept.id}", detail=detail)
    return moved


def get(session: Session, organisation_id: UUID) -> Organisation:
    """Return an organisation. Raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(_("There is no such organisation."))
    return found


def _checked(typed: Employer) -> dict[str, Any]:
    names = {tag: _text(name) for tag, name in typed.names.items() if tag in locale.LANGUAGES}
    own = {tag: name for tag, name in names.items() if name}
    if not own:
        raise Refused(_("Give the organisation a name in at least one language."))
    if typed.kind not in list(OrganisationKind) or typed.sector not in list(Sector):
        raise Refused(_("Choose the kind and the sector of organisations from the list."))
    country = typed.country.strip().upper()
    if country not in editing.countries() | {"INT"}:
        raise Refused(_("Choose the country of the organisation."))
    if typed.language not in locale.LANGUAGES:
        raise Refused(_("Choose the language of the organisation."))
    return {
        "names": own,
        "kind": OrganisationKind(typed.kind),
        "sector": Sector(typed.sector),
        "country": country,
        "language": typed.language,
        "note": _text(typed.note),
    }


def _text(value: str) -> str:
    tidy = " ".join(merging.plain(value).split())
    if len(tidy) > _LONGEST:
        raise Refused(_("“%(start)s…” is too long; keep it under 200 characters.") % {"start": tidy[:30]})
    return tidy


_MOVE: Final = sa.text(
    """
    WITH moved AS (
        UPDATE contact SET organisation_id = :kept, updated_at = now() WHERE organisation_id = :gone RETURNING id
    )
    INSERT INTO contact_change (contact_id, by, before, after)
    SELECT id, :by, jsonb_build_object('organisation_id', CAST(:gone AS uuid)),
        jsonb_build_object('organisation_id', CAST(:kept AS uuid))
    FROM moved
    """
)
