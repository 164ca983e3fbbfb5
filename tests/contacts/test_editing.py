"""Adding and changing people: checked at the door, unique by address, with a line in the log."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from outreach.accounts import audit
from outreach.contacts import editing
from outreach.contacts.editing import Details
from outreach.foundation.errors import Conflict, Refused
from outreach.foundation.tables import uuid7
from tests.contacts import cast

STRANGER = Details(email="stranger@somewhere.example", language="en", source="test")


def test_a_contact_is_kept_as_typed_and_found_by_its_normal_form(session: Session) -> None:
    anna = cast.anna(session)

    assert (anna.email, anna.address) == ("Anna@norrstrand.example", "anna@norrstrand.example")
    assert cast.lin(session).language == "zh-Hans"


def test_the_same_address_in_other_letters_is_refused(session: Session) -> None:
    cast.anna(session)

    with pytest.raises(Conflict, match="already"):
        editing.add(session, replace(STRANGER, email="ANNA@NORRSTRAND.EXAMPLE"), actor="test")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "nobody", "is not a mail address"),
        ("language", "de", "choose among sv, zh-Hans, en"),
        ("source", "  ", "Say where this contact comes from"),
        ("country", "Sweden", "write it as SE or CN"),
        ("country", "ZZ", "write it as SE or CN"),
        ("time_zone", "Beijing", "write it as Europe/Stockholm"),
        ("time_zone", "../../etc/passwd", "write it as Europe/Stockholm"),
        ("organisation_id", uuid7(), "choose another"),
        ("given_name", "A" * 201, "under 200 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    session: Session, field: str, value: Any, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        editing.add(session, replace(STRANGER, **{field: value}), actor="test")


def test_no_name_can_forge_a_header_or_a_merge_field(session: Session) -> None:
    details = replace(STRANGER, given_name="Eva\r\nBcc: x", family_name="\ue000unsubscribe\ue001  Ek")

    contact = editing.add(session, details, actor="test")

    assert (contact.given_name, contact.family_name) == ("Eva Bcc: x", "unsubscribe Ek")


def test_a_change_is_logged_by_field_and_not_by_content(session: Session) -> None:
    anna = cast.anna(session)

    editing.update(
        session, anna, editing.details_of(anna, family_name="Ek", tags=("vip", "board")), actor="eva@x.example"
    )

    line = audit.listed(session, audit.Wanted(subject=f"contact:{anna.id}")).items[0]
    assert (anna.family_name, anna.tags) == ("Ek", ["board", "vip"])
    assert (line.actor, line.action, line.detail) == (
        "eva@x.example",
        "contact.update",
        {"fields": ["family_name", "tags"]},
    )


def test_saving_without_a_change_leaves_no_line(session: Session) -> None:
    anna = cast.anna(session)

    editing.update(session, anna, editing.details_of(anna), actor="eva@x.example")

    assert [line.action for line in audit.listed(session, audit.Wanted(subject=f"contact:{anna.id}")).items] == [
        "contact.add"
    ]


def test_nobody_takes_over_the_address_of_another(session: Session) -> None:
    anna, lin = cast.anna(session), cast.lin(session)

    with pytest.raises(Conflict):
        editing.update(session, lin, editing.details_of(lin, email=anna.email), actor="test")
