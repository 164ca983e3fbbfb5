"""Writing a piece: pane by pane, block by block, and nobody's words are lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import Session

from outreach.content import approval, assets, completeness, composing, pieces, queries
from outreach.content.composing import EDITION, Overtaken, Unreadable
from outreach.content.manuscript import Manuscript, Words
from outreach.content.models import BlockKind, PieceKind
from outreach.foundation.database import transaction
from outreach.foundation.errors import NotFound, Refused
from tests.content.test_pictures import png

KEY = "vatten-forst"
EVA = "eva@csr-centre.example"


def begin(session: Session, kind: PieceKind = PieceKind.ISSUE) -> None:
    composing.begin(session, kind, "Vatten först", by=EVA, language="sv", others=["zh-Hans"])


def now(session: Session) -> Manuscript:
    return pieces.load(session, queries.by_key(session, KEY))


def write(session: Session, place: str, language: str = "sv", *, is_markdown: bool = False, **given: str) -> Words:
    mark = composing.mark(composing.words_at(now(session), place, language))
    written = composing.write(session, KEY, place, language, given, by=EVA, began_from=mark, is_markdown=is_markdown)
    return written.words


def test_a_piece_begins_as_a_draft_with_the_blocks_of_its_kind(session: Session) -> None:
    begin(session)
    again = composing.begin(session, PieceKind.RELEASE, "Vatten först", by=EVA, language="en")

    manuscript = now(session)

    assert manuscript.languages == ("sv", "zh-Hans")
    assert manuscript.editions["sv"] == {"title": "Vatten först"}
    assert [one.kind for one in manuscript.sections] == [BlockKind.TEXT, BlockKind.ARTICLE]
    assert again.key == "vatten-forst-2"
    with pytest.raises(Refused, match="title"):
        composing.begin(session, PieceKind.ISSUE, "  ", by=EVA, language="sv")


@pytest.mark.parametrize(("title", "key"), [("企业责任", "piece"), ("Åtta råd!", "atta-rad"), ("x" * 500, "x" * 60)])
def test_a_key_can_be_made_of_any_title(session: Session, title: str, key: str) -> None:
    assert composing.begin(session, PieceKind.ISSUE, title, by=EVA, language="sv").key == key


def test_words_are_kept_clean_and_other_fields_stay(session: Session) -> None:
    begin(session)
    write(session, EDITION, subject="Mät\tförst", preheader="Tre råd")

    words = write(session, EDITION, preheader="")
    body = write(session, "block:text-1", html="<p onclick=x>Hej <b>alla</b><script>x</script></p>")

    assert words == {"title": "Vatten först", "subject": "Mät först"}
    assert body == {"html": "<p>Hej <strong>alla</strong></p>"}
    assert write(session, "block:text-1", is_markdown=True, html="Hej **alla**")["html"] == body["html"]


def test_words_that_somebody_else_changed_meanwhile_are_not_overwritten(session: Session) -> None:
    begin(session)
    began_from = composing.mark(composing.words_at(now(session), "block:text-1", "sv"))
    write(session, "block:text-1", html="<p>Deras</p>")

    with pytest.raises(Overtaken) as overtaken:
        composing.write(session, KEY, "block:text-1", "sv", {"html": "<p>Mina</p>"}, by=EVA, began_from=began_from)
    other_language = composing.write(
        session, KEY, "block:text-1", "zh-Hans", {"html": "我的"}, by=EVA, began_from=began_from
    )

    assert overtaken.value.theirs == {"html": "<p>Deras</p>"}
    assert composing.words_at(now(session), "block:text-1", "sv") == {"html": "<p>Deras</p>"}
    assert other_language.words == {"html": "<p>我的</p>"}


@pytest.mark.usefixtures("database")
def test_panes_that_are_saved_at_once_all_count() -> None:
    with transaction() as session:
        begin(session)
        for _number in range(6):
            composing.add(session, KEY, BlockKind.HEADING, by=EVA)
    ready = Barrier(6)

    def save(number: int) -> None:
        ready.wait(timeout=30)
        with transaction() as own:
            mark = composing.mark({})
            composing.write(
                own, KEY, f"block:heading-{number}", "sv", {"heading": f"Del {number}"}, by=EVA, began_from=mark
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, range(1, 7)))

    with transaction() as session:
        texts = [one.texts["sv"]["heading"] for one in now(session).sections if one.kind is BlockKind.HEADING]
    assert texts == [f"Del {number}" for number in range(1, 7)]


def test_blocks_are_added_moved_copied_and_taken_out(session: Session) -> None:
    begin(session)
    write(session, "block:text-1", html="<p>Hej</p>")
    composing.add(session, KEY, BlockKind.DIVIDER, after="text-1", by=EVA)

    copy = composing.duplicate(session, KEY, "text-1", by=EVA)
    composing.move(session, KEY, "article-1", to=0, by=EVA)
    composing.move(session, KEY, "divider-1", to=99, by=EVA)
    composing.remove(session, KEY, "text-1", by=EVA)

    assert [one.key for one in now(session).sections] == ["article-1", copy, "divider-1"]
    assert composing.words_at(now(session), f"block:{copy}", "sv") == {"html": "<p>Hej</p>"}
    with pytest.raises(NotFound, match="somebody else"):
        write(session, "block:text-1", html="<p>Sent</p>")


def test_a_piece_has_no_more_blocks_than_a_letter_can_hold(session: Session) -> None:
    begin(session)
    for _number in range(98):
        composing.add(session, KEY, BlockKind.DIVIDER, by=EVA)

    with pytest.raises(Refused, match="100 blocks"):
        composing.add(session, KEY, BlockKind.DIVIDER, by=EVA)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_what_a_block_shares_is_checked_and_the_field_named(
    session: Session, values: dict[str, str], field: str
) -> None:
    begin(session)
    block = composing.add(session, KEY, BlockKind.EVENT, by=EVA)
    composing.share(session, KEY, block, {"starts_at": "2026-12-15T15:00", "url": "https://example.org/"}, by=EVA)

    with pytest.raises(Unreadable) as refusal:
        composing.share(session, KEY, block, values, by=EVA)
    composing.share(session, KEY, block, {"url": ""}, by=EVA)

    assert refusal.value.field == field
    event = next(one for one in now(session).sections if one.key == block)
    assert event.shared == {"starts_at": "2026-12-15T15:00", "time_zone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    "given", [{"heading": "x" * 1001}, {"html": "<p>x</p>" * 20_000}, {"html": '<a href="ftp://x">x</a>'}]
)
def test_a_field_that_cannot_be_kept_is_named_and_nothing_changes(session: Session, given: dict[str, str]) -> None:
    begin(session)

    with pytest.raises(Unreadable) as refusal:
        write(session, "block:text-1", **given)

    assert refusal.value.field in given
    assert composing.words_at(now(session), "block:text-1", "sv") == {}


def test_a_picture_is_uploaded_shown_and_described(session: Session) -> None:
    begin(session)

    name = composing.add_picture(session, KEY, "../Kran vid å.PNG", png(), block="article-1", by=EVA)
    same = composing.add_picture(session, KEY, "again.png", png(), by=EVA)
    lacking = [one.field for one in completeness.gaps(now(session), "sv") if one.block == name]
    write(session, f"picture:{name}", alt="En kran.")

    assert same == name == "Kran-vid-a.png"
    assert lacking == ["alt"]
    assert now(session).pictures[0].texts == {"sv": {"alt": "En kran."}}
    assert now(session).sections[1].shared["image"] == name
    assert assets.read(assets.served_name(name, now(session).pictures[0].sha256)).media_type == "image/png"
    with pytest.raises(Refused, match="still shows"):
        composing.remove_picture(session, KEY, name, by=EVA)
    composing.share(session, KEY, "article-1", {"image": ""}, by=EVA)
    composing.remove_picture(session, KEY, name, by=EVA)
    assert now(session).pictures == ()


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n<?php"])
def test_a_file_that_is_no_picture_is_refused(session: Session, content: bytes) -> None:
    begin(session)

    with pytest.raises(Refused):
        composing.add_picture(session, KEY, "kran.png", content, by=EVA)


def test_a_change_ends_the_approval_and_taking_it_back_brings_it_back(session: Session) -> None:
    begin(session)
    composing.remove(session, KEY, "article-1", by=EVA)
    for language in ("sv", "zh-Hans"):
        write(session, EDITION, language, title="Vatten", subject="Mät")
        write(session, "block:text-1", language, html="<p>Hej</p>")
    approval.approve(session, queries.by_key(session, KEY), by="elin@csr-centre.example")

    write(session, "block:text-1", html="<p>Hej!</p>")
    lapsed = approval.is_approved(session, queries.by_key(session, KEY))
    write(session, "block:text-1", html="<p>Hej</p>")

    assert not lapsed
    assert approval.is_approved(session, queries.by_key(session, KEY))


def test_an_edition_in_another_language_begins_empty(session: Session) -> None:
    begin(session)

    composing.open_edition(session, KEY, "en", by=EVA)
    composing.open_edition(session, KEY, "sv", by=EVA)

    assert now(session).editions["en"] == {}
    assert now(session).editions["sv"] == {"title": "Vatten först"}
