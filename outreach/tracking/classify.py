"""Who made a request: a person, a mailbox provider's proxy, a privacy proxy, or a machine.

The first rule that holds decides. The order matters: lists of bots name the proxies through which Gmail and Yahoo show
pictures to people, so those are taken before any list is asked. The data is `ruleset.json`; its version is stored with
every event, so that old figures can be told from new ones. Nothing about the request is kept but the answer.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from outreach.tracking.models import Actor, EventKind

_AHEAD_OF_TIME: Final = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
# Behind some networks there are people who read, but nobody who follows a link.
_COVERED: Final = {"everything": frozenset(EventKind), "clicks": frozenset({EventKind.CLICK})}


@dataclass(frozen=True)
class Machines:
    """How programs without a reader name themselves, in lower case."""

    containing: tuple[str, ...]
    beginning: tuple[str, ...]
    word: re.Pattern[str]

    def name(self, agent: str) -> bool:
        """Say whether an agent is one of them. Plain searches: one large pattern takes twenty times as long."""
        known_as = agent.lower()
        return (
            known_as.startswith(self.beginning)
            or any(marker in known_as for marker in self.containing)
            or self.word.search(known_as) is not None
        )


@dataclass(frozen=True)
class Ruleset:
    """What is known of the programs that fetch pictures and links in mail."""

    version: int
    prefetch_headers: tuple[str, ...]
    prefetch_agents: frozenset[str]
    mail_proxies: tuple[str, ...]
    privacy_exact: frozenset[str]
    privacy_endings: tuple[str, ...]
    machines: Machines
    networks: tuple[tuple[IPv4Network | IPv6Network, frozenset[EventKind]], ...]


def actor(kind: EventKind, method: str, headers: Mapping[str, str], address: str | None) -> Actor:
    """Judge one request by its method, headers (names in lower case) and network address, none of which is kept."""
    rules = ruleset()
    agent = headers.get("user-agent", "").strip()
    if method == "HEAD" or _is_ahead_of_time(rules, headers):
        return Actor.MACHINE
    if agent in rules.prefetch_agents:
        return Actor.MACHINE
    if any(proxy in agent for proxy in rules.mail_proxies):
        return Actor.HUMAN_PROXY
    if agent in rules.privacy_exact or agent.endswith(rules.privacy_endings):
        return Actor.PRIVACY_UNKNOWN
    if not agent or rules.machines.name(agent):
        return Actor.MACHINE
    if _is_scanner(rules, kind, _parsed(address)):
        return Actor.MACHINE
    return Actor.HUMAN


@lru_cache(maxsize=1)
def ruleset() -> Ruleset:
    """Read the ruleset that travels with the product, once per process."""
    data = json.loads(files("outreach.tracking").joinpath("ruleset.json").read_text(encoding="utf-8"))
    return Ruleset(
        version=data["version"],
        prefetch_headers=tuple(data["prefetch_headers"]),
        prefetch_agents=frozenset(data["prefetch_agents"]),
        mail_proxies=tuple(data["mail_proxies"]),
        privacy_exact=frozenset(data["privacy_agents"]["exact"]),
        privacy_endings=tuple(data["privacy_agents"]["endings"]),
        machines=_machines(data["machine_agents"]),
        networks=tuple(
            (ip_network(text), _COVERED[entry["covers"]]) for entry in data["networks"] for text in entry["ranges"]
        ),
    )


def _machines(data: Mapping[str, Any]) -> Machines:
    before = "".join(f"(?<!{one.removesuffix(data['word'])})" for one in data["word_but_not_in"])
    return Machines(
        containing=tuple(marker for group in data["containing"].values() for marker in group),
        beginning=tuple(data["beginning"]),
        word=re.compile(rf"{before}{data['word']}\b"),
    )


def _is_ahead_of_time(rules: Ruleset, headers: Mapping[str, str]) -> bool:
    values = (headers.get(name) for name in rules.prefetch_headers)
    return any(value is not None and _AHEAD_OF_TIME.search(value) for value in values)


def _parsed(address: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address or "")
    except ValueError:  # a socket file, a test client
        return None


def _is_scanner(rules: Ruleset, kind: EventKind, place: IPv4Address | IPv6Address | None) -> bool:
    return place is not None and any(place in network and kind in kinds for network, kinds in rules.networks)
