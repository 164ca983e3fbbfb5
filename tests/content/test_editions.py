"""One language of a piece becomes what a letter is made from, and says what it lacks."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

import outreach
from outreach.content import completeness, editions, files, pieces
from outreach.content.models import Piece
from outreach.foundation import clock
from outreach.foundation.errors import NotFound
from outreach.foundation.settings import settings
from outreach.rendering.blocks import Article, Divider, Event, Heading, Image, Lead, Link, Picture, Quote, Text
from tests.content.conftest import Edit

DEMO = Path(outreach.__path__[0]) / "cli" / "demo" / "content"
BEFORE = datetime(2026, 11, 24, tzinfo=UTC)
AFTER = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def release(session: Session) -> Piece:
    """Take in the demo's release under embargo."""
    return files.import_folder(session, DEMO / "2026-11-lonevagledning")


def test_an_edition_holds_the_blocks_of_its_language(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    edition = editions.edition_of(pieces.load(session, piece), "sv")

    assert (edition.kind, edition.language, edition.title, edition.subject) == ("issue", "sv", "Vatten", "Mät först")
    assert edition.from_name == edition.brand.name == "CSR-centret"
    greeting, article, event, rule, quote = edition.blocks
    assert greeting == Text("greeting", '<p>Hej <span data-merge="first_name">Namn</span>!</p>')
    assert article == Article(
        "water",
        heading="Mät först",
        lead="<p>Tre <em>färgerier</em>.</p>",
        html="<p>Varje dag.</p>",
        image=article.image if isinstance(article, Article) else None,
        link=Link("https://csr-centre.example/water", "Om vatten"),
        topic="environment",
    )
    assert event == Event("visit", "Besök", "tisdag 3 februari", day=date(2026, 2, 3))
    assert rule == Divider("rule")
    assert quote == Quote("said", "Siffror går att lita på.", "Lin Jiayi")


def test_a_picture_has_a_public_address_on_our_own_host(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)
    article = editions.edition_of(pieces.load(session, piece), "en").blocks[1]

    assert isinstance(article, Article)
    picture = article.image
    assert isinstance(picture, Picture)
    assert picture.url.startswith(f"{settings().public_url}/media/")
    assert (picture.alt, picture.credit, picture.width, picture.height) == ("A tap.", "Photo: Wei Ran", 64, 36)


def test_a_text_with_a_heading_becomes_two_blocks(session: Session, issue: Path) -> None:
    (issue / "greeting.en.md").write_text("---\nheading: In brief\n---\n\nThree things.\n")
    piece = files.import_folder(session, issue)

    blocks = editions.edition_of(pieces.load(session, piece), "en").blocks[:2]

    assert blocks == (Heading("greeting", "In brief"), Text("greeting", "<p>Three things.</p>"))


def test_a_release_opens_with_its_lead_and_shows_its_picture(session: Session, release: Piece) -> None:
    blocks = editions.edition_of(pieces.load(session, release), "zh-Hans").blocks

    assert isinstance(blocks[0], Lead)
    assert any(isinstance(one, Image) and one.picture.alt for one in blocks)


def test_an_embargo_stands_in_the_letter_until_it_lifts(session: Session, release: Piece) -> None:
    with clock.fixed(BEFORE):
        held = editions.edition_of(pieces.load(session, release), "en")
    with clock.fixed(AFTER):
        lifted = editions.edition_of(pieces.load(session, release), "en")

    assert held.embargo_line is not None
    assert held.embargo_line.startswith("EMBARGOED UNTIL Thursday, 26 November 2026, 10:00 Beijing time")
    assert held.also_in == ()
    assert lifted.embargo_line is None
    assert [one.language for one in lifted.also_in] == ["sv", "zh-Hans"]
    assert lifted.also_in[0].url.endswith("/newsroom/sv/2026-11-lonevagledning")


def test_an_issue_names_its_other_languages(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    assert [one.url for one in editions.edition_of(pieces.load(session, piece), "sv").also_in] == [
        f"{settings().public_url}/letters/water-2026-01/en"
    ]
    assert editions.languages(session, piece) == ["sv", "en"]


def test_the_demo_says_so_in_its_letters(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)
    assert editions.edition_of(pieces.load(session, piece), "en").demo_banner is None

    mark = settings().home / "demo"
    mark.touch()
    banner = editions.edition_of(pieces.load(session, piece), "en").demo_banner
    mark.unlink()

    assert banner == "Demo data. People, companies and results are fictitious."


def test_a_language_without_edition_is_not_made_up(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    with pytest.raises(NotFound, match="“water-2026-01” has no edition in 中文"):
        editions.edition_of(pieces.load(session, piece), "zh-Hans")


@pytest.mark.parametrize("key", sorted(one.name for one in DEMO.iterdir()))
def test_the_demo_lacks_nothing(session: Session, key: str) -> None:
    piece = files.import_folder(session, DEMO / key)

    assert [editions.missing(session, piece, language) for language in ("sv", "zh-Hans", "en")] == [[], [], []]


def test_every_gap_is_named(session: Session, issue: Path, edit: Edit) -> None:
    edit("edition.sv.md", "subject: Mät först\n", "")
    edit("water.sv.md", "heading: Mät först\n", "")
    edit("water.sv.md", "link_label: Om vatten\n", "")
    edit("visit.sv.md", "when: tisdag 3 februari\n", "")
    edit("said.sv.md", "Siffror går att lita på.", "")
    edit("assets/tap.sv.md", "alt: En kran.\n", "")
    piece = files.import_folder(session, issue)

    assert [(one.block, one.field, one.label) for one in editions.missing(session, piece, "sv")] == [
        ("", "subject", "subject"),
        ("water", "heading", "heading of article “water”"),
        ("water", "link_label", "label of the link of article “water”"),
        ("visit", "when", "time of event “visit”"),
        ("said", "text", "text of quote “said”"),
        ("tap.jpg", "alt", "alternative text of tap.jpg"),
    ]
    assert editions.missing(session, piece, "en") == []
    assert [one.field for one in editions.missing(session, piece, "zh-Hans")] == ["edition"]


def test_a_release_needs_lead_contact_and_sender(session: Session, issue: Path, edit: Edit) -> None:
    edit("piece.yaml", "kind: issue", "kind: release")
    piece = files.import_folder(session, issue)

    gaps = completeness.gaps(pieces.load(session, piece), "sv")

    assert [one.label for one in gaps] == ["lead", "press contact", "about the sender"]


def test_what_is_not_written_yet_is_left_out_of_a_letter(session: Session, issue: Path) -> None:
    for name in ("greeting.sv.md", "visit.sv.md", "said.sv.md", "water.sv.md"):
        (issue / name).write_text("")
    piece = files.import_folder(session, issue)

    assert [one.kind for one in editions.edition_of(pieces.load(session, piece), "sv").blocks] == ["divider"]
