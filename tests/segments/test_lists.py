"""Frozen lists: who is on them, and who leaves them."""

import pytest
import sqlalchemy as sa

from outreach.contacts import queries
from outreach.foundation.database import transaction
from outreach.foundation.errors import Conflict, Refused
from outreach.intake import asking
from outreach.intake.models import ImportRow
from outreach.segments import lists, rules, saved
from outreach.segments.models import Origin
from tests.intake import lists as files

pytestmark = pytest.mark.usefixtures("database")

PEOPLE = files.written(
    ("E-post", "Namn", "Språk"),
    ("asa@firma.example", "Åsa Öberg", "svenska"),
    ("lin@firma.example", "林晓岚", "中文"),
    ("no address", "Bo Ek", "svenska"),
)


def test_everybody_whom_a_file_named_is_on_its_list_and_nobody_else() -> None:
    files.applied(files.written(("E-post", "Språk"), ("before@firma.example", "svenska")))
    number = files.applied(PEOPLE)

    with transaction() as session:
        segment = lists.of_import(session, asking.get(session, number), name="Mässan", by="test")

        assert (segment.people, segment.origin, segment.origin_name) == (2, Origin.IMPORT, "people.csv")
        assert saved.count(session, segment) == 2


def test_a_file_whose_rows_are_gone_makes_no_list() -> None:
    number = files.applied(PEOPLE)
    with transaction() as session:
        session.execute(sa.delete(ImportRow))

    def make() -> None:
        with transaction() as session:
            lists.of_import(session, asking.get(session, number), name="Mässan", by="test")

    with pytest.raises(Refused, match="not kept any more"):
        make()


def test_who_is_erased_leaves_every_list() -> None:
    files.applied(PEOPLE)
    with transaction() as session:
        made = lists.of_addresses(session, name="Två", text="asa@firma.example, lin@firma.example", by="test")
        session.delete(queries.by_address(session, "asa@firma.example"))
        session.flush()

        assert saved.count(session, made.segment) == 1


def test_a_frozen_list_is_not_made_into_a_living_segment() -> None:
    with transaction() as session:
        segment = lists.of_rule(session, name="Alla", include=rules.Everyone(), by="test")
        with pytest.raises(Conflict, match="frozen list"):
            saved.save(session, key=segment.key, name="Alla", include=rules.Everyone(), by="test")


@pytest.mark.parametrize(
    ("text", "found", "unreadable"),
    [
        ("a@firma.example\r\nB@firma.example", ("a@firma.example", "b@firma.example"), ()),
        ('"Ek, Eva" <eva@firma.example>; x@firma.example', ("eva@firma.example", "x@firma.example"), ()),
        ("林＠firma.example", (), ("林@firma.example",)),
        ("ａ＠firma.example，b@firma.example", ("a@firma.example", "b@firma.example"), ()),
        ("Bo Ek\n\n a@ ", (), ("Bo Ek", "a@")),
        ("a@firma.example a@firma.example", ("a@firma.example",), ()),
    ],
)
def test_addresses_are_found_in_what_people_paste(
    text: str, found: tuple[str, ...], unreadable: tuple[str, ...]
) -> None:
    assert lists.read(text) == lists.Pasted(found, unreadable)
