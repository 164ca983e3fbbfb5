"""Simulated readers: they fetch pictures and follow links of the letters in the sandbox, as people and machines do.

What a reader is follows from their address alone, so that every run of the demo tells the same story.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
FOXMAIL = (
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Foxmail/7.2 Chrome/86.0 Safari/537.36"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"
SCANNER = "Mozilla/5.0 (compatible; BarracudaCentral/1.0; link scanner)"
AT_ONCE = 16


@dataclass(frozen=True)
class Habit:
    """What a sort of reader does with a letter: up to `below` of a hundred addresses are of this sort."""

    name: str
    below: int
    agent: str
    opens: bool
    clicks: int  # of a hundred who open


HABITS = (
    Habit("person", 32, DESKTOP, opens=True, clicks=38),
    Habit("person at Foxmail", 41, FOXMAIL, opens=True, clicks=30),
    Habit("person behind Gmail's proxy", 49, GMAIL, opens=True, clicks=26),
    Habit("Apple's privacy proxy", 56, APPLE, opens=True, clicks=0),
    Habit("security scanner", 63, SCANNER, opens=True, clicks=100),
    Habit("nobody", 100, "", opens=False, clicks=0),
)


@dataclass(frozen=True)
class Read:
    """What the readers did."""

    letters: int
    opened: int
    clicked: int
    habits: Counter[str]
    wrong_language: int


def read_all(sandbox: str, key: str, *, told: Callable[[int], None]) -> Read:
    """Let everybody who got a letter read it; `told` hears how many letters are done."""
    return asyncio.run(_read_all(sandbox, key, told))


def habit(address: str) -> Habit:
    """Return what sort of reader an address is."""
    draw = int(sha256(f"habit {address}".encode()).hexdigest(), 16) % 100
    return next(one for one in HABITS if draw < one.below)


async def _read_all(sandbox: str, key: str, told: Callable[[int], None]) -> Read:
    counts: Counter[str] = Counter()
    habits: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=20, trust_env=False) as http:
        gate = asyncio.Semaphore(AT_ONCE)
        after = 0
        while letters := await _page(http, sandbox, key, after):
            await asyncio.gather(*(_read(http, gate, one, counts, habits) for one in letters))
            after = letters[-1]["n"]
            told(counts["letters"])
    return Read(counts["letters"], counts["opened"], counts["clicked"], habits, counts["wrong_language"])


async def _page(http: httpx.AsyncClient, sandbox: str, key: str, after: int) -> list[dict[str, Any]]:
    answer = await http.get(
        f"{sandbox}/v1/messages",
        params={"after": after, "limit": 200, "content": "true"},
        headers={"authorization": f"Bearer {key}"},
    )
    answer.raise_for_status()
    found = answer.json()
    return list(found["messages"] if isinstance(found, dict) else found)


async def _read(
    http: httpx.AsyncClient,
    gate: asyncio.Semaphore,
    letter: dict[str, Any],
    counts: Counter[str],
    habits: Counter[str],
) -> None:
    page = LexborHTMLParser(letter["html"])
    counts["letters"] += 1
    root = page.css_first("html")
    if root is None or root.attributes.get("lang") != letter["language"]:
        counts["wrong_language"] += 1
    if letter["state"].startswith("bounced"):
        return  # it came back: nobody has it
    one = habit(letter["email"])
    pixel = page.css_first('img[src*="/o/"]')
    links = [node.attributes["href"] or "" for node in page.css('a[href*="/c/"]')]
    if pixel is None or not one.opens:
        habits["not measured" if pixel is None else one.name] += 1
        return
    habits[one.name] += 1
    headers = {"user-agent": one.agent}
    async with gate:
        await http.get(pixel.attributes["src"] or "", headers=headers)
        counts["opened"] += 1
        draw = int(sha256(f"click {letter['email']}".encode()).hexdigest(), 16)
        if links and draw % 100 < one.clicks:
            chosen = links if one.name == "security scanner" else links[draw % len(links) :][:1]
            for link in chosen:
                await http.get(link, headers=headers, follow_redirects=False)
                counts["clicked"] += 1
