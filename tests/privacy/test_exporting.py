"""A person's own copy: all of it, in a form that does not change unnoticed, and readable in three languages."""

import json
import re
from pathlib import Path

import pytest
from sqlmodel import Session, select

from outreach.accounts.models import AuditEntry
from outreach.foundation import clock, locale
from outreach.foundation.errors import Refused
from outreach.privacy import exporting
from tests.privacy import cast

GOLDEN = Path(__file__).with_name("anna.json")


def without_chance(document: str) -> str:
    """Replace what differs from run to run: ids by their order, and the times that the database gave."""
    numbers: dict[str, str] = {}
    named = re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        lambda found: numbers.setdefault(found[0], f"id-{len(numbers) + 1}"),
        document,
    )
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", "a moment", named)


def test_a_persons_file_is_the_one_that_was_agreed_on(session: Session) -> None:
    with clock.fixed(cast.HOUR):
        traces = cast.everywhere(session)
        cast.held(session, traces.anna)

        written = without_chance(exporting.export(session, traces.anna).as_json())

    assert written == GOLDEN.read_text(encoding="utf-8")
    assert set(json.loads(written)) == {"version", "made_at", *exporting.gathering.SECTIONS}


def test_another_persons_copy_holds_nothing_of_hers(session: Session) -> None:
    traces = cast.everywhere(session)

    written = exporting.export(session, traces.bo).as_json()

    assert "anna" not in written.lower()
    assert str(traces.anna.id) not in written


@pytest.mark.parametrize(("language", "label"), [("sv", "Språk"), ("zh-Hans", "语言"), ("en", "Language")])
def test_the_readable_copy_speaks_the_language_in_use(session: Session, language: str, label: str) -> None:
    traces = cast.everywhere(session)

    with locale.use(language):
        sections = {one.key: one for one in exporting.export(session, traces.anna).sections}

    facts = {fact.key: fact for fact in sections["person"].entries[0]}
    said = {key: fact.text for key, fact in facts.items()}
    assert facts["language"].label == label
    assert (said["email"], said["organisation"]) == (
        "Anna@norrstrand.example",
        "诺斯特纺织" if language == "zh-Hans" else "Norrstrand Textil AB",
    )


def test_handing_over_needs_a_reason_and_is_written_down(session: Session) -> None:
    traces = cast.everywhere(session)

    with pytest.raises(Refused, match="on whose request"):
        exporting.hand_over(session, traces.anna, by=cast.OFFICER, why=" ")
    exporting.hand_over(session, traces.anna, by=cast.OFFICER, why="letter 2026/114")

    (line,) = session.exec(select(AuditEntry).where(AuditEntry.action == "person.export")).all()
    assert (line.actor, line.detail) == (cast.OFFICER, {"reason": "letter 2026/114"})
