"""Rich text in its one normal form, between the HTML that is stored and the Markdown that is written in files.

Texts that look the same have the same prose: white space is one space, marks nest as link, bold, italic, a space
between two runs carries only what both share, neighbouring lists of one kind are one list, nothing is empty.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

BREAK: Final = "\n"


class Marks(NamedTuple):
    """What a stretch of text carries."""

    href: str = ""
    strong: bool = False
    em: bool = False

    def shared(self, other: "Marks") -> "Marks":
        """Return what both carry."""
        return Marks(self.href if self.href == other.href else "", self.strong and other.strong, self.em and other.em)


UNMARKED: Final = Marks()


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the same marks; a `BREAK` alone is a line break, and `chip` names a merge field."""

    text: str
    marks: Marks = UNMARKED
    chip: str = ""

    @property
    def is_break(self) -> bool:
        """Tell whether this is a line break."""
        return self.text == BREAK and not self.chip

    @property
    def is_gap(self) -> bool:
        """Tell whether this only stands between words."""
        return not self.chip and self.text in {" ", BREAK}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs of text, never none."""

    runs: tuple[Run, ...]

    @property
    def plain(self) -> str | None:
        """Return the text where it carries no mark, break or chip at all, else None."""
        only = self.runs[0]
        return only.text if len(self.runs) == 1 and only == Run(only.text) and only.text != BREAK else None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, numbered from 1 or not; each item is prose."""

    ordered: bool
    items: tuple["Prose", ...]

    @property
    def is_tight(self) -> bool:
        """Tell whether no item holds more than a paragraph and the lists below it."""
        return not any(isinstance(block, Paragraph) for item in self.items for block in item[1:])


Prose = tuple[Paragraph | Listing, ...]
