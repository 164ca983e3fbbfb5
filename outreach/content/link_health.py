"""Do the links of a piece lead anywhere? A worker looks at them when somebody asks; what it found holds for a day.

Like sending, `look` opens its own transactions: none is open during a question. Addresses under names that are
reserved for examples (RFC 2606, 6761) are nobody's, so nobody is asked.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

import httpx
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from outreach.content import agreeing
from outreach.content.manuscript import Manuscript
from outreach.content.models import Health, LinkCheck
from outreach.delivery.authentication.needs import is_reserved
from outreach.foundation import clock, http, jobs, outside
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job
from outreach.foundation.locale import gettext as _
from outreach.rendering.checks import Finding, Level

LOOK: Final = Job("content.look_at_links")
HOLDS: Final = timedelta(days=1)
AT_ONCE: Final = 8
MOST: Final = 50  # links of one turn
FORGOTTEN: Final = timedelta(days=30)
_GONE: Final = frozenset({404, 410})


def ask(session: Session, manuscript: Manuscript, languages: Collection[str]) -> int:
    """Have the links of some languages looked at that were not lately; returns how many."""
    due = [url for url, one in found(session, manuscript, languages).items() if one is None]
    if due:
        now = sa.text("now()")
        session.execute(
            insert(LinkCheck)
            .values([{"url": url, "asked_at": now} for url in due])
            .on_conflict_do_update(index_elements=["url"], set_={"asked_at": now})
        )
        jobs.nudge(session, LOOK)
    return len(due)


def found(session: Session, manuscript: Manuscript, languages: Collection[str]) -> Mapping[str, LinkCheck | None]:
    """Return every link of some languages with what was found of it lately, None where nothing was."""
    links = [one for one in agreeing.links(manuscript, languages) if _is_looked_at(one)]
    kept = session.exec(
        select(LinkCheck).where(col(LinkCheck.url).in_(links), col(LinkCheck.checked_at) > clock.now() - HOLDS)
    )
    by_url = {one.url: one for one in kept}
    return {url: by_url.get(url) for url in links}


def findings(session: Session, manuscript: Manuscript, languages: Collection[str]) -> list[Finding]:
    """List the links that led nowhere when they were last looked at."""
    places = agreeing.links(manuscript, languages)
    said = []
    for url, one in found(session, manuscript, languages).items():
        words = {"url": url[:80], "status": one.status if one else ""}
        if one is None or one.health is Health.WELL:
            continue
        if one.health is Health.GONE:
            text = _("The link %(url)s leads nowhere: the page is not there (%(status)s).") % words
            said.append(Finding(Level.STOP, "link.gone", text, places[url]))
        elif one.health is Health.CLOSED:
            text = _("The link %(url)s leads into a network that readers cannot reach.") % words
            said.append(Finding(Level.STOP, "link.gone", text, places[url]))
        elif one.status:
            text = _("The link %(url)s did not answer as a page does (%(status)s); open it yourself.") % words
            said.append(Finding(Level.WARN, "link.unwell", text, places[url]))
        else:
            text = _("Nobody answered at the link %(url)s; open it yourself.") % words
            said.append(Finding(Level.WARN, "link.unwell", text, places[url]))
    return said


def look() -> None:
    """Look at the links that somebody asked about, and write down what was found."""
    with transaction() as session:
        asked = col(LinkCheck.asked_at).is_not(None)
        urls = session.exec(select(LinkCheck.url).where(asked).order_by(col(LinkCheck.asked_at)).limit(MOST)).all()
    answers = http.run(_all(urls)) if urls else {}
    with transaction() as session:
        for url, (health, status) in answers.items():
            session.execute(
                sa.update(LinkCheck)
                .where(col(LinkCheck.url) == url)
                .values(asked_at=None, checked_at=clock.now(), health=health, status=status)
            )
        session.execute(sa.delete(LinkCheck).where(col(LinkCheck.checked_at) < clock.now() - FORGOTTEN))
        if len(urls) == MOST:
            jobs.nudge(session, LOOK)


async def _all(urls: Collection[str]) -> dict[str, tuple[Health, int | None]]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> tuple[Health, int | None]:
        async with places:
            return await _health(url)

    return dict(zip(urls, await asyncio.gather(*(one(url) for url in urls)), strict=True))


async def _health(url: str) -> tuple[Health, int | None]:
    try:
        status = (await outside.look(url)).status
    except outside.Closed:
        return Health.CLOSED, None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return Health.UNWELL, None
    if status in _GONE:
        return Health.GONE, status
    return (Health.UNWELL if status >= 400 else Health.WELL), status


def _is_looked_at(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not is_reserved(httpx.URL(url).host)
