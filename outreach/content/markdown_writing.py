"""Rich text → the one Markdown that stands for it in files.

Every text is read back before it is written: what the asterisks of CommonMark cannot mark, as often in Chinese, is
marked with tags.
"""

import re
from collections.abc import Callable
from itertools import groupby

from outreach.content import markdown
from outreach.content.mistakes import Mistake
from outreach.content.prose import BREAK, Listing, Paragraph, Prose, Run
from outreach.foundation.errors import OutreachError
from outreach.foundation.locale import gettext as _

_SIGNS = re.compile(r"([\\`*\[\]<])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]*;)")
_LINE_SIGN = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+](?=\s|$)|(?:-[ ]*){3,}$|-+$|=+$|~{3})")
_LINE_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")

Marker = Callable[[str, str], str]


def write(prose: Prose) -> str:
    """Write prose as Markdown, without a line break at its end. Raises OutreachError for what Markdown cannot hold."""
    for marker in (_starred, _tagged):
        text = "\n\n".join(_block(block, marker) for block in prose)
        if _reads_as(text, prose):
            return text
    raise OutreachError(_("This text cannot be written as Markdown; simplify its formatting."))


def _reads_as(text: str, prose: Prose) -> bool:
    try:
        return markdown.read(text, file="") == prose
    except Mistake:
        return False


def _starred(mark: str, inside: str) -> str:
    sign = "**" if mark == "strong" else "*"
    return f"{sign}{inside}{sign}"


def _tagged(mark: str, inside: str) -> str:
    return f"<{mark}>{inside}</{mark}>"


def _block(block: Paragraph | Listing, marker: Marker) -> str:
    if isinstance(block, Paragraph):
        groups = groupby(block.runs, lambda run: run.marks.href)
        lines = "".join(_link(href, list(runs), marker) for href, runs in groups)
        return "\\\n".join(_line_start(line) for line in lines.split(BREAK))
    gap = "\n" if block.is_tight else "\n\n"
    return gap.join(
        _item(f"{number}. " if block.ordered else "- ", item, gap, marker) for number, item in enumerate(block.items, 1)
    )


def _item(sign: str, item: Prose, gap: str, marker: Marker) -> str:
    text = gap.join(_block(block, marker) for block in item)
    return sign + re.sub(r"\n(?!\n)", "\n" + " " * len(sign), text)


def _line_start(line: str) -> str:
    """Keep the beginning of a line from being read as a heading, list or rule."""
    if _LINE_SIGN.match(line):
        return "\\" + line
    return _LINE_NUMBER.sub(r"\1\\\2", line, count=1) if _LINE_NUMBER.match(line) else line


def _link(href: str, runs: list[Run], marker: Marker) -> str:
    groups = groupby(runs, lambda run: run.marks.strong)
    inside = "".join(_strong(strong, list(some), marker) for strong, some in groups)
    return f"[{inside}]({_address(href)})" if href else inside


def _strong(strong: bool, runs: list[Run], marker: Marker) -> str:
    parts = []
    for em, some in groupby(runs, lambda run: run.marks.em):
        text = "".join(map(_text, some))
        parts.append(marker("em", text) if em else text)
    return marker("strong", "".join(parts)) if strong else "".join(parts)


def _text(run: Run) -> str:
    if run.is_break:
        return BREAK
    escaped = _ENTITY.sub(r"\\&", _UNDERSCORE.sub(r"\\_", _SIGNS.sub(r"\\\1", run.text)))
    return f'<span data-merge="{run.chip}">{escaped}</span>' if run.chip else escaped


def _address(href: str) -> str:
    escaped = _ENTITY.sub(r"\\&", href)
    return f"<{escaped}>" if re.search(r"[()]", escaped) else escaped
