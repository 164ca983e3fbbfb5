"""How header lines are folded: the standard library's way, but nothing that a program reads is ever encoded.

The library turns a word longer than a line into RFC 2047 encoded-words, which is right in a subject and destroys the
addresses in List-Unsubscribe (RFC 2369 §2 and RFC 8058 §3.1 want them as they are).
"""

import re
from email.policy import EmailPolicy
from typing import Any, Final

# Headers that people read: these may be encoded. All others are folded at their spaces.
FOR_PEOPLE: Final = frozenset({"from", "to", "reply-to", "subject"})
WIDTH: Final = 78


class _Policy(EmailPolicy):
    """Internet mail with CRLF, in 7-bit headers."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it goes over the line."""
        plain = str(value)
        for_people = name.lower() in FOR_PEOPLE or name.lower().startswith("content-")
        if for_people or not plain.isascii():
            return _checked(super().fold_binary(name, value))
        return _checked(self._folded(f"{name}:", plain).encode("ascii"))

    def _folded(self, line: str, value: str) -> str:
        lines = []
        for word in value.split(" "):
            if len(line) + 1 + len(word) > WIDTH and not line.endswith(":"):
                lines.append(line)
                line = ""
            line = f"{line} {word}"
        return self.linesep.join([*lines, line]) + self.linesep


def _checked(header: bytes) -> bytes:
    """Raise ValueError for a header that would end before its end (CWE-93); Python checks so itself from 3.13 on."""
    if _BROKEN.search(header.removesuffix(b"\r\n")):
        raise ValueError("A header holds a line break.")
    return header


# A line break that no folding white space follows.
_BROKEN: Final = re.compile(rb"\r\n(?![ \t])|\r(?!\n)|(?<!\r)\n")

POLICY: Final = _Policy(linesep="\r\n")
