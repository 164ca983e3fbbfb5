"""Every mistake in a folder is one sentence that names file, line and field."""

import os
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import Session

from outreach.consent.models import Topic
from outreach.content import files
from outreach.content.mistakes import Mistake
from tests.content.conftest import Edit, jpeg


def sentence(session: Session, issue: Path) -> str:
    with pytest.raises(Mistake) as caught:
        files.import_folder(session, issue)
    return caught.value.message


CASES = {
    "an unknown field": (
        "piece.yaml",
        "series:",
        "serie:",
        "piece.yaml, line 3, serie: “serie” is not a field here; the fields are kind, key, series, topics, codes, "
        "embargo_until, published_on, assets, blocks.",
    ),
    "a field that a block does not have": (
        "piece.yaml",
        "kind: text",
        "kind: text\n    url: https://x.example",
        "piece.yaml, line 14, url: “url” is not a field here; the fields are id, kind.",
    ),
    "an unknown kind of piece": (
        "piece.yaml",
        "kind: issue",
        "kind: letter",
        "piece.yaml, line 1, kind: “letter” is not known here; choose among issue, release.",
    ),
    "an unknown kind of block": (
        "piece.yaml",
        "kind: divider",
        "kind: line",
        "piece.yaml, line 25, kind: “line” is not known here; choose among heading, lead, text, article, image, event, "
        "button, quote, facts, contact, about, divider.",
    ),
    "an unknown topic": (
        "piece.yaml",
        "[environment]",
        "[enviroment]",
        "piece.yaml, line 4, topics: “enviroment” is not a topic; choose among: human_rights, labour, environment, "
        "anticorruption, events, press.",
    ),
    "a topic twice": (
        "piece.yaml",
        "[environment]",
        "[environment, environment]",
        "piece.yaml, line 4, topics: A value stands in this list twice; keep one.",
    ),
    "one value where a list belongs": (
        "piece.yaml",
        "[environment]",
        "environment",
        "piece.yaml, line 4, topics: Write a list here, each value on a line of its own after “- ”.",
    ),
    "a list where one value belongs": (
        "piece.yaml",
        "kind: issue",
        "kind: [issue]",
        "piece.yaml, line 1, kind: Write one value here, not a list or fields.",
    ),
    "a missing field": (
        "piece.yaml",
        "key: water-2026-01\n",
        "",
        "piece.yaml, line 1, key: The field “key” is missing; add it.",
    ),
    "a missing field of a block": (
        "piece.yaml",
        "    time_zone: Asia/Shanghai\n",
        "",
        "piece.yaml, line 19, time_zone: The field “time_zone” is missing; add it.",
    ),
    "a key that cannot stand in an address": (
        "piece.yaml",
        "key: water-2026-01",
        "key: ../water",
        "piece.yaml, line 2, key: “../water” cannot be a key; use at most 80 small letters a–z, digits and hyphens.",
    ),
    "a block id that is taken": (
        "piece.yaml",
        "id: rule",
        "id: water",
        "piece.yaml, line 24, id: “water” is taken; give this block another id.",
    ),
    "a block id that is reserved": (
        "piece.yaml",
        "id: rule",
        "id: edition",
        "piece.yaml, line 24, id: “edition” is taken; give this block another id.",
    ),
    "a code without vocabulary": (
        "piece.yaml",
        "medtop:20000424",
        "20000424",
        "piece.yaml, line 6, codes: “20000424” is not a code; write it as medtop:20000524.",
    ),
    "no date": (
        "piece.yaml",
        "2026-01-15",
        "15 January",
        "piece.yaml, line 7, published_on: “15 January” is not a date; write it as 2026-11-26.",
    ),
    "an embargo without a time zone": (
        "piece.yaml",
        "published_on: 2026-01-15",
        "embargo_until: 2026-01-15T10:00",
        "piece.yaml, line 7, embargo_until: “2026-01-15T10:00” is not a moment with a time zone; write it as "
        "2026-11-26T02:00:00Z.",
    ),
    "a start that is no local time": (
        "piece.yaml",
        "2026-02-03T09:00",
        "2026-02-03 9 am",
        "piece.yaml, line 21, starts_at: “2026-02-03 9 am” is not a local time; write it as 2026-12-15T15:00.",
    ),
    "a day that does not exist": (
        "piece.yaml",
        "2026-02-03T09:00",
        "2026-02-30T09:00",
        "piece.yaml, line 21, starts_at: “2026-02-30T09:00” is not a local time; write it as 2026-12-15T15:00.",
    ),
    "an event that ends before it starts": (
        "piece.yaml",
        "2026-02-03T10:00",
        "2026-02-03T08:00",
        "piece.yaml, line 22, ends_at: This ends before it starts; correct one of the times.",
    ),
    "an unknown time zone": (
        "piece.yaml",
        "Asia/Shanghai",
        "Asia/Peking",
        "piece.yaml, line 23, time_zone: “Asia/Peking” is not a time zone; write it as Asia/Shanghai.",
    ),
    "a link of a forbidden scheme": (
        "piece.yaml",
        "https://csr-centre.example/water",
        "javascript:alert(1)",
        "piece.yaml, line 17, url: The link “javascript:alert(1)” cannot be used; write it with https:// or mailto:.",
    ),
    "a picture that is not there": (
        "piece.yaml",
        "file: tap.jpg",
        "file: pump.jpg",
        "piece.yaml, line 9, file: There is no picture pump.jpg; put it into the folder “assets”.",
    ),
    "a picture outside of the folder": (
        "piece.yaml",
        "file: tap.jpg",
        "file: ../../../etc/passwd",
        "piece.yaml, line 9, file: “../../../etc/passwd” cannot name a picture; use letters, digits and "
        "hyphens, and end "
        "it with .jpg or .png.",
    ),
    "a picture that is not listed": (
        "piece.yaml",
        "image: tap.jpg",
        "image: pump.jpg",
        "piece.yaml, line 16, image: “pump.jpg” is not listed under “assets”; list it there first.",
    ),
    "a heading of the title's level": (
        "piece.yaml",
        "kind: divider",
        "kind: heading\n    level: 1",
        "piece.yaml, line 26, level: “1” is not the level of a heading; write 2 or 3.",
    ),
    "the same field twice": (
        "piece.yaml",
        "key: water-2026-01",
        "key: water-2026-01\nkey: fire",
        "piece.yaml, line 3: “key” stands here twice; keep one.",
    ),
    "an alias, which can grow without end": (
        "piece.yaml",
        "topics: [environment]",
        "topics: &all [environment]\nseries: *all",
        "piece.yaml, line 4: YAML anchors, aliases and tags (&, *, !) are not allowed; put such a value in quotes.",
    ),
    "a tag, which could build a class": (
        "piece.yaml",
        "kind: issue",
        "kind: !!python/name:os.system issue",
        "piece.yaml, line 1: YAML anchors, aliases and tags (&, *, !) are not allowed; put such a value in quotes.",
    ),
    "deep nesting": (
        "piece.yaml",
        "[environment]",
        "[" * 50 + "]" * 50,
        "piece.yaml, line 4: This is nested too deeply.",
    ),
    "fields in a list of values": (
        "piece.yaml",
        "- medtop:20000424",
        "- medtop: 20000424",
        "piece.yaml, line 6, codes: Write single values in this list.",
    ),
    "values in a list of fields": (
        "piece.yaml",
        "  - id: rule\n    kind: divider\n",
        "  - rule\n",
        "piece.yaml, line 24, blocks: Write fields here, each as “name: value”.",
    ),
    "a colon without quotes": (
        "water.sv.md",
        "heading: Mät",
        "heading: Vatten: mät",
        "water.sv.md, line 2: This is not YAML (mapping values are not allowed here); write “name: value”, "
        "and put a value "
        "with “: ” in it in quotes.",
    ),
    "front matter without end": (
        "said.sv.md",
        "---\n\n",
        "\n",
        "said.sv.md, line 1: The front matter is not closed; end it with a line “---”.",
    ),
    "an unknown field of a text": (
        "water.sv.md",
        "lead:",
        "ingress:",
        "water.sv.md, line 3, ingress: “ingress” is not a field here; the fields are heading, lead, link_label.",
    ),
    "a field where a block has none": (
        "greeting.en.md",
        "Hello",
        "---\nlead: Hello\n---\nHello",
        "greeting.en.md, line 2, lead: “lead” is not a field here; the fields are heading.",
    ),
    "a link of a forbidden scheme in a text": (
        "greeting.en.md",
        "three things",
        "three\n[things](data:text/html,x)",
        "greeting.en.md, line 4: The link “data:text/html,x” cannot be used; write it with https:// or mailto:.",
    ),
    "a link without address": (
        "greeting.en.md",
        "three things",
        "[things]()",
        "greeting.en.md, line 3: The link “” cannot be used; write it with https:// or mailto:.",
    ),
    "a link with a title": (
        "greeting.en.md",
        "three things",
        '[things](https://x.example "three")',
        "greeting.en.md, line 3: A link has no title here; write [label](address).",
    ),
    "a link of a forbidden scheme in a lead": (
        "water.sv.md",
        "Tre *färgerier*.",
        "'[Tre](ftp://x.example)'",
        "water.sv.md, line 3, lead: The link “ftp://x.example” cannot be used; write it with https:// or mailto:.",
    ),
    "a heading in a text": (
        "greeting.en.md",
        "three",
        "## three",
        "greeting.en.md, line 3: A heading has no place in a text; give it a block of its own, or write “\\#”.",
    ),
    "a picture in a text": (
        "greeting.en.md",
        "three",
        "![three](https://x.example/a.png)",
        "greeting.en.md, line 3: A picture has no place in a text; give it a block of its own.",
    ),
    "a quotation in a text": (
        "greeting.en.md",
        "three",
        "> three",
        "greeting.en.md, line 3: A quotation has no place in a text; give it a block of its own, or write “\\>”.",
    ),
    "a rule in a text": (
        "greeting.en.md",
        "three",
        "***\n\nthree",
        "greeting.en.md, line 3: A rule has no place in a text; use a divider block.",
    ),
    "code in a text": (
        "greeting.en.md",
        "three",
        "`three`",
        "greeting.en.md, line 3: Code has no place in a letter; remove the indentation or the backticks.",
    ),
    "an indented text": (
        "greeting.en.md",
        "three",
        "      three",
        "greeting.en.md, line 3: Code has no place in a letter; remove the indentation or the backticks.",
    ),
    "HTML in a line": (
        "greeting.en.md",
        "three",
        "three <script>alert(1)</script>",
        "greeting.en.md, line 3: HTML is not allowed here; write Markdown, or “\\<” for the sign itself.",
    ),
    "a block of HTML": (
        "greeting.en.md",
        "three",
        "<table><tr><td>three</table>\n\nthree",
        "greeting.en.md, line 3: HTML is not allowed here; write Markdown, or “\\<” for the sign itself.",
    ),
    "an unknown merge field": (
        "greeting.sv.md",
        "first_name",
        "password",
        "greeting.sv.md, line 1: There is no merge field “password”; use one of first_name, full_name, "
        "organisation, topics.",
    ),
    "an unknown merge field in a line": (
        "edition.sv.md",
        "Mät först",
        "'<span data-merge=\"token\">x</span>'",
        "edition.sv.md, line 3, subject: There is no merge field “token”; choose one from the list.",
    ),
    "a number that begins a paragraph": (
        "greeting.en.md",
        "three",
        "2026. A good year for three",
        "greeting.en.md, line 3: A numbered list begins with 1; write “\\.” after the number where no list is meant.",
    ),
    "formatting in a quotation": (
        "said.en.md",
        "Figures",
        "**Figures**",
        "said.en.md, line 5: A quotation is one paragraph without formatting; remove lists, bold, italic and links.",
    ),
    "two paragraphs in a quotation": (
        "said.en.md",
        "trusted.",
        "trusted.\n\nAlways.",
        "said.en.md, line 5: A quotation is one paragraph without formatting; remove lists, bold, italic and links.",
    ),
    "a line that never ends": (
        "edition.sv.md",
        "Mät först",
        "Mät " * 300,
        "edition.sv.md, line 3, subject: This line has more than 1,000 characters; shorten it.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_with_its_place(session: Session, issue: Path, edit: Edit, case: str) -> None:
    name, old, new, expected = CASES[case]
    edit(name, old, new)

    assert sentence(session, issue) == f"water-2026-01/{expected}"


FILES = {
    "a text that is missing": (
        "water.en.md",
        None,
        "water.en.md: This file is missing; add it, empty if its words are not written yet.",
    ),
    "an edition that is missing": (
        "edition.en.md",
        None,
        "edition.en.md: This file is missing; add it, empty if its words are not written yet.",
    ),
    "a caption that is missing": (
        "assets/tap.sv.md",
        None,
        "assets/tap.sv.md: This file is missing; add it, empty if its words are not written yet.",
    ),
    "a misspelt block": (
        "watre.sv.md",
        b"Hej",
        "watre.sv.md: Nothing in the piece has this name in one of its languages (sv, zh-Hans, en); rename "
        "or remove it.",
    ),
    "a language that we do not speak": (
        "water.de.md",
        b"Hallo",
        "water.de.md: Nothing in the piece has this name in one of its languages (sv, zh-Hans, en); rename "
        "or remove it.",
    ),
    "words for a block that has none": (
        "rule.sv.md",
        b"Hej",
        "rule.sv.md: Nothing in the piece has this name in one of its languages (sv, zh-Hans, en); rename or "
        "remove it.",
    ),
    "a picture that nobody lists": (
        "assets/pump.jpg",
        jpeg(),
        "assets/pump.jpg: This picture is not listed under “assets” in piece.yaml; list it there or remove it.",
    ),
    "text where only fields belong": (
        "edition.sv.md",
        b"---\ntitle: Vatten\n---\n\nHej\n",
        "edition.sv.md, line 5: There is text below the front matter, where none belongs; remove it or make "
        "it a field.",
    ),
    "a file that is no UTF-8": (
        "water.sv.md",
        "---\nheading: Mät".encode("latin-1"),
        "water.sv.md, line 2: This is not UTF-8; save the file as UTF-8.",
    ),
    "a file that is no YAML": (
        "piece.yaml",
        b"kind: issue\nkey: [water",
        "piece.yaml, line 2: This is not YAML (expected ',' or ']', but got '<stream end>'); write “name: "
        "value”, and put a "
        "value with “: ” in it in quotes.",
    ),
    "a file with a control character": (
        "piece.yaml",
        b"kind: issue\x00\n",
        "piece.yaml: This is not YAML: a character in it may not stand in a text file.",
    ),
    "an empty piece.yaml": (
        "piece.yaml",
        b"",
        "piece.yaml, line 1: Write fields here, each as “name: value”.",
    ),
    "two documents": (
        "piece.yaml",
        b"kind: issue\n---\nkind: release\n",
        "piece.yaml: There is more than one document in this file; keep one.",
    ),
    "a text that is too large": (
        "water.sv.md",
        b"x" * 600_000,
        "water.sv.md: This file is larger than 500 kB; divide it into several blocks.",
    ),
    "a text that is too long for a block": (
        "water.sv.md",
        b"x" * 200_000,
        "water.sv.md, line 1: This text is too long for one block; divide it into several.",
    ),
    "nesting without end": (
        "greeting.en.md",
        "".join(f"{'  ' * depth}- x\n" for depth in range(90)).encode(),
        "greeting.en.md, line 20: This text is nested too deeply.",
    ),
    "a picture that is none": (
        "assets/tap.jpg",
        b"GIF89a" + b"\0" * 100,
        "assets/tap.jpg: This is not a JPEG or PNG picture; export it as one of these.",
    ),
    "a picture of another kind": (
        "assets/tap.jpg",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "assets/tap.jpg: This picture is damaged; export it again.",
    ),
    "a damaged picture": (
        "assets/tap.jpg",
        jpeg(400, 400, quality=95)[:900],
        "assets/tap.jpg: This picture is damaged; export it again.",
    ),
    "a picture that is too large": (
        "assets/tap.jpg",
        b"\xff\xd8\xff" + b"\0" * (21 * 1024 * 1024),
        "assets/tap.jpg: This picture is larger than 20 MB; export a smaller one.",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_taken_is_named(session: Session, issue: Path, case: str) -> None:
    name, content, expected = FILES[case]
    if content is None:
        (issue / name).unlink()
    else:
        (issue / name).write_bytes(content)

    assert sentence(session, issue) == f"water-2026-01/{expected}"


def test_links_out_of_the_folder_are_refused(session: Session, issue: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (issue / "water.sv.md").unlink()
    (issue / "water.sv.md").symlink_to(tmp_path / "secret.md")

    expected = "water-2026-01/water.sv.md: This is a link to another place; put the file itself here."
    assert sentence(session, issue) == expected


def test_an_assets_folder_elsewhere_is_refused(session: Session, issue: Path, tmp_path: Path) -> None:
    (issue / "assets").rename(tmp_path / "elsewhere")
    (issue / "assets").symlink_to(tmp_path / "elsewhere")

    assert (
        sentence(session, issue) == "water-2026-01/assets: This is a link to another place; put the file itself here."
    )


def test_pipes_and_folders_do_not_belong_to_a_piece(session: Session, issue: Path) -> None:
    os.mkfifo(issue / "pipe.sv.md")

    expected = "water-2026-01/pipe.sv.md: This does not belong to a piece; only files and the folder “assets” do."
    assert sentence(session, issue) == expected

    (issue / "pipe.sv.md").unlink()
    (issue / "drafts").mkdir()
    assert sentence(session, issue).startswith("water-2026-01/drafts: This does not belong to a piece")


def test_what_the_computer_leaves_behind_is_overlooked(session: Session, issue: Path) -> None:
    (issue / ".DS_Store").write_bytes(b"\0")
    (issue / ".git").mkdir()

    assert files.import_folder(session, issue).key == "water-2026-01"


def test_topics_that_are_not_set_up_are_told(session: Session, issue: Path) -> None:
    session.exec(delete(Topic))

    assert sentence(session, issue).endswith("“environment” is not a topic; choose among: none is set up yet.")
