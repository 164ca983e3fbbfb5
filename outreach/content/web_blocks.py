"""Blocks as semantic HTML for web pages, from the template `public/_blocks.html`: headings, figures, events, boxes.

Nothing in it is a reader's own: merge fields get neutral words.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.places import templates
from outreach.foundation.templates import environment
from outreach.rendering import habits, merge, richtext
from outreach.rendering.blocks import Block, Lead, Quote
from outreach.rendering.design import topic_label
from outreach.rendering.edition import EditionInput, Kind


def as_html(edition: EditionInput, only: Callable[[Block], bool] = lambda _block: True) -> Markup:
    """Return the blocks of an edition, or those that `only` takes, as HTML that belongs below a page's `h1`."""
    chosen = [block for block in edition.blocks if only(block)]
    groups = [(kind, list(some)) for kind, some in groupby(chosen, lambda block: block.kind)]
    with locale.use(edition.language):
        page = _environment(templates()).get_template("public/_blocks.html")
        return Markup(page.render(groups=groups, words=_Words(edition)).strip())  # noqa: S704 - the template escapes


def neutral() -> dict[str, str]:
    """Return what stands for a reader's own words where there is no reader, in the language in use."""
    return {
        "first_name": _("reader"),
        "full_name": _("reader"),
        "organisation": _("your organisation"),
        "topics": _("your topics"),
    }


class _Words:
    """What the template asks for."""

    def __init__(self, edition: EditionInput) -> None:
        self.edition = edition
        self.neutral = neutral()
        self.opening = next((block for block in edition.blocks if isinstance(block, Lead)), None)

    def line(self, text: str) -> str:
        return merge.fill(merge.split(richtext.line(text)), self.neutral, escape=merge.plain)

    def rich(self, html: str) -> Markup:
        filled = merge.fill(merge.split(richtext.with_tokens(richtext.clean(html))), self.neutral)
        return Markup(filled)  # noqa: S704 - cleaned to the allowed subset

    def lead(self, block: Lead) -> Markup:
        """Return a lead, opened with place and date where the language puts them there."""
        inside = habits.habit(self.edition.language).dateline_in_lead and self.edition.kind is Kind.RELEASE
        html = richtext.clean(block.html)
        return self.rich(
            habits.with_dateline(html, self.edition.date_line) if inside and block is self.opening else html
        )

    def told(self, quote: Quote) -> str | None:
        """Return a quotation as a sentence, as a release has it; None where it stands by itself."""
        is_release = self.edition.kind is Kind.RELEASE
        return self.line(habits.told(quote, self.edition.language)) if is_release and quote.speaker else None

    def displayed(self, quote: Quote) -> str:
        return self.line(habits.displayed(quote, self.edition.language))

    def topic(self, key: str) -> str:
        return topic_label(key)

    @property
    def organisation(self) -> str:
        return self.edition.brand.organisation


@lru_cache(maxsize=2)
def _environment(folder: Path) -> Environment:
    return environment(folder)
