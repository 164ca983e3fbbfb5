"""A small issue as a folder, and a database that knows the topics."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session

from outreach.consent import topics

PIECE = """\
kind: issue
key: water-2026-01
series: responsibility-in-practice
topics: [environment]
codes:
  - medtop:20000424
published_on: 2026-01-15
assets:
  - file: tap.jpg
    rights_expire_on: 2030-01-01
blocks:
  - id: greeting
    kind: text
  - id: water
    kind: article
    image: tap.jpg
    url: https://csr-centre.example/water
    topic: environment
  - id: visit
    kind: event
    starts_at: 2026-02-03T09:00
    ends_at: 2026-02-03T10:00
    time_zone: Asia/Shanghai
  - id: rule
    kind: divider
  - id: said
    kind: quote
"""
FILES = {
    "edition.sv.md": "---\ntitle: Vatten\nsubject: Mät först\n---\n",
    "edition.en.md": "---\ntitle: Water\nsubject: Measure first\n---\n",
    "greeting.sv.md": 'Hej <span data-merge="first_name">Namn</span>!\n',
    "greeting.en.md": "Hello,\n\nthree things **on Monday**.\n",
    "water.sv.md": "---\nheading: Mät först\nlead: Tre *färgerier*.\nlink_label: Om vatten\n---\n\nVarje dag.\n",
    "water.en.md": "---\nheading: Measure first\nlink_label: On water\n---\n\n- One\n- Two\n",
    "visit.sv.md": "---\ntitle: Besök\nwhen: tisdag 3 februari\n---\n",
    "visit.en.md": "---\ntitle: Visit\nwhen: Tuesday, 3 February\nwhere: Nanjing\n---\n",
    "said.sv.md": "---\nspeaker: Lin Jiayi\n---\n\nSiffror går att lita på.\n",
    "said.en.md": "---\nspeaker: Lin Jiayi\n---\n\nFigures can be trusted.\n",
    "assets/tap.sv.md": "---\nalt: En kran.\ncredit: 'Foto: Wei Ran'\n---\n",
    "assets/tap.en.md": "---\nalt: A tap.\ncredit: 'Photo: Wei Ran'\n---\n",
}


def jpeg(width: int = 64, height: int = 36, **options: object) -> bytes:
    """Return a plain JPEG."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "steelblue").save(file, "JPEG", **options)
    return file.getvalue()


@pytest.fixture
def session(session: Session) -> Session:
    """Give a session on a database that knows the topics."""
    topics.ensure(session)
    return session


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    """Lay out a small issue in Swedish and English."""
    folder = tmp_path / "water-2026-01"
    (folder / "assets").mkdir(parents=True)
    (folder / "piece.yaml").write_text(PIECE, encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "assets" / "tap.jpg").write_bytes(jpeg())
    return folder


Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(issue: Path) -> Edit:
    """Change a file of the issue: what stands there, and what shall."""

    def change(name: str, old: str, new: str) -> None:
        text = (issue / name).read_text(encoding="utf-8")
        assert old in text
        (issue / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change
