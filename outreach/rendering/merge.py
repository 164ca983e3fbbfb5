"""Merge fields: a closed list of slots in a compiled letter, replaced per recipient by split and join.

Author input is stripped of the characters that slots are written with, so that nothing but this house can write one,
and nothing that an officer types is ever run as a template.
"""

import html as _html
import re
from collections.abc import Callable, Mapping
from typing import Final

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.slots import Slotted

PERSONAL: Final = ("first_name", "full_name", "organisation", "topics")
TECHNICAL: Final = ("delivery", "open", "click", "unsubscribe", "preferences", "letter", "notice")
FIELDS: Final = frozenset(PERSONAL + TECHNICAL)

# C0, DEL and C1 controls, line and paragraph separators, bidi overrides and isolates, private use
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]+")


def token(name: str) -> str:
    """Write the slot of a field. Raises Refused for a name outside the closed list."""
    if name not in FIELDS:
        raise Refused(_("There is no merge field “%(name)s”; choose one from the list.") % {"name": name})
    return slots.slot(name)


def split(text: str) -> Slotted:
    """Cut a compiled text at its fields, once per letter. Raises Refused for an unknown or broken one."""
    try:
        cut = slots.split(text)
    except ValueError as half:
        raise Refused(_("A merge field in this letter is broken; remove it and insert it again.")) from half
    for name in cut.tokens:
        token(name)
    return cut


def fill(cut: Slotted, values: Mapping[str, str], *, escape: Callable[[str], str] | None = None) -> str:
    """Put one recipient's values into a text. `escape` is `html` (the default) or `plain`.

    Raises KeyError when a value is missing: the letter must not leave with a hole in it.
    """
    return cut.fill(values, escape or html)


def html(value: str) -> str:
    """Make a value safe inside HTML text and attributes."""
    return _html.escape(plain(value))


def plain(value: str) -> str:
    """Make a value safe in a header or plain text: one line, no control or private-use characters (RFC 5322 §2.2)."""
    return value if value.isprintable() else _UNSAFE.sub(" ", value).strip()
