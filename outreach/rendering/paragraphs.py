"""Cleaned rich text as lines of plain text: paragraphs apart, list items with their sign, links with their number."""

import html as _html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from outreach.rendering.columns import wrap
from outreach.rendering.richtext import with_tokens

_PIECE = re.compile(r"<(/?)(\w+)(?: href=\"([^\"]*)\")?>|([^<]+)")
_BULLET = "- "


def paragraphs(html: str, note: Callable[[str, str], str], columns: int = 72) -> list[str]:
    """Return the paragraphs of a cleaned text, wrapped; `note(url, label)` gives what is written after a link."""
    return _Reader(note, columns).read(with_tokens(html))


@dataclass
class _Reader:
    note: Callable[[str, str], str]
    columns: int
    done: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number of each open list, None where bulleted
    sign: str = ""
    follows_item: bool = False
    link: tuple[str, int] | None = None

    def read(self, html: str) -> list[str]:
        for closing, tag, href, text in _PIECE.findall(html):
            if text:
                self.words.append(re.sub(r"\s*\n\s*", " ", _html.unescape(text)))
            elif tag == "a":
                self._link(closing, href)
            elif tag == "br":
                self.words.append("\n")
            elif tag in {"p", "ul", "ol", "li"}:
                self._flush()
                self._structure(closing, tag)
        self._flush()
        return self.done

    def _link(self, closing: str, href: str) -> None:
        if not closing:
            self.link = (_html.unescape(href), len(self.words))
        elif self.link:
            url, start = self.link
            self.words.append(self.note(url, "".join(self.words[start:])))
            self.link = None

    def _structure(self, closing: str, tag: str) -> None:
        if tag in {"ul", "ol"}:
            if closing:
                self.lists.pop()
            else:
                self.lists.append(1 if tag == "ol" else None)
        elif tag == "li" and not closing and self.lists:
            number = self.lists[-1]
            self.sign = _BULLET if number is None else f"{number}. "
            if number is not None:
                self.lists[-1] = number + 1

    def _flush(self) -> None:
        text, self.words = "".join(self.words), []
        if not text.strip():
            return
        is_item, sign, self.sign = bool(self.sign), self.sign, ""
        margin = "  " * max(len(self.lists) - 1, 0)
        hanging = margin + " " * len(sign)
        lines: list[str] = []
        for row in text.split("\n"):
            lines += wrap(row, self.columns, indent=hanging, first=hanging if lines else margin + sign)
        self._put("\n".join(lines), is_item)

    def _put(self, paragraph: str, is_item: bool) -> None:
        """Keep the items of one list together, set everything else apart."""
        if is_item and self.follows_item:
            self.done[-1] += "\n" + paragraph
        else:
            self.done.append(paragraph)
        self.follows_item = is_item
