"""What a piece was: versions that grow while somebody writes, are compared, and come back."""

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from outreach.content import comparing, composing, manuscript, pieces, queries, revisions
from outreach.content.comparing import Part
from outreach.content.manuscript import Manuscript
from outreach.content.models import BlockKind
from tests.content.test_composing import EVA, KEY, begin, now, write

OLLE = "olle@csr-centre.example"


def bys(session: Session) -> list[str]:
    return [one.by for one in revisions.listed(session, queries.by_key(session, KEY))]


def say(session: Session, html: str, *, by: str = EVA) -> None:
    mark = composing.mark(composing.words_at(now(session), "block:text-1", "sv"))
    composing.write(session, KEY, "block:text-1", "sv", {"html": html}, by=by, began_from=mark)


def test_what_one_person_writes_in_a_sitting_is_one_version(session: Session) -> None:
    begin(session)
    say(session, "<p>Hej</p>")
    say(session, "<p>Hej alla</p>")
    say(session, "<p>Hej, alla</p>", by=OLLE)
    say(session, "<p>Hej alla!</p>")

    latest = revisions.listed(session, queries.by_key(session, KEY))[0]

    assert bys(session) == [EVA, OLLE, EVA]
    assert revisions.manuscript_of(latest) == now(session)


def test_what_came_from_files_in_between_is_a_version_of_its_own(session: Session) -> None:
    begin(session)
    with_more = manuscript.of_plain({**manuscript.plain(now(session)), "series": "from files"})
    pieces.save(session, with_more)

    say(session, "<p>Hej</p>")

    assert bys(session) == [EVA, "", EVA]


def test_an_earlier_version_comes_back_and_the_present_one_stays(session: Session) -> None:
    begin(session)
    say(session, "<p>Hej</p>")
    before = now(session)

    kept = composing.remove(session, KEY, "text-1", by=EVA)
    composing.add(session, KEY, BlockKind.DIVIDER, by=EVA)
    without = now(session)
    piece = queries.by_key(session, KEY)
    composing.restore(session, KEY, revisions.of_piece(session, piece, kept), by=OLLE)

    assert now(session) == before
    assert [revisions.manuscript_of(one) for one in revisions.listed(session, piece)][:3] == [before, without, before]


def test_old_versions_go_when_there_are_too_many(session: Session) -> None:
    begin(session)
    for number in range(revisions.MOST + 5):
        say(session, f"<p>{number}</p>", by=(EVA, OLLE)[number % 2])

    found = revisions.listed(session, queries.by_key(session, KEY))

    assert len(found) == revisions.MOST
    assert revisions.manuscript_of(found[0]) == now(session)


def test_a_comparison_names_what_changed_and_nothing_else(session: Session) -> None:
    begin(session)
    write(session, "block:text-1", html="<p>Mät vattnet varje dag.</p>")
    before = now(session)
    write(session, "block:text-1", html="<p>Mät <strong>vattnet</strong> varje vecka.</p>")
    composing.remove(session, KEY, "article-1", by=EVA)

    found = comparing.differences(before, now(session))

    assert [(one.where, one.language) for one in found] == [("Order of the blocks", ""), ("Text · text", "sv")]
    assert found[1].parts == (
        (Part.SAME, "Mät vattnet varje "),
        (Part.WENT, "dag"),
        (Part.CAME, "vecka"),
        (Part.SAME, "."),
    )
    assert comparing.differences(before, before) == []


def test_chinese_is_compared_character_by_character() -> None:
    assert comparing.parts("每天测量用水", "每周测量用水") == (
        (Part.SAME, "每"),
        (Part.WENT, "天"),
        (Part.CAME, "周"),
        (Part.SAME, "测量用水"),
    )


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_both_texts_can_be_read_from_a_comparison(before: str, after: str) -> None:
    found = comparing.parts(before, after)

    assert "".join(text for part, text in found if part is not Part.CAME) == before
    assert "".join(text for part, text in found if part is not Part.WENT) == after


def test_a_manuscript_survives_being_kept(session: Session) -> None:
    begin(session)
    block = composing.add(session, KEY, BlockKind.EVENT, by=EVA)
    composing.share(session, KEY, block, {"starts_at": "2026-12-15T15:00"}, by=EVA)
    whole: Manuscript = now(session)

    again = manuscript.of_plain(manuscript.plain(whole))

    assert again == whole
    assert manuscript.digest(again) == manuscript.digest(whole)
