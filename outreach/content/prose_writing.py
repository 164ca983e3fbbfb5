"""Prose → HTML that cleaning leaves as it is."""

import html as _html
from itertools import groupby

from outreach.content.prose import Listing, Paragraph, Prose, Run


def to_html(prose: Prose) -> str:
    """Write prose as the HTML that is stored."""
    return "".join(_block(block, bare=False) for block in prose)


def _block(block: Paragraph | Listing, *, bare: bool) -> str:
    if isinstance(block, Paragraph):
        inside = "".join(_linked(href, list(runs)) for href, runs in groupby(block.runs, lambda run: run.marks.href))
        return inside if bare else f"<p>{inside}</p>"
    tag = "ol" if block.ordered else "ul"
    tight = block.is_tight
    items = ("".join(_block(part, bare=tight) for part in item) for item in block.items)
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


def _linked(href: str, runs: list[Run]) -> str:
    inside = "".join(_strong(strong, list(some)) for strong, some in groupby(runs, lambda run: run.marks.strong))
    return f'<a href="{_html.escape(href)}">{inside}</a>' if href else inside


def _strong(strong: bool, runs: list[Run]) -> str:
    groups = groupby(runs, lambda run: run.marks.em)
    inside = "".join(f"<em>{text}</em>" if em else text for em, some in groups for text in ["".join(map(_text, some))])
    return f"<strong>{inside}</strong>" if strong else inside


def _text(run: Run) -> str:
    if run.is_break:
        return "<br>"
    escaped = _html.escape(run.text, quote=False).replace("\u00a0", "&nbsp;")
    return f'<span data-merge="{run.chip}">{escaped}</span>' if run.chip else escaped
