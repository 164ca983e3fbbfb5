"""One cell: tidied, and guarded on its way out and in, for a spreadsheet runs what looks like a formula.

Going out, a text that begins like one gets an apostrophe; coming in, that apostrophe is taken away again, so that both
ways round nothing has changed. A cell that begins like one without an apostrophe is a formula, and no value.
"""

import re
import unicodedata
from typing import Final

from outreach.rendering import merge

_LEADERS: Final = "=+-@\t\r＝＋－＠"
# With apostrophes of its own, or one of these would be lost on the way in.
_LED: Final = re.compile(f"'*[{re.escape(_LEADERS)}]")
_FORMULA: Final = re.compile(r"\s*([=＝]|[+\-@＋－＠].*[(|!])", re.DOTALL)


def guard(text: str) -> str:
    """Make a cell that no spreadsheet runs (OWASP, CSV injection)."""
    return f"'{text}" if _LED.match(text) else text


def unguard(text: str) -> str:
    """Undo `guard`."""
    return text[1:] if text[:1] == "'" and _LED.match(text[1:]) else text


def is_formula(text: str) -> bool:
    """Tell whether a cell, as it stands in a file, would be run by a spreadsheet."""
    return text[:1] in _LEADERS and _FORMULA.match(text) is not None


def tidy(text: str) -> str:
    """Return a cell as it is kept: full-width forms folded (NFKC), one line, no controls, no doubled spaces."""
    if text.isascii():
        if text.isprintable() and " " not in text:
            return text
    else:
        text = unicodedata.normalize("NFKC", text)
    return " ".join(merge.plain(text).split())
