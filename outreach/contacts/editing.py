"""Adding contacts and changing them: everything that comes from outside is checked here."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.contacts import addresses, corrections, fields, notices, sources
from outreach.contacts.fields import Value
from outreach.contacts.models import Contact, ContactAlias, Organisation, SourceKind
from outreach.delivery import erasures
from outreach.delivery.models import Suppression, SuppressionReason
from outreach.foundation import clock, locale
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

_LONGEST: Final = 200
_OWN_WISH: Final = {SuppressionReason.COMPLAINT, SuppressionReason.UNSUBSCRIBED, SuppressionReason.ERASED}
_NO_COUNTRIES: Final = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # CLDR names these too


@dataclass(frozen=True)
class Details:
    """What is known of a person, as it was typed or sent in. `source` says where it comes from (GDPR Art. 14)."""

    email: str
    language: str
    source: str
    source_kind: SourceKind | str = ""
    given_name: str = ""
    family_name: str = ""
    native_name: str = ""
    latin_name: str = ""
    title: str = ""
    organisation_id: UUID | None = None
    country: str = ""
    time_zone: str = "Europe/Stockholm"
    tags: tuple[str, ...] = field(default=())
    fields: Mapping[str, Value] = field(default_factory=dict)


def add(session: Session, details: Details, *, actor: str) -> Contact:
    """Add a contact. Raises Refused for what cannot be used, Conflict when the address is known already or was erased.

    Unless they gave the address themselves, they are to be told of it (`notices`), and nobody brings back who was
    erased; signing up again is their own to do. That we know somebody permits nothing: `consent.ledger` does.
    """
    contact = Contact(**_checked(session, details))
    if contact.source_kind is not SourceKind.THEMSELVES:
        _insist_not_erased(session, contact.address)
    _flush(session, contact)
    notices.require(session, contact)
    audit.append(session, actor=actor, action="contact.add", subject=f"contact:{contact.id}")
    return contact


def update(session: Session, contact: Contact, details: Details, *, actor: str) -> Contact:
    """Bring a contact up to date, and keep what it said before (GDPR Art. 16).

    The audit log keeps the names of the changed fields, never their contents. Raises Refused, Conflict where the new
    address is somebody else's, or where the person asked that nothing be sent to the old one.
    """
    values = _checked(session, details)
    changed = sorted(name for name, value in values.items() if getattr(contact, name) != value)
    if not changed:
        return contact
    if "address" in changed:
        _insist_free(session, contact.address)
        _insist_not_erased(session, values["address"])
    corrections.keep(session, contact, values, by=actor)
    for name in changed:
        setattr(contact, name, values[name])
    contact.updated_at = clock.now()
    _flush(session, contact)
    audit.append(
        session, actor=actor, action="contact.update", subject=f"contact:{contact.id}", detail={"fields": changed}
    )
    return contact


def details_of(contact: Contact, **changes: Any) -> Details:
    """Return what is known of a contact, with some fields replaced: what `update` takes."""
    known = {name: getattr(contact, name) for name in Details.__dataclass_fields__}
    return replace(Details(**{**known, "tags": tuple(contact.tags), "fields": dict(contact.fields)}), **changes)


def _checked(session: Session, details: Details) -> Mapping[str, Any]:
    address = addresses.normalise(details.email)
    if details.organisation_id is not None and session.get(Organisation, details.organisation_id) is None:
        raise Refused(_("The organisation chosen for this contact does not exist any more; choose another."))
    texts = {name: _text(value) for name, value in asdict(details).items() if isinstance(value, str)}
    if not texts["source"]:
        raise Refused(_("Say where this contact comes from, such as “sign-up form” or “met at a fair”."))
    return {
        **texts,
        "source_kind": _source_kind(details),
        "email": address.typed,
        "address": address.normalised,
        "language": _language(details.language),
        "country": _country(details.country),
        "time_zone": _time_zone(details.time_zone),
        "organisation_id": details.organisation_id,
        "tags": sorted({tag_text(tag) for tag in details.tags} - {""}),
        "fields": fields.checked(session, details.fields),
    }


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the code of every country (ISO 3166-1 alpha-2)."""
    known = {str(tag) for tag in locale.locale("en").territories}
    return frozenset(tag for tag in known if len(tag) == 2 and tag.isalpha()) - _NO_COUNTRIES


def tag_text(tag: str) -> str:
    """Return a tag as it is kept: tidied, and without the comma that separates tags in files. Raises Refused."""
    return _text(tag.replace(",", " "))


def _insist_free(session: Session, address: str) -> None:
    """Raise Conflict where a person's own wish hangs on an address: a new one would go round it."""
    reason = session.scalar(sa.select(col(Suppression.reason)).where(col(Suppression.address) == address))
    if reason in _OWN_WISH:
        raise Conflict(
            _("This person wants no letters, and that wish hangs on this address; see there before you change it.")
        )


def _insist_not_erased(session: Session, address: str) -> None:
    if erasures.stands_for(session, address):
        raise Conflict(_("Whoever had this address asked to be erased. They can sign up again themselves."))


def _text(value: str) -> str:
    # Control and private-use characters could forge headers and merge fields.
    tidy = " ".join(merge.plain(unicodedata.normalize("NFC", value)).split())
    if len(tidy) > _LONGEST:
        raise Refused(_("“%(start)s…” is too long; keep it under 200 characters.") % {"start": tidy[:30]})
    return tidy


def _source_kind(details: Details) -> SourceKind:
    """Read the kind of source; words that say more than the choice count (MII Order 38, Art. 12)."""
    if sources.is_collected(details.source):
        return SourceKind.COLLECTED
    try:
        return SourceKind(details.source_kind or SourceKind.UNSAID)
    except ValueError as unknown:
        raise Refused(_("Choose from the list how we came by this address.")) from unknown


def _language(tag: str) -> str:
    known = locale.match(tag)
    if known is None:
        raise Refused(
            _("“%(language)s” is not a language of ours; choose among %(known)s.")
            % {"language": tag, "known": ", ".join(locale.LANGUAGES)}
        )
    return known


def _country(code: str) -> str:
    upper = code.strip().upper()
    if upper not in countries() | {"INT", ""}:
        raise Refused(_("“%(country)s” is not a country code; write it as SE or CN.") % {"country": code})
    return upper


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Refused(_("“%(zone)s” is not a time zone; write it as Europe/Stockholm.") % {"zone": name}) from unknown


def _flush(session: Session, contact: Contact) -> None:
    taken = select(Contact.id).where(col(Contact.address) == contact.address, col(Contact.id) != contact.id)
    was = select(ContactAlias.contact_id).where(
        col(ContactAlias.address) == contact.address, col(ContactAlias.contact_id) != contact.id
    )
    with session.no_autoflush:
        known = session.exec(taken).one_or_none() or session.exec(was.limit(1)).one_or_none()
    if known is not None:
        raise Conflict(_("There is a contact with this address already; open that one instead."))
    try:
        with session.begin_nested():
            session.add(contact)
    except IntegrityError as race:  # somebody else added the same address since we looked
        raise Conflict(_("There is a contact with this address already; open that one instead.")) from race
