"""The page where a piece is written, as forms reach it: with script and without, and whatever is sent."""

import re

import pytest
from starlette.testclient import TestClient

from outreach.accounts.models import Role
from outreach.content import approval, composing, pieces, queries
from outreach.content.manuscript import Manuscript
from outreach.foundation.database import transaction
from tests.content.test_pictures import png
from tests.web import office

PIECE = f"/pieces/{office.ISSUE}"
SCRIPT = {"HX-Request": "true"}


def now(key: str = office.ISSUE) -> Manuscript:
    with transaction() as session:
        return pieces.load(session, queries.by_key(session, key))


def pane(place: str, language: str, **given: str) -> dict[str, str]:
    """Fill a pane's form as the page lays it out."""
    words = composing.words_at(now(), place, language)
    form = {"place": place, "language": language, "began_from": composing.mark(words), "as": "html"}
    return {**form, **{f"text:{name}": text for name, text in given.items()}}


def test_an_officer_begins_a_piece_and_writes_it(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER, language="sv")

    asked = officer.get("/pieces/new").text
    begun = officer.post("/pieces", data={"kind": "issue", "title": "Vår", "first": "sv", "language": ["sv", "en"]})
    page = officer.get(begun.headers["location"]).text

    assert '<a class="button" href="/pieces/new?kind=issue">' in officer.get("/newsletters").text
    assert 'value="sv" selected' in asked
    assert begun.headers["location"] == "/pieces/var/compose"
    assert '<h1 id="' not in page
    assert "<h1>Vår</h1>" in page
    assert 'value="Vår"' in page
    assert 'name="language" value="zh-Hans"' in page  # an edition that can be added
    assert now("var").languages == ("sv", "en")


def test_a_piece_without_a_title_is_asked_for_again_with_what_was_chosen(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    answer = officer.post("/pieces", data={"kind": "release", "title": " ", "first": "zh-Hans", "language": "zh-Hans"})

    assert answer.status_code == 422
    assert "Give it a title" in answer.text
    assert 'value="zh-Hans" selected' in answer.text
    assert 'value="sv" checked' not in answer.text


def test_a_pane_saves_itself_and_says_what_is_missing(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    form = pane("block:water", "sv", heading="")
    answer = officer.post(f"{PIECE}/words", data=form, headers=SCRIPT)

    assert answer.status_code == 200
    assert 'id="state-block-water-sv"' in answer.text
    assert "Missing: heading" in answer.text
    assert "1 gap" in answer.text
    mark = re.search(r'id="mark-block-water-sv" name="began_from" value="(\w+)"', answer.text)
    assert mark
    assert mark[1] == composing.mark(composing.words_at(now(), "block:water", "sv"))
    assert "<html" not in answer.text


def test_without_script_a_pane_is_markdown_and_comes_back_to_its_block(
    client: TestClient, centre: office.Office
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    page = officer.get(f"{PIECE}/compose").text

    form = {**pane("block:greeting", "sv", html="Hej **alla**"), "as": "markdown"}
    answer = officer.post(f"{PIECE}/words", data=form)

    assert "Hej &lt;span data-merge=&#34;first_name&#34;&gt;" in page
    assert answer.headers["location"] == f"{PIECE}/compose#block-greeting"
    assert composing.words_at(now(), "block:greeting", "sv")["html"] == "<p>Hej <strong>alla</strong></p>"


@pytest.mark.parametrize("headers", [SCRIPT, {}])
def test_two_officers_who_write_the_same_both_keep_their_words(
    client: TestClient, centre: office.Office, headers: dict[str, str]
) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    mine = pane("block:water", "sv", heading="Mitt vatten")
    officer.post(f"{PIECE}/words", data=pane("block:water", "sv", heading="Deras <vatten>"), headers=SCRIPT)

    answer = officer.post(f"{PIECE}/words", data=mine, headers=headers)
    theirs = re.search(r'name="instead" value="(\w+)"', answer.text)
    assert theirs
    kept = composing.words_at(now(), "block:water", "sv")["heading"]
    officer.post(f"{PIECE}/words", data={**mine, "began_from": "", "instead": theirs[1]})

    assert answer.status_code == 409
    assert "Deras &lt;vatten&gt;" in answer.text
    assert headers or 'value="Mitt vatten"' in answer.text
    assert kept == "Deras <vatten>"
    assert composing.words_at(now(), "block:water", "sv")["heading"] == "Mitt vatten"


def test_what_cannot_be_kept_comes_back_as_it_was_typed(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    form = {**pane("block:water", "sv", heading="Nytt", html="[x](javascript:alert(1))"), "as": "markdown"}
    answer = officer.post(f"{PIECE}/words", data=form)

    assert answer.status_code == 422
    assert 'value="Nytt"' in answer.text
    assert "[x](javascript:alert(1))</textarea>" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Not saved." in answer.text
    assert composing.words_at(now(), "block:water", "sv")["heading"] == "Mät vattnet"


@pytest.mark.parametrize("script", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202etxt.exe"])
def test_nothing_that_is_typed_runs_or_turns_the_page_around(
    client: TestClient, centre: office.Office, script: str
) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    officer.post(f"{PIECE}/words", data=pane("edition", "sv", title=script, subject=script))
    officer.post(f"{PIECE}/words", data=pane("block:greeting", "sv", html=script))
    page, letter = officer.get(f"{PIECE}/compose").text, officer.get(f"{PIECE}/preview?language=sv").text

    for html in (page, letter):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html


def test_ten_megabytes_are_refused_in_a_sentence(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    long = officer.post(f"{PIECE}/words", data=pane("block:greeting", "sv", html="x" * 200_000), headers=SCRIPT)
    longer = officer.post(f"{PIECE}/words", data=pane("block:greeting", "sv", html="x" * 10_000_000), headers=SCRIPT)

    assert long.status_code == 422
    assert "divide it into several" in long.text
    assert longer.status_code in {400, 413, 422}
    assert composing.words_at(now(), "block:greeting", "sv")["html"].startswith("<p>Hej")


def test_blocks_come_move_and_go_by_buttons(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    added = officer.post(f"{PIECE}/blocks?left=sv&right=none", data={"kind": "button"})
    officer.post(f"{PIECE}/shared", data={"block": "button-1", "shared:url": "https://example.org/"})
    moved = officer.post(f"{PIECE}/blocks/button-1", data={"do": "move", "to": "0"})
    officer.post(f"{PIECE}/blocks/water", data={"do": "duplicate"})
    gone = officer.post(f"{PIECE}/blocks/water", data={"do": "remove"})
    twice = officer.post(f"{PIECE}/blocks/water", data={"do": "remove"})

    assert added.headers["location"] == f"{PIECE}/compose?left=sv&right=none#block-button-1"
    assert moved.headers["location"] == f"{PIECE}/compose#block-button-1"
    assert gone.headers["location"].startswith(f"{PIECE}/compose?undo=")
    assert twice.status_code == 404
    assert [one.key for one in now().sections] == ["button-1", "greeting", "water-1"]
    assert now().sections[0].shared == {"url": "https://example.org/"}


def test_a_picture_is_uploaded_into_its_block(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    taken = officer.post(
        f"{PIECE}/pictures", data={"block": "water"}, files={"file": ("ny kran.png", png(), "image/png")}
    )
    empty = officer.post(f"{PIECE}/pictures", files={"file": ("x.png", b"", "image/png")})
    page = officer.get(empty.headers["location"]).text

    assert taken.headers["location"] == f"{PIECE}/compose#block-water"
    assert now().sections[1].shared["image"] == "ny-kran.png"
    assert "Choose a picture first." in page
    assert 'value="ny-kran.png" selected' in page


def test_topics_and_languages_are_chosen(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)

    officer.post(f"{PIECE}/about", data={"topic": ["labour", "press", "nonsense"]})
    opened = officer.post(f"{PIECE}/editions", data={"language": "en"})
    unknown = officer.post(f"{PIECE}/editions", data={"language": "tlh"})

    assert now().topics == ("labour",)  # a newsletter is not about the press
    assert now().languages == ("sv", "zh-Hans", "en")
    assert opened.headers["location"] == f"{PIECE}/compose?right=en#top"
    assert unknown.status_code == 404


def test_an_approved_piece_is_opened_on_purpose_only(client: TestClient, centre: office.Office) -> None:
    with transaction() as session:
        approval.approve(session, queries.by_key(session, office.ISSUE), by=office.APPROVER)
    officer = office.sign_in(client, Role.OFFICER)

    asked = officer.get(f"{PIECE}/compose").text
    opened = officer.get(f"{PIECE}/compose?change=1").text

    assert "With the first change the approval ends" in asked
    assert "<textarea" not in asked
    assert f'href="{PIECE}/compose?change=1"' in asked
    assert "<textarea" in opened


@pytest.mark.parametrize("door", ["/words", "/shared", "/blocks", "/blocks/water", "/about", "/editions", "/pictures"])
def test_a_reader_of_figures_writes_nothing(client: TestClient, centre: office.Office, door: str) -> None:
    reader = office.sign_in(client, Role.READER)
    before = now()

    answer = reader.post(f"{PIECE}{door}", data={"kind": "button", "do": "remove"}, files={"file": ("x.png", png())})

    assert answer.status_code == 403
    assert now() == before
    assert "/compose" not in reader.get(PIECE).text


def test_what_was_taken_out_comes_back_by_one_button(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER)
    before = now()

    gone = officer.post(f"{PIECE}/blocks/water?left=sv&right=none", data={"do": "remove"})
    page = officer.get(gone.headers["location"]).text
    undo = re.search(r'action="(/pieces/[^"]+/restore)"', page)
    assert undo
    back = officer.post(undo[1])

    assert re.fullmatch(rf"{PIECE}/compose\?left=sv&right=none&undo=[0-9a-f-]+#top", gone.headers["location"])
    assert back.headers["location"] == f"{PIECE}/compose"
    assert now() == before


def test_the_history_shows_who_changed_what_and_brings_it_back(client: TestClient, centre: office.Office) -> None:
    officer = office.sign_in(client, Role.OFFICER, language="sv")
    before = now()
    officer.post(f"{PIECE}/words", data=pane("block:water", "sv", heading="Mät <allt> vattnet"), headers=SCRIPT)

    history = officer.get(f"{PIECE}/history").text
    first = re.findall(rf'href="({PIECE}/history/[^"]+)"', history)[-1]
    compared = officer.get(first).text
    officer.post(f"{first}/restore")

    assert "officer@csr-centre.example" in history
    assert "<ins>&lt;allt&gt; </ins>" in compared
    assert now() == before
    assert "<ins>" not in officer.get(first).text
    assert officer.get(f"{PIECE}/history/{office.ISSUE}").status_code == 404
