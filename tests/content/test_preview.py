"""A letter can be looked at as nobody, as a reader, and on the web."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

import outreach
from outreach.consent.models import Subscription, SubscriptionState, Topic
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector
from outreach.content import editions, files, pieces, preview, web_blocks
from outreach.foundation import slots
from outreach.foundation.errors import NotFound
from outreach.foundation.settings import settings

DEMO = Path(outreach.__path__[0]) / "cli" / "demo" / "content"


@pytest.fixture
def reader(session: Session) -> Contact:
    """Lin Jiayi of a textile company, who follows the environment and the labour market."""
    company = Organisation(
        key="yunfan",
        names={"zh-Hans": "云帆纺织", "en": "Yunfan <Textiles>"},
        kind=OrganisationKind.COMPANY,
        sector=Sector.TEXTILES,
        country="CN",
        language="zh-Hans",
    )
    session.add(company)
    session.flush()
    contact = Contact(
        email="lin@yunfan.example",
        address="lin@yunfan.example",
        given_name="Jiayi",
        family_name="Lin",
        language="zh-Hans",
        organisation_id=company.id,
        source="test",
    )
    session.add(contact)
    session.flush()
    for key, state in (
        ("environment", SubscriptionState.SUBSCRIBED),
        ("labour", SubscriptionState.SUBSCRIBED),
        ("anticorruption", SubscriptionState.UNSUBSCRIBED),
        ("press", SubscriptionState.SUBSCRIBED),
    ):
        topic = session.exec(select(Topic).where(Topic.key == key)).one()
        session.add(Subscription(contact_id=contact.id, topic_id=topic.id, state=state))
    session.flush()
    return contact


def test_a_preview_has_neutral_words_and_no_pixel(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    html = preview.render(session, piece, "sv")

    assert "Mät först" in html
    assert slots.OPEN not in html
    assert "Hej reader!" in html or "Hej läsare!" in html
    assert "/o/" not in html
    assert "/c/" not in html


def test_a_preview_as_a_reader_has_the_readers_words(session: Session, reader: Contact) -> None:
    piece = files.import_folder(session, DEMO / "ansvar-2026-04")

    words = preview.reader_of(session, reader, piece, "zh-Hans")

    assert (words.first_name, words.full_name, words.organisation) == ("Jiayi", "Jiayi Lin", "云帆纺织")
    assert words.topics == "劳动条件、环境"
    assert preview.reader_of(session, reader, piece, "en").topics == "Labour conditions, Environment"
    assert preview.reader_of(session, reader, piece, "sv").organisation == ""


def test_a_readers_words_are_no_markup(session: Session, issue: Path, reader: Contact) -> None:
    reader.given_name = "<b>Jiayi</b>"
    (issue / "greeting.en.md").write_text(
        '<span data-merge="first_name">x</span> of <span data-merge="organisation">y</span>\n'
    )
    piece = files.import_folder(session, issue)

    html = preview.render(session, piece, "en", reader=reader)

    assert "&lt;b&gt;Jiayi&lt;/b&gt; of Yunfan &lt;Textiles&gt;" in html


def test_a_preview_can_stack_two_languages(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    html = preview.render(session, piece, "en", second="sv")

    assert html.index("Measure first") < html.index("Mät först")
    assert preview.render(session, piece, "en", second="en") == preview.render(session, piece, "en")


def test_a_language_without_edition_has_no_preview(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    with pytest.raises(NotFound):
        preview.render(session, piece, "zh-Hans")
    with pytest.raises(NotFound):
        preview.render(session, piece, "sv", second="zh-Hans")


def test_blocks_become_semantic_html(session: Session) -> None:
    piece = files.import_folder(session, DEMO / "ansvar-2026-04")

    html = web_blocks.as_html(editions.edition_of(pieces.load(session, piece), "en"))

    assert html.count("<article") == 3
    assert html.count('<ul class="events">') == 1
    assert html.count('<li class="event">') == 2
    assert '<time datetime="2026-12-15">Tuesday, 15 December 2026' in html
    assert (
        '<figcaption>A cup of tea can say as much as a present. <span class="credit">Photo: Wei Ran/CSR Centre' in html
    )
    assert "<blockquote>" in html
    assert "<h1" not in html
    assert "style=" not in html


def test_words_of_blocks_are_escaped_on_the_web(session: Session, issue: Path) -> None:
    (issue / "water.en.md").write_text("---\nheading: <script>alert(1)</script>\nlink_label: a & b\n---\n\n1 \\< 2\n")
    piece = files.import_folder(session, issue)

    html = web_blocks.as_html(editions.edition_of(pieces.load(session, piece), "en"))

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<p>1 &lt; 2</p>" in html
    assert slots.OPEN not in html


def test_the_web_version_holds_nothing_of_a_reader(session: Session, issue: Path) -> None:
    piece = files.import_folder(session, issue)

    html = preview.web_version(session, piece, "en")

    assert slots.OPEN not in html
    for address in ("/o/", "/c/", "/unsubscribe", "/preferences", "/letters/preview", "Read on the web"):
        assert address not in html
    assert "This is the web version of a letter to the subscribers of CSR Centre." in html
    assert f'href="{settings().public_url}/subscribe"' in html
    assert f'href="{settings().public_url}/letters/water-2026-01/sv"' in html
