"""Lists of people and organisations: searched in any script, narrowed, and paged by key."""

import pytest
from sqlmodel import Session, col

from outreach.contacts import editing, organisations, queries
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, OrganisationKind, Sector
from outreach.contacts.search import Search
from outreach.foundation import locale
from outreach.foundation.errors import NotFound, Refused
from outreach.foundation.tables import uuid7
from tests.contacts import cast


def found(session: Session, search: Search) -> list[str]:
    return sorted(one.name for one in queries.listed(session, search).items)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lindf", ["Anna Lindfors"]),
        ("ANNA lind", ["Anna Lindfors"]),
        ("anna@norr", ["Anna Lindfors"]),
        ("晓", ["林晓岚"]),
        ("林晓岚", ["林晓岚"]),
        ("xiaolan", ["林晓岚"]),
        ("云帆", ["林晓岚"]),
        ("诺斯特", ["Anna Lindfors"]),
        ("ｙｕｎｆａｎ", ["林晓岚"]),
        ("norrstrand anna", ["Anna Lindfors"]),
        ("textil", ["Anna Lindfors", "林晓岚"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("lin\x00", ["Anna Lindfors", "林晓岚"]),
        ("", ["Anna Lindfors", "林晓岚"]),
    ],
)
def test_people_are_found_by_a_part_of_a_name_in_any_script(session: Session, text: str, names: list[str]) -> None:
    cast.anna(session)
    cast.lin(session)

    assert found(session, Search(text=text)) == names


@pytest.mark.parametrize(
    ("search", "names"),
    [
        (Search(language="sv"), ["Anna Lindfors"]),
        (Search(sector=Sector.TEXTILES), ["Anna Lindfors", "林晓岚"]),
        (Search(sector=Sector.FOOD), []),
        (Search(kind=OrganisationKind.COMPANY, language="zh-Hans"), ["林晓岚"]),
        (Search(country="SE"), ["Anna Lindfors"]),  # by her organisation
        (Search(country="CN"), ["林晓岚"]),
        (Search(tag="vip"), ["Anna Lindfors"]),
        (Search(tag="vi"), []),
    ],
)
def test_lists_are_narrowed_by_what_is_chosen(session: Session, search: Search, names: list[str]) -> None:
    cast.anna(session)
    cast.lin(session)

    assert found(session, search) == names


def test_a_row_shows_the_organisation_in_the_language_in_use(session: Session) -> None:
    cast.lin(session)

    with locale.use("en"):
        english = queries.listed(session, Search()).items[0].organisation
    with locale.use("zh-Hans"):
        chinese = queries.listed(session, Search()).items[0].organisation

    assert english is not None
    assert chinese is not None
    assert (english.name, english.other_names) == ("Linxi Yunfan Textiles", ("临溪云帆纺织有限公司",))
    assert chinese.name == "临溪云帆纺织有限公司"


def test_pages_lead_there_and_back_without_losing_or_doubling_anybody(session: Session) -> None:
    for number in range(7):
        details = Details(email=f"p{number}@x.example", language="en", source="test", given_name=f"P{number}")
        editing.add(session, details, actor="test")

    first = queries.listed(session, Search(), size=3)
    second = queries.listed(session, Search(), size=3, cursor=first.next)
    third = queries.listed(session, Search(), size=3, cursor=second.next)
    back = queries.listed(session, Search(), size=3, cursor=third.previous)
    start = queries.listed(session, Search(), size=3, cursor=back.previous)

    assert sorted(one.name for page in (first, second, third) for one in page.items) == [f"P{n}" for n in range(7)]
    assert (back.items, start.items) == (second.items, first.items)
    assert (first.previous, third.next, start.previous) == (None, None, None)
    assert {page.total for page in (first, second, third, back, start)} == {7}


@pytest.mark.parametrize(
    "cursor", ["x", "####", "WyJuIl0", "WyJuIiwgMV0", "bnVsbA", "WyJuIiwgIjEiLCAiMiJd", "WyJuIiwgIlx1MDAwMCJd"]
)
def test_a_broken_cursor_is_refused_with_a_sentence(session: Session, cursor: str) -> None:
    with pytest.raises(Refused, match="first page"):
        queries.listed(session, Search(), cursor=cursor)


def test_organisations_count_their_people_per_language(session: Session) -> None:
    cast.anna(session)
    cast.lin(session)
    details = Details(
        email="zhou@yunfan.example", language="en", source="test", organisation_id=cast.yunfan(session).id
    )
    editing.add(session, details, actor="test")

    with locale.use("sv"):
        rows = queries.organisations(session, Search()).items

    assert [(one.name, one.people, one.per_language) for one in rows] == [
        ("Norrstrand Textil AB", 1, {"sv": 1}),
        ("临溪云帆纺织有限公司", 2, {"en": 1, "zh-Hans": 1}),
    ]


def test_organisations_are_paged_by_their_name(session: Session) -> None:
    for name in ("Ö", "A", "Å", "B", "Z"):
        organisations.upsert(
            session,
            key=name,
            names={"sv": name},
            kind=OrganisationKind.COMPANY,
            sector=Sector.FOOD,
            country="SE",
            language="sv",
        )

    first = queries.organisations(session, Search(), size=3)
    second = queries.organisations(session, Search(), size=3, cursor=first.next)

    assert sorted(one.name for page in (first, second) for one in page.items) == ["A", "B", "Z", "Å", "Ö"]
    assert [one.name for one in queries.organisations(session, Search(text="å"), size=3).items] == ["Å"]


def test_an_organisation_brought_up_to_date_stays_the_same_row(session: Session) -> None:
    before = cast.norrstrand(session).id

    after = organisations.upsert(
        session,
        key="o04",
        names={"sv": "Norrstrand Nordisk Textil AB", "en": " "},
        kind=OrganisationKind.COMPANY,
        sector=Sector.TEXTILES,
        country="se",
        language="sv",
    )

    assert (after.id, after.names) == (before, {"sv": "Norrstrand Nordisk Textil AB"})
    assert after.country == "SE"


def test_a_persons_page_has_the_organisation_and_a_stranger_has_none(session: Session) -> None:
    anna = cast.anna(session)

    person = queries.person(session, anna.id)

    assert person.organisation is not None
    assert (person.contact.id, person.organisation.key) == (anna.id, "o04")
    with pytest.raises(NotFound):
        queries.person(session, uuid7())


def test_the_people_of_an_organisation_are_its_own(session: Session) -> None:
    anna = cast.anna(session)
    cast.lin(session)
    assert anna.organisation_id is not None

    people = queries.of_organisation(session, anna.organisation_id)

    assert [one.id for one in people.items] == [anna.id]
    assert queries.tags(session) == ["vip"]
    assert [one.id for one in queries.listed(session, Search(), col(Contact.id) == anna.id).items] == [anna.id]


def test_every_kind_and_sector_has_a_name() -> None:
    assert all(organisations.kind_label(kind) for kind in OrganisationKind)
    assert all(organisations.sector_label(sector) for sector in Sector)
    with locale.use("sv"):
        assert organisations.country_label("CN") == "Kina"
    assert organisations.country_label("INT") == "International"
