"""What a search for people means, in SQL.

Words are found through the pieces that they consist of: an index holds every three letters in a row of each person and
each organisation, and what it finds is looked at again (docs/decisions/0022-search.md). It folds accents, as those
do who type without them: "Astrom" finds Åström. Whoever types å, ä or ö means it: in Swedish they are letters.

What was typed is stripped of control characters first: PostgreSQL takes no NUL in a text.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector
from outreach.rendering import merge

MOST_WORDS: Final = 8
FEW: Final = 5_000  # people whose ids a statement can be given
PIECE: Final = 3  # letters; as in the functions of PostgreSQL
OWN_LETTERS: Final = frozenset("åäö")


@dataclass(frozen=True)
class Search:
    """What somebody looks for; a field that is None does not narrow. All that are set must hold."""

    text: str = ""
    language: str | None = None
    sector: Sector | None = None
    kind: OrganisationKind | None = None
    country: str | None = None
    tag: str | None = None
    source: str | None = None  # a part of it
    since: datetime | None = None  # known to us since
    field: str | None = None  # the key of an own field, which says `value`, or anything where that is empty
    value: str = ""


def people(search: Search) -> list[sa.ColumnElement[bool]]:
    """Return the conditions over `contact LEFT JOIN organisation`.

    Every word of the text must occur somewhere in the names, the address or the organisation's names; a part of a word
    is enough, which is what Chinese needs.
    """
    clauses = [_someone_matches(word) for word in _words(search.text)]
    if search.language:
        clauses.append(col(Contact.language) == merge.plain(search.language))
    if search.sector:
        clauses.append(col(Organisation.sector) == search.sector)
    if search.kind:
        clauses.append(col(Organisation.kind) == search.kind)
    if search.country:
        clauses.append(country_of_contact() == merge.plain(search.country))
    if search.tag:
        clauses.append(col(Contact.tags).contains([merge.plain(search.tag)]))
    if search.source:
        clauses.append(col(Contact.source).icontains(merge.plain(search.source), autoescape=True))
    if search.since:
        clauses.append(col(Contact.created_at) >= search.since)
    if search.field:
        clauses.append(_says(merge.plain(search.field), merge.plain(search.value)))
    return clauses


def looked_up(session: Session, search: Search) -> list[sa.ColumnElement[bool]]:
    """Return the conditions as `people` does, with the words looked up already where they find but a few people.

    Then a list need not look them up once more for each of its pages and for its total. It happens in one process, for
    starting others takes longer than a rare word; and with room for the places of a common one, for where PostgreSQL
    keeps only pages of them it would cut every text on these pages to pieces again.
    """
    words = _words(search.text)
    if not words:
        return people(search)
    session.execute(_ROOM)
    found = sa.intersect(*(_found_by(word) for word in words)) if len(words) > 1 else _found_by(words[0])
    some = found.limit(FEW + 1).subquery("some")
    # The ids come and go as one text that nobody here needs to take apart.
    ids = sa.cast(sa.func.array_agg(some.c[0]), sa.Text)
    number, those = session.execute(sa.select(sa.func.count(), ids).select_from(some)).one()
    if number > FEW:
        return people(search)
    known = sa.cast(sa.literal(those or "{}", sa.Text), ARRAY(sa.Uuid))
    return [col(Contact.id) == sa.any_(known), *people(replace(search, text=""))]


def organisations(search: Search) -> list[sa.ColumnElement[bool]]:
    """Return the conditions over `organisation`; its language and country are meant, tags are not."""
    clauses = [_organisation_matches(word) for word in _words(search.text)]
    if search.language:
        clauses.append(col(Organisation.language) == merge.plain(search.language))
    if search.sector:
        clauses.append(col(Organisation.sector) == search.sector)
    if search.kind:
        clauses.append(col(Organisation.kind) == search.kind)
    if search.country:
        clauses.append(col(Organisation.country) == merge.plain(search.country))
    return clauses


def country_of_contact() -> sa.ColumnElement[str]:
    """Return the contact's country, or else that of the organisation, or an empty text."""
    return sa.func.coalesce(sa.func.nullif(col(Contact.country), ""), col(Organisation.country), "")


_ROOM: Final = sa.text(
    "SELECT set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true)"
)


# Made once: to describe a table under another name takes longer than to find a rare word in it.
_SOMEONE: Final = sa.inspect(Contact).local_table.alias()
_COLLEAGUE: Final = sa.inspect(Contact).local_table.alias()
_OWN: Final = [
    _SOMEONE.c[name] for name in ("given_name", "family_name", "native_name", "latin_name", "title", "email")
]
_OWN_TEXT: Final = (sa.func.contact_pieces(*_OWN), sa.func.contact_words(*_OWN))
_ITS_TEXT: Final = (
    sa.func.organisation_pieces(col(Organisation.names)),
    sa.func.organisation_words(col(Organisation.names)),
)


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", merge.plain(text)).split()[:MOST_WORDS]


def _someone_matches(word: str) -> sa.ColumnElement[bool]:
    """Return the condition that a contact is among those whom a word finds.

    They are looked up first, in one index each: a planner that knows only how often a piece occurs on average would
    rather go through all contacts from the newest on, which takes seconds where a word is rare.
    """
    return col(Contact.id) == sa.any_(_array(_found_by(word).scalar_subquery()))


def _found_by(word: str) -> sa.CompoundSelect[Any]:
    """Return the SELECT of the ids of those whom a word finds, by themselves or by their organisation."""
    named = sa.select(col(Organisation.id)).where(_organisation_matches(word)).correlate(None).scalar_subquery()
    return sa.union_all(
        sa.select(_SOMEONE.c.id).where(_matches(*_OWN_TEXT, word)),
        sa.select(_COLLEAGUE.c.id).where(_COLLEAGUE.c.organisation_id == sa.any_(_array(named))),
    )


def _array(ids: sa.ScalarSelect[Any]) -> sa.ColumnElement[Any]:
    return sa.func.array(ids, type_=ARRAY(sa.Uuid))


def _organisation_matches(word: str) -> sa.ColumnElement[bool]:
    return _matches(*_ITS_TEXT, word)


def _matches(pieces: sa.ColumnElement[Any], words: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    found = pieces.bool_op("@@")(sa.func.search_query(word))
    if any(letter in OWN_LETTERS for letter in word.lower()):
        return sa.and_(found, sa.func.strpos(sa.func.lower(words), word.lower()) > 0)
    if len(word) <= PIECE:
        return found  # a piece, or the beginning of one: that it is there is the whole answer
    return sa.and_(found, sa.func.strpos(sa.func.search_form(words), sa.func.search_form(word)) > 0)


def _says(key: str, value: str) -> sa.ColumnElement[bool]:
    said = col(Contact.fields)[key].astext
    return said.icontains(value, autoescape=True) if value else sa.func.coalesce(said, "") != ""
