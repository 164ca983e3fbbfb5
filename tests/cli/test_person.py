"""`outreach person`: a copy of everything, and being forgotten."""

import json
from pathlib import Path

from sqlmodel import select

from outreach.contacts.models import Contact
from outreach.foundation.database import transaction
from tests.cli.conftest import Type
from tests.contacts import cast

ANNA = "anna@norrstrand.example"
WHY = ("--reason", "letter 2026/114")


def anna() -> None:
    with transaction() as session:
        cast.anna(session)


def is_there() -> bool:
    with transaction() as session:
        return session.exec(select(Contact.id).where(Contact.address == ANNA)).first() is not None


def test_a_persons_file_is_written_for_its_writer_only(outreach: Type, tmp_path: Path) -> None:
    anna()
    file = tmp_path / "anna.json"

    printed = outreach("person", "export", ANNA, *WHY).done_json()
    outreach("person", "export", "Anna@Norrstrand.example", *WHY, "--output", str(file)).done()

    assert printed["person"][0]["family_name"] == "Lindfors"
    assert json.loads(file.read_text())["person"] == printed["person"]
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_reason_or_for_nobody_nothing_is_written(outreach: Type) -> None:
    anna()

    assert "on whose request" in outreach("person", "export", ANNA).refused()
    assert "Nobody has the address" in outreach("person", "export", "nobody@firma.example", *WHY).refused()


def test_erasing_asks_first_and_says_what_it_did(outreach: Type) -> None:
    anna()

    asked = outreach("person", "erase", ANNA, *WHY)
    assert (asked.status, is_there()) == (2, True)
    assert "--yes" in asked.complained
    said = outreach("person", "erase", ANNA, *WHY, "--yes").done()

    assert "This person is erased" in said
    assert ANNA not in said
    assert not is_there()
