"""Writing what was checked, some rows at a time; a step that is cut off is done again as a whole, and doubles nobody.

Every step looks once more: who was suppressed, added or changed since the check is treated as it is now.
"""

from typing import Any, Final, cast

import sqlalchemy as sa
from sqlmodel import Session, col

from outreach.consent import loading
from outreach.consent.models import Basis, Subscription, Topic
from outreach.contacts import organisations
from outreach.contacts.importing.columns import Field
from outreach.contacts.models import SourceKind
from outreach.foundation import clock
from outreach.intake import choices, files, judging
from outreach.intake.choices import Choices
from outreach.intake.models import Import, ImportRow, ImportState

ROWS: Final = 20_000
TAKEN: Final = ("new", "changed", "same")


def apply_some(session: Session, taken: Import) -> None:
    """Write the next rows; when all are written, count what happened and let the file go."""
    after, until = taken.done, min(taken.done + ROWS, taken.rows)
    if until > after:
        organisations.stage_spellings(session)
        judging.suppress(session, taken, after=after, until=until)
        is_known = bool(taken.counts.get("changed") or taken.counts.get("same"))
        if is_known:
            judging.refresh(session, taken, after=after, until=until)
        span = {"import": taken.id, "after": after, "until": until}
        kind = choices.read(taken.choices).source_kind
        session.execute(_ORGANISATIONS, span)
        new = session.execute(_NEW, span).scalar_one()
        if cast("sa.CursorResult[Any]", session.execute(_CONTACTS, {**span, "kind": kind})).rowcount < new:
            judging.find_overtaken(session, taken, after=after, until=until)
            is_known = True
        if is_known:
            judging.compare(session, taken, after=after, until=until)
            session.execute(_HISTORY, {**span, "by": taken.by})
            session.execute(_CHANGES, span)
        if kind != SourceKind.THEMSELVES:
            session.execute(_NOTICES, span)
        _permit(session, taken, after=after, until=until)
        taken.done = until
    if taken.done == taken.rows:
        taken.counts = judging.counts(session, taken)
        taken.state, taken.applied_at = ImportState.APPLIED, clock.now()
        files.drop(taken.id)


def _permit(session: Session, taken: Import, *, after: int, until: int) -> None:
    """Write down what people agreed to, for those with whom a topic never came up: who has left stays away."""
    chosen = choices.read(taken.choices)
    for topic in sorted({*chosen.topics, *_topics(session, taken, after, until)}):
        asked = sa.exists().where(
            col(Subscription.contact_id) == col(ImportRow.contact_id),
            col(Subscription.topic_id) == sa.select(col(Topic.id)).where(col(Topic.key) == topic).scalar_subquery(),
        )
        for source in _sources(session, taken, chosen, after, until):
            who = sa.select(col(ImportRow.contact_id)).where(
                *_span(taken, after, until), col(ImportRow.source) == source, ~asked, _names(topic, chosen)
            )
            loading.write_for(
                session,
                who,
                topics=[topic],
                source=source,
                actor=taken.by,
                basis=Basis(chosen.basis),
                wording=chosen.wording,
                language=chosen.language if chosen.wording else "",
                evidence={"import": str(taken.id), **({"given_on": chosen.given_on} if chosen.given_on else {})},
            )


def _topics(session: Session, taken: Import, after: int, until: int) -> set[str]:
    """Return the topics that these rows name themselves."""
    if Field.TOPICS not in taken.mapping:
        return set()
    said = session.scalars(sa.select(col(ImportRow.topics)).where(*_span(taken, after, until)).distinct())
    return {key for one in said for key in one.split(",") if key}


def _names(topic: str, chosen: Choices) -> sa.ColumnElement[bool]:
    """Return the condition that a row names a topic, or names none and it was chosen for all such rows."""
    own = sa.literal(topic, sa.Text) == sa.any_(sa.func.string_to_array(col(ImportRow.topics), ","))
    return sa.or_(own, col(ImportRow.topics) == "") if topic in chosen.topics else own


def _sources(session: Session, taken: Import, chosen: Choices, after: int, until: int) -> list[str]:
    if "source" not in taken.mapping:
        return [chosen.source]
    return list(session.scalars(sa.select(col(ImportRow.source)).where(*_span(taken, after, until)).distinct()))


def _span(taken: Import, after: int, until: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(ImportRow.import_id) == taken.id,
        col(ImportRow.position) > after,
        col(ImportRow.position) <= until,
        sa.type_coerce(col(ImportRow.verdict), sa.Text).in_(TAKEN),
    )


# An organisation that nobody had is named by its spelling, so that two imports at once make one.
_ORGANISATIONS: Final = sa.text(
    """
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT ON (row.organisation_key) row.organisation_key AS spelling,
            'name-' || md5(row.organisation_key) AS key, row.organisation, row.kind, row.sector, row.country,
            row.language
        FROM contact_import_row AS row
        LEFT JOIN organisation_spelling AS known ON known.spelling = row.organisation_key
        WHERE row.import_id = :import AND row.position > :after AND row.position <= :until
            AND row.verdict IN ('new', 'changed') AND row.organisation_key <> '' AND row.kind <> ''
            AND row.sector <> '' AND known.id IS NULL
        ORDER BY row.organisation_key, row.position
    ), made AS (
        INSERT INTO organisation (key, names, kind, sector, country, language, note)
        SELECT key, jsonb_build_object(language, organisation), kind, sector, country, language, '' FROM wanted
        ON CONFLICT (key) DO UPDATE SET note = organisation.note
        RETURNING key, id
    )
    INSERT INTO organisation_spelling (spelling, id)
    SELECT wanted.spelling, made.id FROM made JOIN wanted ON wanted.key = made.key
    """
)

# What is about to change, as `contacts.corrections` keeps it for changes by hand.
_SAID: Final = ("given_name", "family_name", "native_name", "latin_name", "title", "country", "time_zone")
_HISTORY: Final = sa.text(
    f"""
    INSERT INTO contact_change (contact_id, by, before, after)
    SELECT row.contact_id, :by, row.before, jsonb_strip_nulls(jsonb_build_object(
        {", ".join(f"'{name}', CASE WHEN row.before ? '{name}' THEN row.{name} END" for name in _SAID)},
        'language', CASE WHEN row.before ? 'language' THEN row.said_language END,
        'organisation', CASE WHEN row.before ? 'organisation' THEN known.id END,
        'tags', CASE WHEN row.before ? 'tags' THEN to_jsonb(ARRAY(
            SELECT DISTINCT tag FROM unnest(contact.tags || string_to_array(row.tags, ',')) AS tag ORDER BY tag
        )) END
    ))
    FROM contact_import_row AS row
    JOIN contact ON contact.id = row.contact_id
    LEFT JOIN organisation_spelling AS known ON known.spelling = row.organisation_key
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'changed'
    """  # noqa: S608 - the names stand above
)

_CHANGES: Final = sa.text(
    """
    UPDATE contact SET
        given_name = CASE WHEN row.before ? 'given_name' THEN row.given_name ELSE contact.given_name END,
        family_name = CASE WHEN row.before ? 'family_name' THEN row.family_name ELSE contact.family_name END,
        native_name = CASE WHEN row.before ? 'native_name' THEN row.native_name ELSE contact.native_name END,
        latin_name = CASE WHEN row.before ? 'latin_name' THEN row.latin_name ELSE contact.latin_name END,
        title = CASE WHEN row.before ? 'title' THEN row.title ELSE contact.title END,
        language = CASE WHEN row.before ? 'language' THEN row.said_language ELSE contact.language END,
        country = CASE WHEN row.before ? 'country' THEN row.country ELSE contact.country END,
        time_zone = CASE WHEN row.before ? 'time_zone' THEN row.time_zone ELSE contact.time_zone END,
        organisation_id = CASE WHEN row.before ? 'organisation' THEN known.id ELSE contact.organisation_id END,
        tags = CASE WHEN row.before ? 'tags' THEN ARRAY(
            SELECT DISTINCT tag FROM unnest(contact.tags || string_to_array(row.tags, ',')) AS tag ORDER BY tag
        ) ELSE contact.tags END,
        updated_at = now()
    FROM contact_import_row AS row
    LEFT JOIN organisation_spelling AS known ON known.spelling = row.organisation_key
    WHERE contact.id = row.contact_id AND row.import_id = :import
        AND row.position > :after AND row.position <= :until AND row.verdict = 'changed'
    """
)

# Who is here by this file is to be told so (GDPR Art. 14).
_NOTICES: Final = sa.text(
    """
    INSERT INTO contact_notice (contact_id)
    SELECT row.contact_id FROM contact_import_row AS row
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
    ON CONFLICT DO NOTHING
    """
)

_NEW: Final = sa.text(
    """
    SELECT count(*) FROM contact_import_row AS row
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
    """
)

# In the order of addresses, so that two imports that meet wait for each other instead of blocking each other.
_CONTACTS: Final = sa.text(
    """
    INSERT INTO contact (id, email, address, given_name, family_name, native_name, latin_name, title, language,
        organisation_id, country, time_zone, source, source_kind, tags)
    SELECT row.contact_id, row.email, row.address, row.given_name, row.family_name, row.native_name, row.latin_name,
        row.title, row.language, known.id, row.country,
        coalesce(nullif(row.time_zone, ''),
            CASE WHEN row.country = 'CN' THEN 'Asia/Shanghai' ELSE 'Europe/Stockholm' END),
        row.source, :kind, string_to_array(row.tags, ',')
    FROM contact_import_row AS row
    LEFT JOIN organisation_spelling AS known ON known.spelling = row.organisation_key
    WHERE row.import_id = :import AND row.position > :after AND row.position <= :until AND row.verdict = 'new'
    ORDER BY row.address
    ON CONFLICT (address) DO NOTHING
    """
)
