"""Sections of a manuscript in one language → the blocks of a letter. One without the words it needs is left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from outreach.content import assets
from outreach.content.manuscript import Manuscript, Section, Words
from outreach.content.models import BlockKind
from outreach.foundation import urls
from outreach.rendering import blocks as shown
from outreach.rendering.blocks import Block


def blocks(manuscript: Manuscript, language: str) -> tuple[Block, ...]:
    """Return the blocks of one language in their order."""
    written = _Written(manuscript, language)
    return tuple(block for section in manuscript.sections for block in WRITERS[section.kind](written, section))


@dataclass(frozen=True, slots=True)
class _Written:
    manuscript: Manuscript
    language: str

    def words(self, section: Section) -> Words:
        return section.texts.get(self.language, {})

    def heading(self, section: Section) -> Iterator[Block]:
        if text := self.words(section).get("heading"):
            yield shown.Heading(section.key, text, section.shared.get("level", 2))

    def lead(self, section: Section) -> Iterator[Block]:
        if html := self.words(section).get("html"):
            yield shown.Lead(section.key, html)

    def text(self, section: Section) -> Iterator[Block]:
        yield from self.heading(section)
        if html := self.words(section).get("html"):
            yield shown.Text(section.key, html)

    def article(self, section: Section) -> Iterator[Block]:
        words = self.words(section)
        if words:
            yield shown.Article(
                section.key,
                heading=words.get("heading", ""),
                lead=words.get("lead", ""),
                html=words.get("html", ""),
                image=self.picture(section),
                link=self.link(section),
                topic=section.shared.get("topic"),
            )

    def image(self, section: Section) -> Iterator[Block]:
        if picture := self.picture(section):
            yield shown.Image(section.key, picture)

    def event(self, section: Section) -> Iterator[Block]:
        words = self.words(section)
        if words and "starts_at" in section.shared:
            yield shown.Event(
                section.key,
                title=words.get("title", ""),
                when=words.get("when", ""),
                where=words.get("where", ""),
                html=words.get("html", ""),
                link=self.link(section),
                day=datetime.fromisoformat(section.shared["starts_at"]).date(),
            )

    def button(self, section: Section) -> Iterator[Block]:
        if (label := self.words(section).get("label")) and section.shared.get("url"):
            yield shown.Button(section.key, label, section.shared["url"])

    def quote(self, section: Section) -> Iterator[Block]:
        words = self.words(section)
        if text := words.get("text"):
            yield shown.Quote(section.key, text, words.get("speaker", ""), words.get("speaker_title", ""))

    def box(self, section: Section) -> Iterator[Block]:
        words = self.words(section)
        if html := words.get("html"):
            yield BOXES[section.kind](section.key, html, words.get("heading", ""))

    def divider(self, section: Section) -> Iterator[Block]:
        yield shown.Divider(section.key)

    def link(self, section: Section) -> shown.Link | None:
        url, label = section.shared.get("url"), self.words(section).get("link_label")
        return shown.Link(url, label) if url and label else None

    def picture(self, section: Section) -> shown.Picture | None:
        picture = self.manuscript.picture(section.shared.get("image", ""))
        if picture is None:
            return None
        words = picture.texts.get(self.language, {})
        return shown.Picture(
            url=urls.media(assets.served_name(picture.name, picture.sha256)),
            alt=words.get("alt", ""),
            caption=words.get("caption", ""),
            credit=words.get("credit", ""),
            width=picture.width,
            height=picture.height,
        )


BOXES: Final[dict[BlockKind, Callable[[str, str, str], Block]]] = {
    BlockKind.FACTS: shown.Facts,
    BlockKind.CONTACT: shown.Contact,
    BlockKind.ABOUT: shown.About,
}
WRITERS: Final[dict[BlockKind, Callable[[_Written, Section], Iterator[Block]]]] = {
    BlockKind.HEADING: _Written.heading,
    BlockKind.LEAD: _Written.lead,
    BlockKind.TEXT: _Written.text,
    BlockKind.ARTICLE: _Written.article,
    BlockKind.IMAGE: _Written.image,
    BlockKind.EVENT: _Written.event,
    BlockKind.BUTTON: _Written.button,
    BlockKind.QUOTE: _Written.quote,
    BlockKind.FACTS: _Written.box,
    BlockKind.CONTACT: _Written.box,
    BlockKind.ABOUT: _Written.box,
    BlockKind.DIVIDER: _Written.divider,
}
