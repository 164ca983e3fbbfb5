"""HTML, stored or pasted → prose."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import groupby
from typing import Final

from outreach.content.prose import BREAK, UNMARKED, Listing, Marks, Paragraph, Prose, Run
from outreach.content.prose_writing import to_html
from outreach.rendering import richtext

_BLANKS: Final = frozenset(" \t\n\r\f")


def from_html(html: str) -> Prose:
    """Read stored or pasted HTML, cleaned first. Raises Refused as `richtext.clean` does."""
    reader = _Reader()
    reader.feed(richtext.clean(html))
    reader.close()
    return reader.finished()


def normal(html: str) -> str:
    """Return HTML in its normal form; what is stored so keeps its bytes, and its approval, through files."""
    return to_html(from_html(html))


class _Reader(HTMLParser):
    """Builds prose from cleaned HTML. `holders` are the open lists and items, the outermost first."""

    def __init__(self) -> None:
        super().__init__()
        self.holders: list[tuple[str, list[Prose], list[Paragraph | Listing]]] = [("root", [], [])]
        self.units: list[Run] = []
        self.links: list[str] = []
        self.strong = self.em = 0
        self.chip: Run | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "strong":
            self.strong += 1
        elif tag == "em":
            self.em += 1
        elif tag == "span":
            self.chip = Run("", self._marks(), given.get("data-merge") or "")
        elif tag == "br":
            self.units.append(Run(BREAK, self._marks()))
        else:
            self._flush()
            if tag != "p":
                self.holders.append((tag, [], []))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.links.pop()
        elif tag == "strong":
            self.strong -= 1
        elif tag == "em":
            self.em -= 1
        elif tag == "span" and self.chip is not None:
            self.units.append(replace(self.chip, text=re.sub(r"[ \t\n\r\f]+", " ", self.chip.text).strip()))
            self.chip = None
        elif tag == "p":
            self._flush()
        elif tag in {"ul", "ol", "li"}:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        if self.chip is not None:
            self.chip = replace(self.chip, text=self.chip.text + data)
        else:
            self.units.extend(Run(" " if one in _BLANKS else one, self._marks()) for one in data)

    def finished(self) -> Prose:
        """Return what was read."""
        self._flush()
        return tuple(self.holders[0][2])

    def _marks(self) -> Marks:
        return Marks(self.links[-1] if self.links else "", self.strong > 0, self.em > 0)

    def _flush(self) -> None:
        runs, self.units = _runs(self.units), []
        if runs:
            self._put(Paragraph(runs))

    def _close(self, tag: str) -> None:
        self._flush()
        _opened, items, blocks = self.holders.pop()
        if tag == "li":
            if blocks:
                self._put_item(tuple(blocks))
        elif items:
            self._put(Listing(tag == "ol", tuple(items)))

    def _put_item(self, item: Prose) -> None:
        tag, items, blocks = self.holders[-1]
        if tag in {"ul", "ol"}:
            items.append(item)
        else:  # an item outside of any list
            blocks.extend(item)

    def _put(self, block: Paragraph | Listing) -> None:
        tag, items, blocks = self.holders[-1]
        if tag in {"ul", "ol"}:  # text or a list right inside a list
            items.append((block,))
        elif isinstance(block, Listing) and blocks and isinstance(blocks[-1], Listing):
            last = blocks[-1]
            if last.ordered == block.ordered:
                blocks[-1] = Listing(last.ordered, last.items + block.items)
            else:
                blocks.append(block)
        else:
            blocks.append(block)


def _runs(units: list[Run]) -> tuple[Run, ...]:
    """Bring single characters, breaks and chips into normal form and join them to runs."""
    kept: list[Run] = []
    space = False
    for unit in _trimmed(units):
        if unit.text == " " and not unit.chip:
            space = True
            continue
        if space and kept and not unit.is_break and not kept[-1].is_break:
            kept.append(Run(" "))
        kept.append(unit)
        space = False
    return tuple(_joined(_between(kept)))


def _between(units: list[Run]) -> list[Run]:
    """Give spaces and breaks the marks that both neighbours share; none stands at an end."""
    before, befores = UNMARKED, []
    for unit in units:
        befores.append(before)
        before = before if unit.is_gap else unit.marks
    after, done = UNMARKED, []
    for unit, marks in zip(reversed(units), reversed(befores), strict=True):
        done.append(replace(unit, marks=marks.shared(after)) if unit.is_gap else unit)
        after = after if unit.is_gap else unit.marks
    return done[::-1]


def _trimmed(units: list[Run]) -> list[Run]:
    start, end = 0, len(units)
    while start < end and _is_blank(units[start]):
        start += 1
    while end > start and _is_blank(units[end - 1]):
        end -= 1
    return units[start:end]


def _is_blank(unit: Run) -> bool:
    return not unit.chip and unit.text.isspace()


def _joined(units: Iterable[Run]) -> Iterable[Run]:
    def apart(numbered: tuple[int, Run]) -> tuple[Marks, int]:
        place, unit = numbered
        return unit.marks, place if unit.chip or unit.is_break else -1

    for (marks, place), some in groupby(enumerate(units), apart):
        group = [unit for _place, unit in some]
        yield group[0] if place >= 0 else Run("".join(unit.text for unit in group), marks)
