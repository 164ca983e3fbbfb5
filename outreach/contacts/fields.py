"""The installation's own fields: what they are called, and what may stand in them.

A value is checked at the door and kept in the contact's `fields` as JSON: a text, a number, a day as 2026-11-26, the
key of a choice, true or false. A field that says nothing is not there.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.contacts.models import Contact, ContactField, FieldKind
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

MOST: Final = 50
LONGEST: Final = 500
LARGEST: Final = Decimal(10) ** 15  # what JSON readers keep exactly
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_YES: Final = {"1", "true", "yes", "ja", "是"}
_NO: Final = {"0", "false", "no", "nej", "否"}

Value = str | int | float | bool


def listed(session: Session) -> list[ContactField]:
    """Return all fields in their order."""
    return list(session.exec(select(ContactField).order_by(col(ContactField.position), col(ContactField.key))))


def get(session: Session, key: str) -> ContactField:
    """Return the field of a key. Raises NotFound."""
    found = session.exec(select(ContactField).where(col(ContactField.key) == key)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such field; it may have been removed."))
    return found


def label(field: ContactField) -> str:
    """Name a field in the language in use."""
    return _in_use(field.names, field.key)


def choice_label(field: ContactField, key: str) -> str:
    """Name one choice of a field in the language in use."""
    names: Mapping[str, str] = next((one["names"] for one in field.choices if one["key"] == key), {})
    return _in_use(names, key)


def kind_label(kind: FieldKind) -> str:
    """Name a kind of field in the language in use."""
    labels = {
        FieldKind.TEXT: _("Text"),
        FieldKind.NUMBER: _("Number"),
        FieldKind.DATE: _("Date"),
        FieldKind.CHOICE: _("One of several"),
        FieldKind.YES_NO: _("Yes or no"),
    }
    return labels[kind]


def shown(field: ContactField, value: Value) -> str:
    """Write a value for a reader, in the language in use."""
    match field.kind:
        case FieldKind.CHOICE:
            return choice_label(field, str(value))
        case FieldKind.YES_NO:
            return _("Yes") if value else _("No")
        case FieldKind.DATE:
            return locale.short_date(date.fromisoformat(str(value)))
        case _:
            return str(value)


def typed(value: Value | None) -> str:
    """Write a value as a form takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def checked(session: Session, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return what is said, as it is kept; what is empty is left out. Raises Refused, naming the field."""
    if not given:
        return {}
    known = {field.key: field for field in listed(session)}
    read = {key: read_value(known[key], value) for key, value in given.items() if key in known}
    return {key: value for key, value in read.items() if value is not None}


def read_value(field: ContactField, given: Value) -> Value | None:
    """Read what was typed, or what is kept already; None for nothing. Raises Refused."""
    text = " ".join(merge.plain(typed(given)).split())
    if not text:
        return None
    match field.kind:
        case FieldKind.NUMBER:
            return _number(field, text)
        case FieldKind.DATE:
            return _day(field, text)
        case FieldKind.CHOICE:
            return _choice(field, text)
        case FieldKind.YES_NO:
            return _yes_or_no(field, text)
    if len(text) > LONGEST:
        raise Refused(_("“%(field)s” is too long; keep it under 500 characters.") % {"field": label(field)})
    return text


def define(
    session: Session,
    *,
    key: str,
    kind: FieldKind,
    names: Mapping[str, str],
    choices: Sequence[Mapping[str, Any]] = (),
    by: str,
) -> ContactField:
    """Add a field behind the others. Raises Refused for what cannot be one, Conflict for a key that is taken."""
    if not _KEY.fullmatch(key):
        raise Refused(_("Write the key with small letters a–z, digits and _, such as “member_since”."))
    present = listed(session)
    if any(one.key == key for one in present):
        raise Conflict(_("There is a field “%(key)s” already.") % {"key": key})
    if len(present) >= MOST:
        raise Refused(_("More than 50 fields are too many; remove one first."))
    field = ContactField(
        key=key,
        kind=kind,
        names=_named(names),
        choices=_offered(kind, choices),
        position=max((one.position for one in present), default=0) + 1,
    )
    session.add(field)
    audit.append(session, actor=by, action="contact_field.add", subject=f"contact_field:{key}")
    return field


def change(
    session: Session,
    field: ContactField,
    *,
    names: Mapping[str, str],
    choices: Sequence[Mapping[str, Any]],
    position: int,
    by: str,
) -> None:
    """Rename a field, its choices, or move it; its key and kind stay. A choice that somebody has cannot go."""
    offered = _offered(field.kind, choices)
    gone = {one["key"] for one in field.choices} - {one["key"] for one in offered}
    used = session.scalar(
        sa.select(col(Contact.fields)[field.key].astext)
        .where(col(Contact.fields)[field.key].astext == sa.any_(sa.literal(sorted(gone), sa.ARRAY(sa.Text))))
        .limit(1)
    )
    if used is not None:
        raise Refused(_("“%(choice)s” is chosen for somebody, so it stays.") % {"choice": choice_label(field, used)})
    field.names, field.choices, field.position = _named(names), offered, position
    session.add(field)
    audit.append(session, actor=by, action="contact_field.change", subject=f"contact_field:{field.key}")


def remove(session: Session, field: ContactField, *, by: str) -> int:
    """Remove a field and what it says of everybody; returns of how many."""
    lost = session.execute(
        sa.text("UPDATE contact SET fields = fields - :key, updated_at = now() WHERE fields ? :key RETURNING id"),
        {"key": field.key},
    ).all()
    session.delete(field)
    audit.append(
        session,
        actor=by,
        action="contact_field.remove",
        subject=f"contact_field:{field.key}",
        detail={"people": len(lost)},
    )
    return len(lost)


def holders(session: Session, field: ContactField) -> int:
    """Count the people of whom a field says something. Reads all contacts."""
    counted = sa.text("SELECT count(*) FROM contact WHERE fields ? :key")
    number: int = session.execute(counted, {"key": field.key}).scalar_one()
    return number


def _in_use(names: Mapping[str, str], otherwise: str) -> str:
    return names.get(locale.language()) or names.get("en") or next(iter(names.values()), otherwise)


def _named(names: Mapping[str, str]) -> dict[str, str]:
    tidy = {tag: " ".join(merge.plain(name).split())[:80] for tag, name in names.items() if tag in locale.LANGUAGES}
    own = {tag: name for tag, name in tidy.items() if name}
    if not own:
        raise Refused(_("Give the field a name in at least one language."))
    return own


def _offered(kind: FieldKind, choices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if kind is not FieldKind.CHOICE:
        return []
    offered: list[dict[str, Any]] = []
    for one in choices:
        key = str(one["key"]).strip()
        if not _KEY.fullmatch(key):
            raise Refused(_("Write the key with small letters a–z, digits and _, such as “member_since”."))
        if key in {known["key"] for known in offered}:
            raise Refused(_("Two choices cannot have the same key “%(key)s”.") % {"key": key})
        offered.append({"key": key, "names": _named(one["names"])})
    if not offered:
        raise Refused(_("Write at least one choice."))
    return offered


def _number(field: ContactField, text: str) -> int | float:
    try:
        number = Decimal(text.replace(" ", "").replace("\u2212", "-").replace(",", "."))
    except InvalidOperation as unreadable:
        raise Refused(_("“%(field)s” takes a number, such as 12 or 12.5.") % {"field": label(field)}) from unreadable
    if not number.is_finite() or abs(number) > LARGEST:
        raise Refused(_("“%(field)s” takes a number, such as 12 or 12.5.") % {"field": label(field)})
    return int(number) if number == number.to_integral_value() else float(number)


def _day(field: ContactField, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as unreadable:
        raise Refused(_("“%(field)s” takes a day, such as 2026-11-26.") % {"field": label(field)}) from unreadable


def _choice(field: ContactField, text: str) -> str:
    for one in field.choices:
        if text.casefold() in {one["key"], *(name.casefold() for name in one["names"].values())}:
            return str(one["key"])
    raise Refused(_("“%(field)s” takes one of its choices.") % {"field": label(field)})


def _yes_or_no(field: ContactField, text: str) -> bool:
    if text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    raise Refused(_("“%(field)s” takes yes or no.") % {"field": label(field)})
