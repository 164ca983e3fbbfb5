"""Nothing that points at a person is forgotten: the schema is walked and held against the register."""

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session, SQLModel

from outreach.privacy import exporting, gathering
from outreach.privacy.register import NOBODY, PLACES
from tests.privacy import cast

NAMES = {"contact_id", "delivery_id", "recipient_id", "address", "email", "phone", "ip", "user_agent"}
PEOPLE = {"contact", "delivery"}
REGISTERED = {(place.table, column) for place in PLACES for column in place.columns}


def looks_like_a_person(column: "sa.Column[object]") -> bool:
    """Tell whether a column points at a person, is called so, or may hold anything."""
    leads = {key.column.table.name for key in column.foreign_keys} & PEOPLE
    return bool(leads) or column.name in NAMES or isinstance(column.type, JSONB | ARRAY)


def unknown() -> list[str]:
    return sorted(
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if looks_like_a_person(column)
        and (table.name, column.name) not in REGISTERED
        and not {table.name, f"{table.name}.{column.name}"} & set(NOBODY)
    )


def test_every_column_that_may_hold_a_person_stands_in_the_register(session: Session) -> None:
    assert unknown() == [], "say in outreach/privacy/register.py what exporting and erasing do there"


def test_the_walk_finds_a_table_that_nobody_thought_of(session: Session) -> None:
    own = sa.Table("note_of_nobody", SQLModel.metadata, sa.Column("contact_id", sa.Uuid()))
    try:
        assert unknown() == ["note_of_nobody.contact_id"]
    finally:
        SQLModel.metadata.remove(own)


def test_the_register_names_only_what_is_there(session: Session) -> None:
    tables = SQLModel.metadata.tables
    listed = {f"{table}.{column}" for table, column in REGISTERED} | set(NOBODY)

    gone = [
        one
        for one in listed
        if (table := one.split(".")[0]) not in tables or ("." in one and one.split(".")[1] not in tables[table].columns)
    ]

    assert gone == []


def test_every_place_has_a_section_of_its_own_in_a_persons_copy() -> None:
    assert {place.section for place in PLACES} == set(gathering.SECTIONS)


def test_a_person_who_left_a_trace_everywhere_finds_each_of_them(session: Session) -> None:
    traces = cast.everywhere(session)
    cast.held(session, traces.anna)

    sections = exporting.export(session, traces.anna).sections

    assert [one.key for one in sections if not one.entries] == []


# Where a request's network address is looked at, and why it ends there.
LOOKED_AT = {
    "outreach/web/public/tracking.py": "judged human or machine in memory; see tracking.ingest",
    "outreach/web/metrics.py": "whether the figures are asked for from this computer",
    "outreach/web/officer/account.py": "counts failures as sign-in does, with the same numbers",
    "outreach/web/officer/second_factor.py": "counts failures as sign-in does, with the same numbers",
    "outreach/web/officer/sign_in.py": "counts failures by a hash in Redis, for a quarter of an hour",
    "outreach/web/public/subscribing.py": "counts sign-ups of a network by a keyed hash in Redis, for an hour",
}


def test_a_network_address_is_looked_at_in_few_places_and_none_writes_it_down() -> None:
    root = Path(__file__).resolve().parents[2]
    found = {
        str(source.relative_to(root))
        for source in (root / "outreach").rglob("*.py")
        if re.search(r"client\.host|x-forwarded-for|remote_addr", source.read_text(), re.IGNORECASE)
        and "sandbox" not in source.parts
    }

    assert found == set(LOOKED_AT)


def test_no_network_address_is_kept_anywhere(session: Session) -> None:
    kinds = session.execute(
        text(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'public'
                AND (data_type IN ('inet', 'cidr', 'macaddr')
                    OR column_name ~ '(^|_)(ip|ips|remote_addr|user_agent)($|_)')
            """
        )
    ).scalars()

    assert list(kinds) == []
