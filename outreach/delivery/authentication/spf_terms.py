"""An SPF record as terms (RFC 7208 §4.6.1), read and written."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

VERSION: Final = "v=spf1"
_DOMAIN: Final = r"(?P<target>[^/\s]+)"
_CIDR: Final = r"(?:/(?:\d|[12]\d|3[0-2]))?(?://(?:\d{1,2}|1[01]\d|12[0-8]))?"
# What stands behind a mechanism's name (§5, §12).
_BEHIND: Final = {
    "all": "",
    "include": f":{_DOMAIN}",
    "exists": f":{_DOMAIN}",
    "a": f"(?::{_DOMAIN})?{_CIDR}",
    "mx": f"(?::{_DOMAIN})?{_CIDR}",
    "ptr": f"(?::{_DOMAIN})?",
    "ip4": r":(?P<network>\S+)",
    "ip6": r":(?P<network>\S+)",
}
_NETWORKS: Final = {"ip4": ipaddress.IPv4Network, "ip6": ipaddress.IPv6Network}
_TERM: Final = re.compile(r"(?P<qualifier>[-+?~]?)(?P<name>[A-Za-z][A-Za-z0-9._-]*)(?P<behind>\S*)")


class BadTerm(ValueError):
    """A term that no receiver can read; the whole record is void with it."""


@dataclass(frozen=True)
class Term:
    """One mechanism or modifier. `target` is the domain that it names, "" where it means its own."""

    name: str
    qualifier: str = "+"
    target: str = ""
    written: str = ""
    is_modifier: bool = False

    @property
    def has_macro(self) -> bool:
        """Tell whether its domain depends on the letter (RFC 7208 §7)."""
        return "%" in self.target


def is_spf(text: str) -> bool:
    """Tell whether a TXT record is an SPF record (§4.5)."""
    return text.lower() == VERSION or text.lower().startswith(f"{VERSION} ")


def read(record: str) -> list[Term]:
    """Read a record's terms, in order. Raises BadTerm."""
    return [_term(one) for one in record.split()[1:]]


def write(terms: Iterable[Term]) -> str:
    """Write a record."""
    return " ".join([VERSION, *(one.written for one in terms)])


def mechanism(written: str) -> Term:
    """Make a term that is known to be sound."""
    return _term(written)


def _term(written: str) -> Term:
    found = _TERM.fullmatch(written)
    if found is None:
        raise BadTerm(written)
    name, behind = found["name"].lower(), found["behind"]
    if behind.startswith("=") and not found["qualifier"]:
        if name in {"redirect", "exp"} and behind == "=":
            raise BadTerm(written)
        return Term(name, target=behind[1:], written=written, is_modifier=True)
    values = re.fullmatch(_BEHIND[name], behind) if name in _BEHIND else None
    if values is None:
        raise BadTerm(written)
    named = values.groupdict()
    if name in _NETWORKS:
        _insist_on_network(name, named["network"], written)
    return Term(name, found["qualifier"] or "+", named.get("target") or "", written)


def _insist_on_network(name: str, network: str, written: str) -> None:
    try:
        _NETWORKS[name](network, strict=False)
    except ValueError as wrong:
        raise BadTerm(written) from wrong
