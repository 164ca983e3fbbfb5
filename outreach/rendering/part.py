"""One language of a letter as its template sees it: words made safe, links noted, dates written out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from babel.dates import format_date
from markupsafe import Markup

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.rendering import design, habits, merge, richtext
from outreach.rendering.blocks import About, Article, Block, Button, Contact, Event, Facts, Heading, Lead, Link, Quote
from outreach.rendering.design import Accent, Setting
from outreach.rendering.edition import EditionInput, Kind
from outreach.rendering.links import Links, allowed

CONTENTS_FROM: Final = 3  # articles; a shorter issue needs no table of contents


@dataclass
class Part:
    """One edition within a letter. `second` tells that another language stands before it."""

    edition: EditionInput
    links: Links
    second: bool = False

    @property
    def language(self) -> str:
        """Return the language of this part."""
        return self.edition.language

    @cached_property
    def setting(self) -> Setting:
        """Return how this language is set."""
        return design.setting(self.language)

    @cached_property
    def contents(self) -> list[Article]:
        """Return the articles for the table of contents, none where it would be too short."""
        articles = [block for block in self.edition.blocks if isinstance(block, Article)]
        return articles if self.edition.kind is Kind.ISSUE and len(articles) >= CONTENTS_FROM else []

    @cached_property
    def contents_before(self) -> Block | None:
        """Return the block that the table of contents precedes: the first article, or the heading above it."""
        groups = ([block for block, _previous in group] for group in self.flow)
        return next((group[0] for group in groups if self.contents and self.contents[0] in group), None)

    @cached_property
    def flow(self) -> list[list[tuple[Block, Block | None]]]:
        """Return the blocks in groups that are laid out together, each block with the one before it.

        An article or a heading opens a group: mail programs break very tall tables badly, and every table costs bytes.
        """
        groups: list[list[tuple[Block, Block | None]]] = []
        previous: Block | None = None
        for block in self.edition.blocks:
            opens = isinstance(block, Article | Heading) and not isinstance(previous, Heading)
            if opens or not groups or isinstance(previous, Article):
                groups.append([])
            groups[-1].append((block, previous))
            previous = block
        return groups

    def jump(self, parts: list["Part"]) -> str:
        """Tell the reader of the letter's other language, in that language, that it stands below."""
        if self.second or len(parts) == 1:
            return ""
        with locale.use(parts[1].language):
            return _("English version below")  # each language names itself here

    @property
    def end_mark(self) -> str:
        """Return the mark that closes a release, where the language has one."""
        return habits.habit(self.language).end if self.edition.kind is Kind.RELEASE else ""

    @cached_property
    def dateline_above(self) -> str:
        """Return place and date of a release where they stand on a line of their own, above the lead."""
        return "" if self._lead_with_dateline else self.line(self.edition.date_line)

    def lead_of(self, block: Lead) -> str:
        """Return a lead, opened with place and date where the language puts them there."""
        cleaned = richtext.clean(block.html)
        is_opening = block is self._lead_with_dateline
        return habits.with_dateline(cleaned, self.edition.date_line) if is_opening else cleaned

    @cached_property
    def _lead_with_dateline(self) -> Lead | None:
        if self.edition.kind is not Kind.RELEASE or not habits.habit(self.language).dateline_in_lead:
            return None
        return next((block for block in self.edition.blocks if isinstance(block, Lead)), None)

    # What the templates ask for

    def line(self, text: str) -> str:
        """Return a plain line with tokens for chips."""
        return richtext.line(text)

    def rich(self, html: str, block: str, role: str = "body", accent: Accent | None = None) -> Markup:
        """Return cleaned rich text with inline styles, its links noted under the block."""
        link = self._noting(block)
        return Markup(richtext.styled(richtext.clean(html), self._styles(role, accent), link))  # noqa: S704 - cleaned

    def href(self, link: Link | Button, block: str) -> str:
        """Return the address to write for a link, noted under the block."""
        return self._noting(block)(link.url, richtext.line(link.label))

    def anchor(self, block: str) -> str:
        """Return the name of a block within the letter."""
        return f"{self.language}-{block}"

    def accent(self, topic: str | None) -> Accent:
        """Return a topic's colours."""
        return design.accent(topic)

    def topic_label(self, topic: str) -> str:
        """Return a topic's name in this language."""
        return design.topic_label(topic)

    def displayed(self, quote: Quote) -> str:
        """Return a quotation that stands by itself."""
        return self.line(habits.displayed(quote, self.language))

    def told(self, quote: Quote) -> str:
        """Return a quotation as a sentence that names its speaker."""
        return self.line(habits.told(quote, self.language))

    def heading_of(self, box: Facts | Contact | About) -> str:
        """Return a box's own heading, or the usual one in the language in use."""
        if isinstance(box, Facts):
            usual = _("Facts")
        elif isinstance(box, Contact):
            usual = _("Press contact")
        else:
            usual = _("About %(organisation)s") % {"organisation": self.edition.brand.organisation}
        return self.line(box.heading or usual)

    def date_block(self, event: Event) -> tuple[str, str] | None:
        """Return day and month of an event for its date block."""
        if event.day is None:
            return None
        month = format_date(event.day, "MMM", locale=locale.locale(self.language))
        return str(event.day.day), month.rstrip(".")

    @property
    def subscribe_url(self) -> str:
        """Return the page where anybody may sign up."""
        return f"{self.links.public_url}/subscribe"

    # Addresses that are the recipient's own, and therefore never counted

    @property
    def web_url(self) -> str:
        """Return the letter on the web."""
        return self.edition.web_url or f"{self.links.public_url}/letters/{merge.token('letter')}"

    @property
    def preferences_url(self) -> str:
        """Return the page of the recipient's choices."""
        return f"{self.links.public_url}/preferences/{merge.token('preferences')}"

    @property
    def unsubscribe_url(self) -> str:
        """Return the page that ends the subscription."""
        return f"{self.links.public_url}/unsubscribe/{merge.token('unsubscribe')}"

    @property
    def topics(self) -> str:
        """Return what the recipient subscribes to; the second language of a letter leaves it out."""
        if self.edition.topics_label is not None:
            return self.edition.topics_label
        return "" if self.second else merge.token("topics")

    def source(self, url: str) -> str:
        """Return a picture's address. Raises Refused for one that mail may not load."""
        return allowed(url)

    def _noting(self, block: str) -> Callable[[str, str], str]:
        return lambda url, label: self.links.to(url, label, block=block, language=self.language)

    def _styles(self, role: str, accent: Accent | None) -> dict[str, str]:
        gap = round(self.setting.sizes[role].size * 0.9)
        colour = (accent or design.NEUTRAL).light
        return {
            "p": f"margin:0 0 {gap}px",
            "p:last": "margin:0",
            "ul": f"margin:0 0 {gap}px;padding:0 0 0 20px",
            "ol": f"margin:0 0 {gap}px;padding:0 0 0 22px",
            "li": "margin:0 0 6px",
            "strong": "font-weight:700",
            "em": self.setting.emphasis,
            "a": f"color:{colour};text-decoration:underline",
        }
