"""Text with named slots: cut once, filled many times by joining, so that a value can never become a slot.

A slot is written U+E000 name U+E001. Both are private-use characters (Unicode §23.5) that the doors strip from
everything typed, so no author can write one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"

_SLOT = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def slot(name: str) -> str:
    """Write the slot for a name."""
    return f"{OPEN}{name}{CLOSE}"


@dataclass(frozen=True, slots=True)
class Slotted:
    """A text cut at its slots: literals at the even places of `parts`, room for the values at the odd ones."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    tokens: frozenset[str]

    def fill(self, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
        """Return the text with every slot filled; microseconds. Raises KeyError for a name without a value."""
        if not self.names:
            return self.parts[0]
        ready = {name: escape(values[name]) for name in self.tokens}
        parts = list(self.parts)
        parts[1::2] = [ready[name] for name in self.names]
        return "".join(parts)


def split(text: str) -> Slotted:
    """Cut a text at its slots. Raises ValueError for half a slot."""
    parts = _SLOT.split(text)
    if any(OPEN in literal or CLOSE in literal for literal in parts[::2]):
        raise ValueError("This text holds half a slot.")
    names = tuple(parts[1::2])
    return Slotted(tuple(parts), names, frozenset(names))


def names_in(*texts: str) -> list[str]:
    """List the slots in some texts, each as often as it occurs."""
    return [name for text in texts for name in _SLOT.findall(text)]


def strip(text: str) -> str:
    """Remove private-use characters, so that typed text holds no slot."""
    return _PRIVATE.sub("", text)
