"""Links of a letter: which addresses are allowed, where each leads, and the tracked address that stands for it."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from outreach.foundation import slots
from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _
from outreach.rendering import merge

LinkKeys = Callable[[str, str, str], str]
"""Gives the key of a link from its address, block and language; it must be unguessable and unique."""

LONGEST: Final = 2000  # some mail clients and proxies cut longer addresses

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_MAILTO = re.compile(r"mailto:[^\s<>\"'\\]+@[^\s<>\"'\\]+", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s<>\"'\\\x00-\x20\x7f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """One link of a letter: where it leads, what it says, in which block and language. `key` is "" where untracked."""

    key: str
    url: str
    label: str
    block: str
    language: str


@dataclass(slots=True)
class Links:
    """The links of one letter, gathered while it is written.

    The same address in the same block and language is one link, in HTML and text alike: its clicks are counted once.
    """

    public_url: str
    tracked: bool
    keys: LinkKeys | None = None
    _found: dict[tuple[str, str, str], LinkTarget] = field(default_factory=dict)

    def to(self, url: str, label: str, *, block: str, language: str) -> str:
        """Note a link and return the address to write: tracked for the web, as it is for mailto. Raises Refused."""
        address = allowed(url)
        if not address.lower().startswith("http"):
            return address
        place = (address, block, language)
        if place not in self._found:
            key = (self.keys or random_key)(address, block, language) if self.tracked else ""
            self._found[place] = LinkTarget(key, address, " ".join(label.split()), block, language)
        key = self._found[place].key
        return f"{self.public_url}/c/{merge.token('click')}-{key}" if key else address

    @property
    def targets(self) -> tuple[LinkTarget, ...]:
        """Return the links in the order they appeared."""
        return tuple(self._found.values())


def random_key(_url: str, _block: str, _language: str) -> str:
    """Draw 64 random bits, 11 characters: a link cannot be guessed, and its key says nothing of where it leads."""
    return secrets.token_urlsafe(8)


def allowed(url: str) -> str:
    """Return an address that a letter may lead to: https, mailto, or a web server on this machine (for trying out).

    Raises Refused for every other scheme, for relative addresses, and for addresses that hide their host behind a name.
    """
    address = slots.strip(url).strip()
    if len(address) <= LONGEST and (_MAILTO.fullmatch(address) or _is_web(address)):
        return address
    raise Refused(_("The link “%(url)s” cannot be used; write it with https:// or mailto:.") % {"url": address[:80]})


def _is_web(address: str) -> bool:
    if not _WEB.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme.lower() == "https" or host in _LOOPBACK
