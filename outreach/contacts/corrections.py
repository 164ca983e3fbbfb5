"""What a contact said before it was corrected, and since when it says what it does (GDPR Art. 16)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from outreach.contacts import fields
from outreach.contacts.models import Contact, ContactChange, Organisation
from outreach.contacts.organisations import country_label, language_label
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext

KEPT: Final = (
    *("email", "given_name", "family_name", "native_name", "latin_name", "title", "language"),
    *("organisation_id", "country", "time_zone", "source", "tags", "fields"),
)


def keep(session: Session, contact: Contact, values: Mapping[str, Any], *, by: str) -> None:
    """Keep what the fields that are about to change say now, and what they will say."""
    changed = [name for name in KEPT if name in values and getattr(contact, name) != values[name]]
    if not changed:
        return
    before, after = {}, {}
    for name in changed:
        old, new = getattr(contact, name), values[name]
        if name == "fields":
            old, new = _only_different(old, new)
        before[name], after[name] = _plain(old), _plain(new)
    session.add(ContactChange(contact_id=contact.id, by=by, before=before, after=after))


def lines(session: Session, change: ContactChange) -> list[tuple[str, str, str]]:
    """Return a correction for a reader: per field its name, what it said, and what it says since."""
    found = []
    for name in (*KEPT, "organisation"):
        if name in change.before or name in change.after:
            old, new = change.before.get(name), change.after.get(name)
            if name == "fields":
                found += _own_fields(session, old or {}, new or {})
            else:
                found.append((label(name), shown(session, name, old), shown(session, name, new)))
    return found


def _own_fields(session: Session, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    known = {field.key: field for field in fields.listed(session)}

    def written(key: str, value: Any) -> str:
        if value is None:
            return ""
        return fields.shown(known[key], value) if key in known else fields.typed(value)

    return [
        (fields.label(known[key]) if key in known else key, written(key, old.get(key)), written(key, new.get(key)))
        for key in sorted({*old, *new})
    ]


def _only_different(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    return {key: old[key] for key in keys & set(old)}, {key: new[key] for key in keys & set(new)}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def label(name: str) -> str:
    """Name a field of a contact in the language in use."""
    labels = {
        "email": _("Mail address"),
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "native_name": _("Name in own script"),
        "latin_name": _("In Latin letters"),
        "title": pgettext("person", "Title"),
        "language": _("Language"),
        "organisation_id": _("Organisation"),
        "organisation": _("Organisation"),
        "country": _("Country"),
        "time_zone": _("Clock"),
        "source": _("Source"),
        "tags": _("Tags"),
    }
    return labels[name]


def shown(session: Session, name: str, value: Any) -> str:
    """Write what a field says, or said, for a reader."""
    if not value:
        return ""
    match name:
        case "tags":
            return ", ".join(value)
        case "language":
            return language_label(value)
        case "country":
            return country_label(value)
        case "organisation_id" | "organisation":
            employer = session.get(Organisation, UUID(value))
            return employer.name(locale.language()) if employer else ""
        case _:
            return str(value)
