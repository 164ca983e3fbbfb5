"""Questions to the DNS: each asked once per check, within a time, and silence told apart from “there is none”."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

PATIENCE: Final = 5.0  # seconds for one question, its repetitions included
BUDGET: Final = 20.0  # seconds for all questions of one check
PORT: Final = 53
_LONGEST: Final = 4000  # characters of a record that are looked at
_NONE: Final = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)
_NO_NAME: Final = (dns.name.EmptyLabel, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.BadEscape, UnicodeError)

Answer = TypeVar("Answer")


class Unanswered(Exception):
    """Nobody answered in time, or what came was no answer; `name` is what was asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Lookups:
    """The questions of one check. `servers` are «address» or «address:port»; without any, the machine's own."""

    def __init__(self, servers: Sequence[str] = (), *, patience: float = PATIENCE, budget: float = BUDGET) -> None:
        self._servers = servers
        self._patience = patience
        self._until = time.monotonic() + budget
        self._resolver: dns.resolver.Resolver | None = None
        self._known: dict[tuple[str, str], list[Any] | None] = {}

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each with its strings joined (RFC 7208 §3.3). Raises Unanswered."""
        # Sorted, because servers turn their records round: what is found must not change with the order.
        return sorted(self._read(name, "TXT", lambda one: _printable(b"".join(one.strings).decode("utf-8", "replace"))))

    def mail_servers(self, name: str) -> list[tuple[int, str]]:
        """Return the MX records of a name, the preferred first; «.» is a null MX (RFC 7505). Raises Unanswered."""
        return sorted(self._read(name, "MX", lambda one: (one.preference, _host(one.exchange))))

    def has_address(self, name: str) -> bool:
        """Tell whether a name has an IPv4 or IPv6 address. Raises Unanswered."""
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def _read(self, name: str, kind: str, read: Callable[[Any], Answer]) -> list[Answer]:
        return [read(one) for one in self._ask(name, kind)]

    def _ask(self, name: str, kind: str) -> list[Any]:
        asked = name.lower().rstrip("."), kind
        if asked not in self._known:
            self._known[asked] = self._resolved(*asked)
        found = self._known[asked]
        if found is None:
            raise Unanswered(name)
        return found

    def _resolved(self, name: str, kind: str) -> list[Any] | None:
        """Ask; None where nobody answered. A truncated answer is asked for again over TCP (RFC 7766)."""
        left = self._until - time.monotonic()
        if left <= 0:
            return None
        try:
            if self._resolver is None:
                self._resolver = _resolver(self._servers)
            return list(self._resolver.resolve(f"{name}.", kind, lifetime=min(self._patience, left), search=False))
        except (*_NONE, *_NO_NAME):
            return []
        except (dns.exception.DNSException, OSError):
            return None


def _resolver(servers: Sequence[str]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [_server(one) for one in servers]
    return resolver


def _server(written: str) -> dns.nameserver.Nameserver:
    """Read «192.0.2.1», «192.0.2.1:5353», «2001:db8::1» or «[2001:db8::1]:5353»."""
    address, colon, port = written.rpartition(":")
    if colon and (address.startswith("[") or ":" not in address):
        return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
    return dns.nameserver.Do53Nameserver(written.strip("[]"), PORT)


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=name != dns.name.root).lower()


def _printable(text: str) -> str:
    """Leave out what could not be kept or would turn a page around: controls, overrides of direction."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text[:_LONGEST])
