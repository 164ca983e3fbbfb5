"""Whether the links of a piece lead anywhere: asked for, looked at by a worker, and told."""

from collections.abc import Callable

import httpx
import pytest
from sqlmodel import select

from outreach.content import link_health
from outreach.content.manuscript import Manuscript, Section
from outreach.content.models import BlockKind, Health, LinkCheck, PieceKind
from outreach.foundation import outside
from outreach.foundation.database import transaction
from outreach.foundation.outside import Answer, Closed

pytestmark = pytest.mark.usefixtures("database")

GOOD, GONE, BROKEN, SILENT, INWARDS = (
    f"https://{name}.nosuchsite.net/page?a=1&b=2" for name in ("good", "gone", "broken", "silent", "inwards")
)


def piece(*urls: str) -> Manuscript:
    """Return an issue with a link per paragraph, in Swedish and in Chinese."""
    text = "".join(f'<p><a href="{url.replace("&", "&amp;")}">Sidan</a></p>' for url in urls)
    texts = {language: {"html": text} for language in ("sv", "zh-Hans")}
    return Manuscript(
        key="x",
        kind=PieceKind.ISSUE,
        editions={one: {} for one in texts},
        sections=(Section("t", BlockKind.TEXT, texts=texts),),
    )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the internet answer as each name says; return what it was asked."""
    asked: list[str] = []
    answers: dict[str, Callable[[], Answer]] = {
        "good": lambda: Answer(200, ""),
        "gone": lambda: Answer(410, ""),
        "broken": lambda: Answer(503, ""),
        "silent": lambda: _raise(httpx.ConnectTimeout("")),
        "inwards": lambda: _raise(Closed()),
    }

    async def look(url: str) -> Answer:
        asked.append(url)
        return answers[httpx.URL(url).host.split(".")[0]]()

    monkeypatch.setattr(outside, "look", look)
    return asked


def _raise(fault: Exception) -> Answer:
    raise fault


def test_each_link_is_looked_at_once_and_what_leads_nowhere_is_told(world: list[str]) -> None:
    whole = piece(GOOD, GONE, BROKEN, SILENT, INWARDS, GOOD)
    with transaction() as session:
        assert link_health.findings(session, whole, whole.languages) == []
        assert link_health.ask(session, whole, whole.languages) == 5

    link_health.look()

    assert sorted(world) == sorted([GOOD, GONE, BROKEN, SILENT, INWARDS])
    with transaction() as session:
        told = {one.message.split("//")[1].split(".")[0]: one for one in link_health.findings(session, whole, ["sv"])}
        assert {name: (one.level.value, one.code) for name, one in told.items()} == {
            "gone": ("stop", "link.gone"),
            "inwards": ("stop", "link.gone"),
            "broken": ("warn", "link.unwell"),
            "silent": ("warn", "link.unwell"),
        }
        assert {one.block for one in told.values()} == {"t"}
        assert link_health.ask(session, whole, whole.languages) == 0


def test_what_was_found_holds_for_a_day(world: list[str]) -> None:
    whole = piece(GONE)
    with transaction() as session:
        link_health.ask(session, whole, ["sv"])
    link_health.look()
    with transaction() as session:
        kept = session.exec(select(LinkCheck)).one()
        assert (kept.health, kept.status, kept.asked_at) == (Health.GONE, 410, None)
        assert kept.checked_at is not None
        kept.checked_at -= link_health.HOLDS

    with transaction() as session:
        assert link_health.findings(session, whole, ["sv"]) == []
        assert link_health.ask(session, whole, ["sv"]) == 1


def test_nobody_is_asked_about_names_that_are_made_up(world: list[str]) -> None:
    whole = piece("https://csr-centre.example/a", "https://a.test/", "mailto:eva@csr-centre.example")
    with transaction() as session:
        assert link_health.ask(session, whole, ["sv"]) == 0
    link_health.look()

    assert world == []
