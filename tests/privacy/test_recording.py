"""The record of processing activities: written from the settings, and changed by nobody unnoticed."""

from dataclasses import asdict
from pathlib import Path

import pytest
from sqlmodel import Session

from outreach.foundation.settings import settings
from outreach.privacy import recording
from outreach.privacy.recording import Records

SNAPSHOT = Path(__file__).with_name("records.txt")


def written(found: Records) -> str:
    lines = [found.controller, found.address, found.contact, ""]
    for one in found.activities:
        lines += [
            f"{name}: {value if isinstance(value, str) else ', '.join(value)}" for name, value in asdict(one).items()
        ]
        lines.append("")
    lines += [f"{one.name} | {one.place} | {one.transfer}" for one in found.recipients]
    return "\n".join([*lines, "", *found.measures, ""])


def test_the_record_is_the_one_that_was_agreed_on(session: Session) -> None:
    assert written(recording.records(session)) == SNAPSHOT.read_text(encoding="utf-8")


def test_what_is_not_done_is_not_in_the_record(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_TRACKING", "off")
    settings.cache_clear()
    try:
        keys = [one.key for one in recording.records(session).activities]
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert "measuring" not in keys
    assert "letters" in keys


@pytest.mark.parametrize(
    ("provider", "own", "place", "inside"),
    [
        ("ses", {"REGION": "eu-north-1"}, "eu-north-1", True),
        ("ses", {"REGION": "us-east-1"}, "us-east-1", False),
        ("mailgun", {"BASE_URL": "https://api.eu.mailgun.example"}, "EU", True),
        ("mailgun", {}, "United States", False),
        ("postmark", {}, "United States", False),
    ],
)
def test_a_provider_is_named_with_where_it_works(
    monkeypatch: pytest.MonkeyPatch, provider: str, own: dict[str, str], place: str, inside: bool
) -> None:
    for name, value in own.items():
        monkeypatch.setenv(f"OUTREACH_{provider.upper()}_{name}", value)
    settings.cache_clear()
    try:
        found = recording.recipient(provider)
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert found.place == place
    assert ("Within the European Union" in found.transfer) == inside
