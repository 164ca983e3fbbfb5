"""Words are found as those expect it who write Swedish, Chinese and English, and in the index that is there for it."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from outreach.contacts import editing, queries, search
from outreach.contacts.editing import Details
from outreach.contacts.search import Search
from tests.contacts import cast

ASKED = (
    "SELECT id FROM contact WHERE contact_pieces(given_name, family_name, native_name, latin_name, title, email) "
    "@@ search_query('翻译')",
    "SELECT id FROM organisation WHERE organisation_pieces(names) @@ search_query('翻译')",
)


def found(session: Session, words: str) -> list[str]:
    return sorted(one.email.partition("@")[0] for one in queries.listed(session, Search(text=words)).items)


def add(session: Session, local: str, **known: str) -> None:
    details = Details(email=f"{local}@x.example", language="sv", source="test", **known)
    editing.add(session, details, actor=cast.ACTOR)


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("Astrom", ["one"]),  # typed where there is no å
        ("åström", ["one"]),
        ("ÅSTRÖM", ["one"]),
        ("Aström", []),  # ö is meant, and what stands there is not a
        ("strom", ["one"]),
        ("ström", ["one"]),
        ("åström bo", ["one"]),
        ("andre", ["two"]),
        ("ANDRÉ", ["two"]),
        ("Hal", ["three", "two"]),
        ("Hål", ["three"]),
        ("晓岚", ["four"]),
        ("岚", ["four"]),
        ("林", ["four"]),
        ("林晓岚", ["four"]),
        ("翻译", ["four"]),
        ("o'b", ["five"]),
        ("o’b", []),
        (r"c\d", ["five"]),
        ("x.example", ["five", "four", "one", "three", "two"]),
        ("e", ["five", "four", "one", "three", "two"]),
        ("☃", []),
        ("\u0301", []),
        ("o'brien c\\d five@x", ["five"]),
        (" ".join("abcdefghijk"), []),
    ],
)
def test_parts_of_words_are_found_in_every_script(session: Session, words: str, people: list[str]) -> None:
    add(session, "one", given_name="Bo", family_name="Åström")
    add(session, "two", given_name="André", family_name="Hal")
    add(session, "three", given_name="Per", family_name="Hål")
    add(session, "four", native_name="林晓岚", latin_name="Lin Xiaolan", title="高级翻译")
    add(session, "five", given_name="Pat", family_name="O'Brien C\\D")

    assert found(session, words) == people


def test_a_renamed_organisation_finds_its_people_at_once(session: Session) -> None:
    lin = cast.lin(session)
    session.execute(text("""UPDATE organisation SET names = '{"sv": "Nya Väveriet"}'"""))

    assert found(session, "väver") == ["lin"]
    assert found(session, "云帆") == []
    assert lin.organisation_id is not None


def test_words_that_find_very_many_people_are_not_looked_up_beforehand(session: Session) -> None:
    session.execute(
        text(
            """
            INSERT INTO contact (email, address, given_name, family_name, native_name, latin_name, title, language,
                country, time_zone, source)
            SELECT n || '@many.example', n || '@many.example', 'Anna', '', '', '', '', 'sv', '', 'Europe/Stockholm', 'x'
            FROM generate_series(1, :number) AS n
            """
        ),
        {"number": search.FEW + 10},
    )

    first = queries.listed(session, Search(text="anna many"))
    second = queries.listed(session, Search(text="anna many"), cursor=first.next)

    assert first.total == search.FEW + 10
    assert not {one.id for one in first.items} & {one.id for one in second.items}


def test_both_indexes_are_those_that_a_search_asks(session: Session) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))

    plans = ["\n".join(session.scalars(text(f"EXPLAIN {statement}"))) for statement in ASKED]

    assert "ix_contact_pieces" in plans[0]
    assert "ix_organisation_pieces" in plans[1]
