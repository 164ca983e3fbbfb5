"""What an identity needs of the DNS, and which domains have none to be asked (RFC 2606, RFC 6761)."""

from dataclasses import dataclass
from typing import Final

_RESERVED: Final = frozenset({"example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"})


@dataclass(frozen=True)
class Needs:
    """The names under which a sender appears to mailboxes, in ASCII and lower case."""

    domain: str
    envelope: str
    dkim: str
    selectors: tuple[str, ...]
    provider: str | None = None


def is_reserved(domain: str) -> bool:
    """Tell whether a domain is kept for examples and tests, so that nobody can publish anything there."""
    return any(domain == one or domain.endswith(f".{one}") for one in _RESERVED)
