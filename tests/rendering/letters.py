"""The letters that the rendering stories tell of: one of each kind, in three languages, with every kind of block."""

from datetime import date
from typing import Any

from outreach.rendering.blocks import (
    About,
    Article,
    Block,
    Button,
    Contact,
    Divider,
    Event,
    Facts,
    Heading,
    Image,
    Lead,
    Link,
    Picture,
    Quote,
    Text,
)
from outreach.rendering.edition import Brand, EditionInput, Kind, Sibling
from outreach.rendering.message import RenderedMessage, render

HOME = "https://outreach.example"
LANGUAGES = ("sv", "zh-Hans", "en")

BRANDS = {
    "sv": Brand("CSR-centret", "CSR-centret", "Vägen 1\n100 00 Peking"),
    "zh-Hans": Brand("企业社会责任中心", "企业社会责任中心", "北京市朝阳区1号\n邮编100000"),
    "en": Brand("CSR Centre", "the CSR Centre", "1 Road\nBeijing 100000"),
}
WORDS = {
    "sv": ("Mät först, investera sedan", "Tre färgerier i Jiangsu har mätt sitt eget avloppsvatten.", "Läs handboken"),
    "zh-Hans": ("先测量，再投资", "江苏三家印染企业连续半年每天检测自家废水。", "阅读手册"),
    "en": ("Measure first, invest later", "Three dye houses have tested their own waste water.", "Read the handbook"),
}
VALUES = {
    "first_name": "Åsa",
    "full_name": "Åsa Öhman",
    "organisation": "Norrstrand Textil AB",
    "topics": "miljö",
    "delivery": "d1",
    "open": "open-token",
    "click": "click-token",
    "unsubscribe": "unsubscribe-token",
    "preferences": "preferences-token",
    "letter": "letter-token",
}


def every_block(language: str) -> tuple[Block, ...]:
    """Return one block of each kind."""
    heading, sentence, label = WORDS[language]
    picture = Picture(f"{HOME}/media/tap.jpg", alt=sentence, caption=heading, credit=label, width=1024, height=640)
    link = Link("https://centre.example/handbook", label)
    return (
        Heading("heading", heading),
        Lead("lead", f"<p>{sentence}</p>"),
        Text(
            "text", f'<p>{sentence} <a href="https://centre.example/report">{heading}</a></p><ul><li>{label}</li></ul>'
        ),
        Article("article", heading, sentence, f"<p>{sentence}</p>", picture, link, "environment"),
        Image("image", picture),
        Event("event", heading, sentence, label, "", Link("https://centre.example/event", label), date(2026, 12, 15)),
        Button("button", label, "https://centre.example/button"),
        Quote("quote", sentence, "Lin Jiayi", heading),
        Facts("facts", f"<ul><li>{sentence}</li></ul>"),
        Contact("contact", '<p>Lin Jiayi<br><a href="mailto:press@centre.example">press@centre.example</a></p>'),
        About("about", f"<p>{sentence}</p>"),
        Divider("divider"),
    )


def edition(language: str = "en", kind: Kind = Kind.ISSUE, *blocks: Block, **changes: Any) -> EditionInput:
    """Make an edition; without blocks it has one of each kind."""
    heading, sentence, _label = WORDS[language]
    siblings = tuple(Sibling(one, f"{HOME}/letters/4/{one}") for one in LANGUAGES if one != language)
    given: dict[str, Any] = {
        "title": heading,
        "subject": heading,
        "preheader": sentence,
        "from_name": BRANDS[language].name,
        "date_line": "2026-12-03",
        "brand": BRANDS[language],
        "also_in": () if kind is Kind.SYSTEM else siblings,
        "blocks": blocks or every_block(language),
    }
    return EditionInput(kind=kind, language=language, **(given | changes))


def letter(language: str = "en", *blocks: Block, tracked: bool = False, **changes: Any) -> RenderedMessage:
    """Make an issue from blocks."""
    return render(edition(language, Kind.ISSUE, *blocks, **changes), tracked=tracked, public_url=HOME)
