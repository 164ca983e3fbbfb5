"""How wide text is on a terminal grid, and where its lines may break.

East Asian wide and full-width characters take two columns (UAX #11). Lines break between words and beside Han
characters, but no closing mark starts a line and no opening mark ends one (W3C clreq §3.1.2); an address or a token is
never cut.
"""

import re
from typing import Final
from unicodedata import combining, east_asian_width

from outreach.foundation.slots import CLOSE, OPEN

TOKEN_WIDTH: Final = 10  # a guess at a name; the true width is known only per recipient

_NEVER_FIRST: Final = set("，。、；：？！）》」』】〕〉”’…—·％℃,.;:?!)]}%")
_NEVER_LAST: Final = set("（《「『【〔〈“‘([{")
_TOKEN = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
# a token, an address, a run of narrow characters (which never breaks inside), blanks, or one character of another kind
_PIECES = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}|https?://\\S+|[^\\s\u1100-\uffff]+|[ \t\n]+|.", re.DOTALL)


def width(text: str) -> int:
    """Return how many columns a text takes; a token counts as a short name."""
    if text.isascii():
        return len(text)
    bare, tokens = _TOKEN.subn("", text)
    return sum(_width_of(character) for character in bare) + tokens * TOKEN_WIDTH


def wrap(text: str, columns: int = 72, *, indent: str = "", first: str | None = None) -> list[str]:
    """Break a paragraph into lines of at most `columns`, unless one address alone is longer.

    `indent` opens every line, `first` (by default the same) the first one.
    """
    lines: list[str] = []
    start = indent if first is None else first
    line, used = start, width(start)
    waiting_space = False
    for unit in _units(text):
        if unit.isspace():
            waiting_space = len(line) > len(start)
            continue
        needed = width(unit) + waiting_space
        if used + needed > columns and len(line) > len(start):
            lines.append(line)
            start = indent
            line, used, waiting_space, needed = start, width(start), False, width(unit)
        line += " " * waiting_space + unit
        used += needed
        waiting_space = False
    lines.append(line)
    return lines


def _units(text: str) -> list[str]:
    """Cut a text into what must stay on one line, and the spaces between."""
    units: list[str] = []
    for piece in _PIECES.findall(text):
        if units and not _may_break(units[-1], piece):
            units[-1] += piece
        else:
            units.append(piece)
    return units


def _may_break(before: str, after: str) -> bool:
    if _is_space(before) or _is_space(after):
        return _is_space(before) != _is_space(after)
    if after[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST:
        return False
    return _width_of(before[-1]) == 2 or _width_of(after[0]) == 2


def _is_space(text: str) -> bool:
    return text.isspace() and text[-1] != "\u00a0"


def _width_of(character: str) -> int:
    if combining(character) or character in "\u200b\u200c\u200d\u2060\ufeff":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
