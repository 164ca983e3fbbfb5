"""DKIM: is the key there that signatures are checked with, and is it strong? (RFC 6376 §3.6, RFC 8301, RFC 8463)"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from outreach.delivery.authentication import keys
from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.records import TO_FILL_IN, tags, text_line
from outreach.delivery.authentication.results import Finding, Part, Result, failed, passed, unanswered, warned

LEAST_BITS: Final = 1024  # below it a verifier must not accept the signature (RFC 8301 §3.2)
GOOD_BITS: Final = 2048
_NEW_KEY: Final = frozenset(
    {"dkim_missing", "dkim_revoked", "dkim_no_key", "dkim_unreadable", "dkim_weak", "dkim_short", "dkim_hash"}
)


def check(lookups: Lookups, domain: str, selectors: Sequence[str]) -> list[Result]:
    """Look at the key of each selector; without a selector nothing can be looked up, and that is a fault."""
    if not selectors:
        name = f"…._domainkey.{domain}"
        return [Result(Part.DKIM, name, "TXT", (), (failed("dkim_no_selector", domain=domain),))]
    found = [_key(lookups, f"{selector}._domainkey.{domain}") for selector in selectors]
    return [_alone(one) for one in found] if len(found) == 1 else found


def _key(lookups: Lookups, name: str) -> Result:
    try:
        records = lookups.texts(name)
    except Unanswered:
        return Result(Part.DKIM, name, "TXT", (), (unanswered(name),))
    findings = _judged(records, name)
    is_new_needed = any(one.code in _NEW_KEY for one in findings)
    line = text_line(name, f"v=DKIM1; k=rsa; p={TO_FILL_IN}") if is_new_needed else None
    return Result(Part.DKIM, name, "TXT", tuple(records), tuple(findings), line)


def _judged(records: Sequence[str], name: str) -> list[Finding]:
    if not records:
        return [failed("dkim_missing", name=name)]
    if len(records) > 1:  # which of them a verifier takes is undefined (§3.6.2.2)
        return [failed("dkim_many", name=name, count=len(records))]
    own = tags(records[0])
    if own.get("v", "DKIM1") != "DKIM1" or "p" not in own:
        return [failed("dkim_no_key", name=name)]
    if not own["p"]:
        return [failed("dkim_revoked", name=name)]
    return [*_limits(own), *_strength(own)]


def _limits(own: Mapping[str, str]) -> list[Finding]:
    """Look at what the key may be used for."""
    found = []
    if "h" in own and "sha256" not in own["h"].lower().replace(" ", "").split(":"):
        found.append(failed("dkim_hash", hashes=own["h"]))
    if not {"*", "email"}.intersection(own.get("s", "*").lower().replace(" ", "").split(":")):
        found.append(failed("dkim_service", service=own["s"]))
    if "y" in own.get("t", "").lower().replace(" ", "").split(":"):
        found.append(warned("dkim_testing"))
    return found


def _strength(own: Mapping[str, str]) -> list[Finding]:
    kind = own.get("k", "rsa").lower()
    try:
        key = keys.decoded(own["p"])
        bits = keys.rsa_bits(key) if kind == "rsa" else len(key) * 8
    except ValueError:
        return [failed("dkim_unreadable")]
    if kind == "ed25519":
        return [passed("dkim_ed25519")] if len(key) == keys.ED25519_BYTES else [failed("dkim_unreadable")]
    if kind != "rsa":
        return [failed("dkim_kind", kind=kind)]
    if bits < LEAST_BITS:
        return [failed("dkim_weak", bits=bits)]
    return [warned("dkim_short", bits=bits)] if bits < GOOD_BITS else [passed("dkim_ok", bits=bits)]


def _alone(result: Result) -> Result:
    """Warn of an Ed25519 key without an RSA key beside it: many mailboxes cannot check it yet (RFC 8463 §5)."""
    lonely = {"dkim_ed25519": warned("dkim_only_ed25519")}
    return replace(result, findings=tuple(lonely.get(one.code, one) for one in result.findings))
