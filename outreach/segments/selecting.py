"""From a rule to SQL: whom it finds, and of these who receives a piece, in which language, and who does not and why.

Everything is one SELECT with bound parameters, the same for the preview and for the launch, so that what was shown is
what leaves.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from outreach.consent import permission
from outreach.contacts.models import Contact, Organisation, SourceKind
from outreach.contacts.search import country_of_contact
from outreach.delivery import pauses
from outreach.delivery.models import Stream
from outreach.foundation.locale import FALLBACKS
from outreach.segments import rules
from outreach.segments.matching import People, condition
from outreach.segments.models import ExclusionReason


@dataclass(frozen=True)
class AudienceSpec:
    """Whom a piece is meant for and what permits it: one subscription to any of `topics`.

    `languages` are those of the piece's editions. With `fallbacks`, a reader without an own edition gets the next in
    the chain of their language. Who pauses its `stream` gets nothing.
    """

    include: rules.Rule
    exclude: rules.Rule | None
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    fallbacks: bool = True
    stream: Stream = Stream.NEWSLETTER


def contacts(rule: rules.Rule) -> sa.Select[UUID]:
    """Return the SELECT of the ids of all contacts that a rule finds, each once, in no order."""
    people = People()
    meant = condition(rule, people, decides=True)
    return sa.select(col(Contact.id)).select_from(people.source).where(meant)


def audience(spec: AudienceSpec) -> sa.Select[*tuple[Any, ...]]:
    """Return the SELECT of everybody whom `spec.include` finds, one row per contact, in no order.

    Columns: contact_id, address, name, given_name, organisation_id, sector, kind, country, contact_language, language
    (the edition chosen, NULL where there is none), tracked, and reason (an `ExclusionReason`, NULL for who receives).
    """
    people = People()
    meant = condition(spec.include, people, decides=True)
    excluded = condition(spec.exclude, people) if spec.exclude else sa.false()
    suppressed = permission.suppressed_addresses().subquery("suppressed")
    permitted = permission.subscribers(spec.topics).distinct().subquery("permitted")
    paused = pauses.paused(spec.stream).subquery("paused")
    tracked = permission.trackable().subquery("trackable")
    language = edition(spec, col(Contact.language))
    # A CASE decides nobody's presence, so its answers come from joins too.
    reason = first_reason(
        excluded=excluded,
        suppressed=suppressed.c.address.is_not(None),
        collected=_text(Contact.source_kind) == _literal(SourceKind.COLLECTED),
        permitted=permitted.c.contact_id.is_not(None),
        paused=paused.c.contact_id.is_not(None),
        language=language,
    )
    return (
        sa.select(
            col(Contact.id).label("contact_id"),
            col(Contact.address),
            name_of_contact().label("name"),
            col(Contact.given_name),
            col(Contact.organisation_id),
            _text(Organisation.sector).label("sector"),
            _text(Organisation.kind).label("kind"),
            country_of_contact().label("country"),
            col(Contact.language).label("contact_language"),
            language.label("language"),
            tracked.c.contact_id.is_not(None).label("tracked"),
            reason.label("reason"),
        )
        .select_from(
            people.source.outerjoin(suppressed, suppressed.c.address == col(Contact.address))
            .outerjoin(permitted, permitted.c.contact_id == col(Contact.id))
            .outerjoin(paused, paused.c.contact_id == col(Contact.id))
            .outerjoin(tracked, tracked.c.contact_id == col(Contact.id))
        )
        .where(meant)
    )


def first_reason(
    *,
    excluded: sa.ColumnElement[bool],
    suppressed: sa.ColumnElement[bool],
    collected: sa.ColumnElement[bool],
    permitted: sa.ColumnElement[bool],
    paused: sa.ColumnElement[bool],
    language: sa.ColumnElement[str | None],
) -> sa.ColumnElement[str | None]:
    """Say why somebody gets nothing, as the first reason that holds; NULL for who receives."""
    return sa.case(
        (excluded, _literal(ExclusionReason.EXCLUDED)),
        (suppressed, _literal(ExclusionReason.SUPPRESSED)),
        (collected, _literal(ExclusionReason.SOURCE)),
        (sa.not_(permitted), _literal(ExclusionReason.NO_CONSENT)),
        (paused, _literal(ExclusionReason.PAUSED)),
        (language.is_(None), _literal(ExclusionReason.NO_EDITION)),
        else_=None,
    )


def edition(spec: AudienceSpec, own: sa.SQLColumnExpression[str]) -> sa.ColumnElement[str | None]:
    """Choose the edition for each contact's own language; decided here once and kept in the delivery."""
    chosen = {}
    for language, chain in FALLBACKS.items():
        allowed = chain if spec.fallbacks else (language,)
        if found := next((one for one in allowed if one in spec.languages), None):
            chosen[language] = found
    if not chosen:
        return sa.cast(sa.null(), sa.Text)
    return sa.case(*((own == _literal(language), _literal(found)) for language, found in chosen.items()), else_=None)


def name_of_contact() -> sa.ColumnElement[str]:
    """Say `Contact.display_name` in SQL."""
    western = sa.func.btrim(col(Contact.given_name).concat(" ").concat(col(Contact.family_name)))
    return sa.func.coalesce(
        sa.func.nullif(col(Contact.native_name), ""), sa.func.nullif(western, ""), col(Contact.email)
    )


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.type_coerce(col(column), sa.Text)


def _literal(value: str) -> sa.BindParameter[str]:
    return sa.literal(str(value), sa.Text)
