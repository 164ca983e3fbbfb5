"""The text part of a letter, built from its blocks and not from its HTML.

Paragraphs are wrapped at 72 columns. A link has a number in the text, and its address stands below on a line of its
own, never cut. The addresses are those of the HTML part, so that a link is one link wherever it is followed.
"""

from collections.abc import Callable
from typing import Any, Final

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.rendering import blocks, columns, design, habits, richtext
from outreach.rendering.blocks import Link, Picture
from outreach.rendering.closing import closing
from outreach.rendering.edition import Kind
from outreach.rendering.paragraphs import paragraphs
from outreach.rendering.part import Part

COLUMNS: Final = 72


def letter(parts: list[Part]) -> str:
    """Write the text part of a letter in one or two languages, in their order."""
    written = []
    for part in parts:
        with locale.use(part.language):
            written.append("\n\n".join(_Writer(part).write(parts)))
    return f"\n\n{'=' * COLUMNS}\n\n".join(written) + "\n"


class _Writer:
    """Writes one part: every method returns paragraphs."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.habit = habits.habit(part.language)
        self.numbered = 0
        self.addresses: list[str] = []

    def write(self, parts: list[Part]) -> list[str]:
        written = self._opening(parts)
        for block in self.part.edition.blocks:
            if block is self.part.contents_before:
                written += self._contents()
            written += WRITERS[block.kind](self, block) + self._addresses()
        return [paragraph for paragraph in [*written, *self._ending(parts)] if paragraph.strip()]

    def _opening(self, parts: list[Part]) -> list[str]:
        edition = self.part.edition
        opening = [edition.demo_banner or "", self.part.jump(parts)]
        if edition.kind is Kind.RELEASE:
            opening += [_("PRESS RELEASE"), edition.embargo_line or ""]
        opening.append(self._titled(edition.title, "=", under=edition.subtitle))
        opening.append(self.part.dateline_above)
        if edition.kind is not Kind.SYSTEM and not edition.is_public:
            opening.append(self._way(_("Read on the web"), self.part.web_url))
        return [self._wrapped(paragraph) for paragraph in opening]

    def _contents(self) -> list[str]:
        titles = [f"{number}. {self.part.line(one.heading)}" for number, one in enumerate(self.part.contents, 1)]
        return [f"{_('In this issue')}\n" + "\n".join(titles)]

    def _ending(self, parts: list[Part]) -> list[str]:
        last = closing(self.part, [one.language for one in parts])
        siblings = (link for _tag, link in last.sibling_links)
        ways = [self._way(link.label, link.url) for link in (*last.actions, *siblings)]
        sender = "\n".join([last.organisation, *last.address])
        return [self.part.end_mark, "-" * COLUMNS, self._wrapped(last.why), *ways, last.reply, sender]

    # The blocks

    def heading(self, block: blocks.Heading) -> list[str]:
        return [self._titled(block.text, "-")]

    def lead(self, block: blocks.Lead) -> list[str]:
        return self._rich(self.part.lead_of(block), block.id)

    def text(self, block: blocks.Text) -> list[str]:
        return self._rich(block.html, block.id)

    def article(self, block: blocks.Article) -> list[str]:
        label = design.topic_label(block.topic).upper() if block.topic else ""
        return [
            self._titled(block.heading, "-", above=label),
            *self._rich(block.lead, block.id),
            *(self._picture(block.image) if block.image else ()),
            *self._rich(block.html, block.id),
            *self._link(block.link, block.id),
        ]

    def image(self, block: blocks.Image) -> list[str]:
        return self._picture(block.picture)

    def event(self, block: blocks.Event) -> list[str]:
        lines = (self._wrapped(self.part.line(one)) for one in (block.title, block.when, block.where) if one)
        return ["\n".join(lines), *self._rich(block.html, block.id), *self._link(block.link, block.id)]

    def button(self, block: blocks.Button) -> list[str]:
        return self._link(Link(block.url, block.label), block.id)

    def quote(self, block: blocks.Quote) -> list[str]:
        return [self._wrapped(richtext.line(habits.told(block, self.part.language)))]

    def box(self, block: blocks.Facts | blocks.Contact | blocks.About) -> list[str]:
        return [self._titled(self.part.heading_of(block), "-"), *self._rich(block.html, block.id)]

    def divider(self, _block: blocks.Divider) -> list[str]:
        return ["* * *"]

    # The pieces of blocks

    def _titled(self, text: str, sign: str, *, above: str = "", under: str = "") -> str:
        title = columns.wrap(self.part.line(text), COLUMNS)
        rule = sign * min(max(columns.width(line) for line in title), COLUMNS)
        return "\n".join(filter(None, [above, *title, rule if text else "", self._wrapped(under)]))

    def _rich(self, html: str, block: str) -> list[str]:
        return paragraphs(richtext.clean(html), self._noting(block), COLUMNS)

    def _picture(self, picture: Picture) -> list[str]:
        words = self.habit.space.join(filter(None, [picture.caption or picture.alt, picture.credit]))
        opening = _("Picture") + self.habit.colon + self.habit.space
        return [self._wrapped(f"[{opening}{self.part.line(words)}]")] if words else []

    def _link(self, link: Link | None, block: str) -> list[str]:
        return [self._way(self.part.line(link.label), self.part.href(link, block))] if link else []

    def _way(self, label: str, address: str) -> str:
        return f"{label}{self.habit.colon}\n{address}"

    def _noting(self, block: str) -> Callable[[str, str], str]:
        def note(url: str, label: str) -> str:
            address = self.part.href(Link(url, label), block)
            if label.strip() in {url, url.removeprefix("mailto:")}:
                return ""
            self.numbered += 1
            self.addresses.append(f"[{self.numbered}] {address.removeprefix('mailto:')}")
            return f"{self.habit.space}[{self.numbered}]"

        return note

    def _addresses(self) -> list[str]:
        addresses, self.addresses = self.addresses, []
        return ["\n".join(addresses)]

    def _wrapped(self, text: str) -> str:
        return "\n".join("\n".join(columns.wrap(line, COLUMNS)) for line in text.split("\n"))


WRITERS: Final[dict[str, Callable[[_Writer, Any], list[str]]]] = {
    "heading": _Writer.heading,
    "lead": _Writer.lead,
    "text": _Writer.text,
    "article": _Writer.article,
    "image": _Writer.image,
    "event": _Writer.event,
    "button": _Writer.button,
    "quote": _Writer.quote,
    "facts": _Writer.box,
    "contact": _Writer.box,
    "about": _Writer.box,
    "divider": _Writer.divider,
}
