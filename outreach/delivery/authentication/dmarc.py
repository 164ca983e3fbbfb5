"""DMARC: the policy for a domain, found by walking up the tree, and where an organisation begins (RFC 9989)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.records import tag_list, tags, text_line
from outreach.delivery.authentication.results import Finding, Part, Result, failed, passed, unanswered, warned

REMOVED: Final = ("pct", "rf", "ri")  # tags of RFC 7489 that RFC 9989 took out
POLICIES: Final = frozenset({"none", "quarantine", "reject"})
_VERSION: Final = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;.*)?", re.DOTALL)
_STARTS_AT: Final = 7  # labels that are left after the first step up a long name (§4.10)


@dataclass(frozen=True)
class Policy:
    """The one valid DMARC record of a domain."""

    domain: str
    record: str

    @property
    def tags(self) -> Mapping[str, str]:
        """Return its tags."""
        return tags(self.record)

    @property
    def psd(self) -> str:
        """Return whether it says that it is a public suffix («y»), that it is none («n»), or neither («u»)."""
        return self.tags.get("psd", "u").lower()

    def is_strict(self, tag: str) -> bool:
        """Tell whether `adkim` or `aspf` asks for the very same name."""
        return self.tags.get(tag, "r").lower() == "s"


def walk(lookups: Lookups, domain: str) -> list[Policy]:
    """Collect the policies on the way from a domain to the root (§4.10). Raises Unanswered."""
    found = []
    for name in _upwards(domain):
        records = published(lookups, name)
        if len(records) != 1:  # several are as good as none
            continue
        found.append(Policy(name, records[0]))
        if found[-1].psd in {"y", "n"}:
            break
    return found


def published(lookups: Lookups, domain: str) -> list[str]:
    """Return every DMARC record of exactly this domain. Raises Unanswered."""
    return [one for one in lookups.texts(f"_dmarc.{domain}") if _VERSION.fullmatch(one)]


def organisation(domain: str, policies: Sequence[Policy]) -> str:
    """Return the organisational domain of the domain at which a walk began (§4.10.2)."""
    if not policies:
        return domain
    last = policies[-1]
    if last.psd == "y" and last.domain != domain:
        return ".".join(domain.split(".")[-(last.domain.count(".") + 2) :])
    return last.domain


def applying(domain: str, policies: Sequence[Policy]) -> Policy | None:
    """Return the policy for mail from a domain: its own, its organisation's, or the public suffix's (§4.10.1)."""
    by_domain = {one.domain: one for one in policies}
    own = by_domain.get(domain) or by_domain.get(organisation(domain, policies))
    return own or next((one for one in policies if one.psd == "y"), None)


def check(lookups: Lookups, domain: str) -> Result:
    """Look at the policy for mail from a domain."""
    name = f"_dmarc.{domain}"
    try:
        own = published(lookups, domain)
        policy = applying(domain, walk(lookups, domain))
    except Unanswered as silent:
        return Result(Part.DMARC, name, "TXT", (), (unanswered(silent.name),))
    if len(own) > 1:
        many = failed("dmarc_many", name=name, count=len(own))
        return Result(Part.DMARC, name, "TXT", tuple(own), (many,), text_line(name, own[0]))
    if policy is None:
        missing = failed("dmarc_missing", name=name)
        return Result(Part.DMARC, name, "TXT", (), (missing,), text_line(name, "v=DMARC1; p=none"))
    findings = _judged(policy)
    name = f"_dmarc.{policy.domain}"
    is_sound = all(one.code == "dmarc_ok" for one in findings)
    line = None if is_sound else text_line(name, _mended(policy))
    return Result(Part.DMARC, name, "TXT", (policy.record,), tuple(findings), line)


def _judged(policy: Policy) -> list[Finding]:
    own = policy.tags
    found = []
    asked = own.get("p", "").lower()
    if asked not in POLICIES:
        # Without a policy it counts as none where reports are wanted, and not at all elsewhere (§4.7).
        found.append((warned if "rua" in own else failed)("dmarc_policy", domain=policy.domain))
    removed = [one for one in REMOVED if one in own]
    if removed:
        found.append(warned("dmarc_removed", tags=", ".join(removed)))
    return found or [passed("dmarc_ok", policy=asked, domain=policy.domain)]


def _mended(policy: Policy) -> str:
    own = {name: value for name, value in policy.tags.items() if name not in {"v", "p", *REMOVED}}
    asked = policy.tags.get("p", "").lower()
    return tag_list({"v": "DMARC1", "p": asked if asked in POLICIES else "none", **own})


def _upwards(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    yield domain
    for start in range(max(1, len(labels) - _STARTS_AT), len(labels)):
        yield ".".join(labels[start:])
