"""The demo's files and invented people are whole: every language, every description, every address."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

import outreach
from outreach.cli.demo.people import Standing, contacts
from outreach.cli.demo.places import PLACES
from outreach.contacts.models import OrganisationKind, Sector
from outreach.content.models import BlockKind, PieceKind

DEMO = Path(outreach.__path__[0]) / "cli" / "demo"
LANGUAGES = ("sv", "zh-Hans", "en")
TOPICS = {"human_rights", "labour", "environment", "anticorruption", "events", "press"}
PIECES = sorted(folder.name for folder in (DEMO / "content").iterdir())
WORDLESS = {"divider", "image"}  # a picture's words belong to its asset
NEEDED = {
    "heading": {"heading"},
    "article": {"heading", "lead", "link_label"},
    "event": {"title", "when", "where", "link_label"},
    "button": {"label"},
    "quote": {"speaker", "speaker_title"},
    "facts": {"heading"},
    "contact": {"heading"},
    "about": {"heading"},
}
WITH_BODY = {"text", "lead", "article", "quote", "facts", "contact", "about"}


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def piece(key: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEMO / "content" / key / "piece.yaml").read_text(encoding="utf-8"))
    return loaded


def words(file: Path) -> tuple[dict[str, str], str]:
    """Split a file into its fields and its running text."""
    text = file.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}, text.strip()
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body.strip()


@pytest.mark.parametrize("key", PIECES)
def test_a_piece_says_what_it_is(key: str) -> None:
    said = piece(key)

    assert said["key"] == key
    assert said["kind"] in set(PieceKind)
    assert set(said["topics"]) <= TOPICS
    assert all(code.startswith(("medtop:", "genre:")) for code in said["codes"])


@pytest.mark.parametrize("key", PIECES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_and_edition_has_its_words(key: str, language: str) -> None:
    folder = DEMO / "content" / key
    edition, _ = words(folder / f"edition.{language}.md")

    assert set(edition) - {"subtitle"} == {"title", "subject", "preheader", "from_name", "date_line"}
    for block in piece(key)["blocks"]:
        if block["kind"] in WORDLESS:
            continue
        fields, body = words(folder / f"{block['id']}.{language}.md")
        assert set(fields) == NEEDED.get(block["kind"], set()), block["id"]
        assert all(fields.values()), block["id"]
        assert bool(body) == (block["kind"] in WITH_BODY), block["id"]


@pytest.mark.parametrize("key", PIECES)
def test_no_file_is_left_over(key: str) -> None:
    said = piece(key)
    names = {"edition"} | {block["id"] for block in said["blocks"] if block["kind"] not in WORDLESS}
    pictures = {asset["file"] for asset in said["assets"]}
    stems = {Path(name).stem for name in pictures}

    expected = {f"{name}.{language}.md" for name in names for language in LANGUAGES} | {"piece.yaml", "assets"}
    assert {file.name for file in (DEMO / "content" / key).iterdir()} == expected
    described = {f"{stem}.{language}.md" for stem in stems for language in LANGUAGES}
    assert {file.name for file in (DEMO / "content" / key / "assets").iterdir()} == pictures | described


@pytest.mark.parametrize("key", PIECES)
def test_every_picture_is_described_credited_and_small(key: str) -> None:
    folder = DEMO / "content" / key / "assets"
    said = piece(key)

    used = {block["image"] for block in said["blocks"] if "image" in block}
    assert used == {asset["file"] for asset in said["assets"]}
    for name in used:
        assert (folder / name).stat().st_size <= 120_000
        with Image.open(folder / name) as picture:
            assert picture.size == (1280, 720)
        for language in LANGUAGES:
            fields, body = words(folder / f"{Path(name).stem}.{language}.md")
            assert set(fields) == {"alt", "caption", "credit", "licence"}
            assert all(fields.values())
            assert not body


def test_every_kind_of_block_occurs() -> None:
    assert {block["kind"] for key in PIECES for block in piece(key)["blocks"]} == set(BlockKind)


@pytest.mark.parametrize("key", PIECES)
def test_links_lead_to_the_reserved_domain(key: str) -> None:
    for block in piece(key)["blocks"]:
        assert block.get("url", "https://csr-centre.example/").startswith("https://csr-centre.example/")


def test_chinese_text_has_no_space_between_han_and_digits_or_latin() -> None:
    for file in (DEMO / "content").rglob("*.zh-Hans.md"):
        fields, body = words(file)
        for text in (*fields.values(), body):
            for before, space, after in zip(text, text[1:], text[2:], strict=False):
                if space == " ":
                    assert not (("\u4e00" <= before <= "\u9fff") and after.isascii() and after.isalnum()), text
                    assert not (before.isascii() and before.isalnum() and ("\u4e00" <= after <= "\u9fff")), text


def test_organisations_and_outlets_are_known_kinds_with_a_name_of_their_own() -> None:
    organisations, outlets = rows("organisations.csv"), rows("outlets.csv")

    assert (len(organisations), len(outlets)) == (18, 14)
    for row in organisations + outlets:
        assert row["kind"] in set(OrganisationKind)
        assert row["sector"] in set(Sector)
        assert row["language"] in LANGUAGES
        assert row[{"sv": "name_sv", "zh-Hans": "name_zh", "en": "name_en"}[row["language"]]]
    assert all(row["outlet_kind"] and row["beat"] for row in outlets)


def test_press_contacts_stand_at_outlets_and_only_the_refused_one_lacks_a_basis() -> None:
    people = rows("press_contacts.csv")
    outlets = {row["key"] for row in rows("outlets.csv")}

    assert len(people) == 24
    assert Counter(row["language"] for row in people) == {"sv": 8, "zh-Hans": 11, "en": 5}
    for row in people:
        assert row["outlet"] in outlets
        assert set(row["topics"].split(";")) <= TOPICS
        assert row["trust"] in {"none", "ask", "agreed"}
        assert (row["basis"] in {"public_task", "consent"}) == (row["state"] != "refused")
        assert bool(row["basis_date"]) == (row["basis"] == "consent")


def test_addresses_are_unique_ascii_and_reserved() -> None:
    addresses = [row["email"] for row in rows("press_contacts.csv")] + [one.email for one in contacts()]

    assert len(set(addresses)) == len(addresses) == 500
    for address in addresses:
        assert address.isascii()
        assert address == address.lower()
        assert address.count("@") == 1
        assert " " not in address
        assert address.endswith(".example")


def test_the_people_are_the_same_every_time() -> None:
    assert contacts() == contacts()


def test_the_people_stand_where_the_table_of_organisations_has_them() -> None:
    organisations = {row["key"]: row for row in rows("organisations.csv")}

    assert {place.organisation for place in PLACES if place.organisation} == set(organisations)
    for place in PLACES:
        if place.organisation:
            row = organisations[place.organisation]
            assert place.sector == row["sector"]
            assert row["country"] in {place.country, "INT"}


def test_consent_is_varied_in_the_planned_shares() -> None:
    people = contacts()
    subscribed = [one for one in people if one.standing is Standing.SUBSCRIBED]

    def share(number: int) -> float:
        return number / len(people)

    newsletter = [one for one in subscribed if one.topics != ("events",)]
    assert 0.86 <= share(len(newsletter)) <= 0.90
    assert 0.80 <= sum(one.tracking_at is not None for one in subscribed) / len(subscribed) <= 0.90
    assert 0.03 <= share(sum(one.standing is Standing.UNSUBSCRIBED for one in people)) <= 0.05
    assert 0.02 <= share(sum(one.standing is Standing.PENDING for one in people)) <= 0.04
    assert 0.015 <= share(sum(one.suppressed is not None for one in people)) <= 0.03
    assert 0.015 <= share(sum("+" in one.email for one in people)) <= 0.03
    assert {mark for one in people for mark in one.email.split("@")[0].split("+")[1:]} == {
        "hard-bounce",
        "soft-bounce",
        "complaint",
    }


def test_evidence_is_in_order_of_time() -> None:
    for one in contacts():
        moments = [moment for moment in (one.asked_at, one.confirmed_at, one.left_at) if moment]
        assert moments == sorted(moments)
        assert (one.confirmed_at is not None) == (one.standing in {Standing.SUBSCRIBED, Standing.UNSUBSCRIBED})
        assert (one.left_at is not None) == (one.standing is Standing.UNSUBSCRIBED)
        assert bool(one.topics) == (one.standing is not Standing.NEVER_ASKED)
        assert one.tracking_at is None or one.standing is Standing.SUBSCRIBED


def test_every_language_has_enough_people_in_each_of_its_sectors() -> None:
    sectors = {row["key"]: row["sector"] for row in rows("organisations.csv")}
    cells = Counter((one.language, sectors[one.organisation]) for one in contacts() if one.organisation)
    main = {
        "sv": ("public_administration", "textiles", "machinery", "food", "civil_society"),
        "zh-Hans": ("public_administration", "textiles", "electronics", "food", "education", "civil_society"),
        "en": ("electronics", "retail_sourcing", "education", "trade"),
    }

    for language, names in main.items():
        for sector in names:
            assert cells[language, sector] >= 20, (language, sector)
    assert cells["zh-Hans", "textiles"] >= 45
    assert cells["zh-Hans", "electronics"] >= 45


def test_the_goal_has_its_population() -> None:
    companies = {row["key"] for row in rows("organisations.csv") if row["kind"] == "company"}
    population = [one for one in contacts() if one.language == "zh-Hans" and one.organisation in companies]

    assert len(population) >= 150
    assert sum(one.tracking_at is not None and one.suppressed is None for one in population) >= 70


def test_chinese_names_carry_pinyin() -> None:
    for one in contacts():
        if one.language == "zh-Hans":
            assert one.native_name == one.family_name + one.given_name
        assert bool(one.latin_name) == (not one.native_name[0].isascii() and "\u4e00" <= one.native_name[0] <= "\u9fff")
