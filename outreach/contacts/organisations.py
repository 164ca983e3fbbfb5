"""Organisations, and what their kinds, sectors and countries are called."""

import unicodedata
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from outreach.contacts.models import Organisation, OrganisationKind, Sector
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext
from outreach.foundation.tables import uuid7


def upsert(
    session: Session,
    *,
    key: str,
    names: Mapping[str, str],
    kind: OrganisationKind,
    sector: Sector,
    country: str,
    language: str,
    note: str = "",
) -> Organisation:
    """Create the organisation of this key, or bring it up to date. `names` holds one per language, at least one."""
    own = {tag: name.strip() for tag, name in names.items() if name.strip()}
    if not own:
        raise Refused(_("The organisation “%(key)s” needs a name in at least one language.") % {"key": key})
    values = {
        "names": own,
        "kind": kind,
        "sector": sector,
        "country": country.upper(),
        "language": locale.match(language) or "en",
        "note": note,
    }
    statement = (
        insert(Organisation)
        .values(id=uuid7(), key=key, **values)
        .on_conflict_do_update(index_elements=["key"], set_=values)
        .returning(Organisation)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def by_key(session: Session, key: str) -> Organisation:
    """Return the organisation of a key. Raises NotFound."""
    found = session.exec(select(Organisation).where(col(Organisation.key) == key)).one_or_none()
    if found is None:
        raise NotFound(_("There is no organisation “%(key)s”.") % {"key": key})
    return found


def keys_by_name(session: Session, name: str) -> list[str]:
    """Return the keys of the organisations that are called so in some language, or whose key it is."""
    names = sa.func.jsonb_each_text(col(Organisation.names)).table_valued("key", "value").alias("names")
    called = sa.exists().where(sa.func.lower(names.c.value) == name.strip().lower())
    wanted = sa.select(col(Organisation.key)).where(sa.or_(called, col(Organisation.key) == name.strip()))
    return list(session.scalars(wanted.order_by(col(Organisation.key)).limit(20)))


def names_by_key(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return what organisations are called in the language in use, by their keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = session.exec(select(Organisation).where(col(Organisation.key).in_(wanted)))
    return {one.key: one.name(locale.language()) for one in found}


def spelling(name: str) -> str:
    """Return the form in which names are compared: full-width forms, case and spaces make no difference."""
    folded = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return " ".join(folded.lower().split())


def kind_label(kind: OrganisationKind) -> str:
    """Name a kind of organisation in the language in use."""
    labels = {
        OrganisationKind.AUTHORITY: _("Authority"),
        OrganisationKind.COMPANY: _("Company"),
        OrganisationKind.ASSOCIATION: _("Business association"),
        OrganisationKind.UNIVERSITY: _("University"),
        OrganisationKind.NONPROFIT: _("Non-profit"),
        OrganisationKind.MEDIA: pgettext("kind of organisation", "Media"),
    }
    return labels[kind]


def sector_label(sector: Sector) -> str:
    """Name a sector in the language in use."""
    labels = {
        Sector.PUBLIC_ADMINISTRATION: _("Public administration"),
        Sector.TEXTILES: _("Textiles"),
        Sector.ELECTRONICS: _("Electronics"),
        Sector.MACHINERY: _("Machinery"),
        Sector.FOOD: _("Food"),
        Sector.RETAIL_SOURCING: _("Retail and sourcing"),
        Sector.EDUCATION: _("Education and research"),
        Sector.CIVIL_SOCIETY: _("Civil society"),
        Sector.TRADE: _("Trade"),
        Sector.MEDIA: pgettext("sector", "Media"),
    }
    return labels[sector]


def language_label(tag: str) -> str:
    """Name a language in the language in use; `locale.NAMES` has each one's own name for itself."""
    labels = {"sv": _("Swedish"), "zh-Hans": _("Chinese"), "en": _("English")}
    return labels.get(tag, tag)


def country_label(code: str) -> str:
    """Name a country (ISO 3166-1 alpha-2) in the language in use; `INT` is no single country."""
    if code == "INT":
        return _("International")
    return str(locale.locale().territories.get(code, code))


def stage_spellings(session: Session) -> None:
    """Put every spelling of every organisation into the temporary table `organisation_spelling (spelling, id)`.

    It lives until the transaction ends. Reads all organisations, a name at a time.
    """
    session.execute(
        sa.text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS organisation_spelling (spelling text PRIMARY KEY, id uuid) "
            "ON COMMIT DROP"
        )
    )
    session.execute(sa.text("TRUNCATE organisation_spelling"))
    seen: set[str] = set()
    spellings, numbers = [], []
    for number, names in session.execute(
        sa.select(col(Organisation.id), col(Organisation.names)).order_by(col(Organisation.id))
    ):
        for key in {spelling(name) for name in names.values()} - seen:
            seen.add(key)
            spellings.append(key)
            numbers.append(number)
    session.execute(
        sa.text(
            "INSERT INTO organisation_spelling "
            "SELECT * FROM unnest(CAST(:spellings AS text[]), CAST(:numbers AS uuid[]))"
        ),
        {"spellings": spellings, "numbers": numbers},
    )
    session.execute(sa.text("ANALYZE organisation_spelling"))
