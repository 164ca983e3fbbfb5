"""SPF: may the provider's servers send for the envelope's domain, and will receivers get to the end? (RFC 7208)"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from outreach.delivery.authentication import spf_terms
from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.records import TO_FILL_IN, text_line
from outreach.delivery.authentication.results import Finding, Part, Result, failed, passed, unanswered, warned
from outreach.delivery.authentication.spf_terms import BadTerm, Term

MOST_LOOKUPS: Final = 10  # terms that ask the DNS (§4.6.4); one more, and the whole record is void
MOST_VOID: Final = 2  # questions without an answer (§4.6.4)
_GIVE_UP: Final = 40  # lookups after which the exact number helps nobody
_ASKING: Final = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})


class _Broken(Exception):
    """A record that receivers must treat as void (permerror, §2.6.7)."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass
class _Walk:
    """What a receiver has to ask before it can say that no term matches: the worst case."""

    lookups: Lookups
    asked: int = 0
    void: int = 0
    names: set[str] = field(default_factory=set)

    def over(self, terms: Sequence[Term], domain: str) -> None:
        """Follow the terms in order; what stands behind `all` is never reached, and `redirect` comes last (§6.1)."""
        for term in terms:
            if term.name == "all":
                return
            if not term.is_modifier:
                self._follow(term, domain)
        for term in terms:
            if term.is_modifier and term.name == "redirect":
                self._follow(term, domain)

    def _follow(self, term: Term, domain: str) -> None:
        if term.name not in _ASKING or self.asked >= _GIVE_UP:
            return
        self.asked += 1
        target = (term.target or domain).lower().rstrip(".")
        if term.has_macro or term.name == "ptr":  # what they ask depends on the letter
            return
        if term.name in {"include", "redirect"}:
            self.names.add(target)
            self.over(self._included(target), target)
        elif not self._is_there(term.name, target):
            self.void += 1

    def _included(self, target: str) -> list[Term]:
        texts = self.lookups.texts(target)
        records = [one for one in texts if spf_terms.is_spf(one)]
        if len(records) != 1:
            code = "spf_include_many" if records else "spf_include_missing"
            raise _Broken(failed(code, target=target))
        try:
            return spf_terms.read(records[0])
        except BadTerm as bad:
            raise _Broken(failed("spf_include_syntax", target=target, term=str(bad))) from bad

    def _is_there(self, name: str, target: str) -> bool:
        return bool(self.lookups.mail_servers(target)) if name == "mx" else self.lookups.has_address(target)


def check(lookups: Lookups, domain: str, *, provider: str | None) -> Result:
    """Look at the record of the envelope's domain; `provider` is what it has to include, where that is known."""
    records: list[str] = []
    try:
        records = [one for one in lookups.texts(domain) if spf_terms.is_spf(one)]
        findings, line = _judged(lookups, domain, records, provider)
    except Unanswered as silent:
        findings, line = [unanswered(silent.name)], None
    return Result(Part.SPF, domain, "TXT", tuple(records), tuple(findings), line)


def _judged(
    lookups: Lookups, domain: str, records: Sequence[str], provider: str | None
) -> tuple[list[Finding], str | None]:
    if not records:
        return [failed("spf_missing", domain=domain)], _line(domain, [], provider)
    if len(records) > 1:
        merged = [term for record in records for term in _readable(record)]
        return [failed("spf_many", domain=domain, count=len(records))], _line(domain, merged, provider)
    try:
        terms = spf_terms.read(records[0])
    except BadTerm as bad:
        return [failed("spf_syntax", term=str(bad))], _line(domain, _readable(records[0]), provider)
    findings = [*_counted(lookups, terms, domain, provider), *_ending(terms)]
    mends = [one for one in findings if one.code in _MENDED_BY_A_LINE]
    return findings, _line(domain, terms, provider) if mends else None


_MENDED_BY_A_LINE: Final = frozenset({"spf_provider", "spf_pass_all", "spf_neutral", "spf_ptr"})


def _counted(lookups: Lookups, terms: Sequence[Term], domain: str, provider: str | None) -> list[Finding]:
    walk = _Walk(lookups)
    try:
        walk.over(terms, domain)
    except _Broken as broken:
        return [broken.finding]
    found = []
    if walk.asked > MOST_LOOKUPS:
        found.append(failed("spf_lookups", count=walk.asked, most=MOST_LOOKUPS))
    if walk.void > MOST_VOID:
        found.append(failed("spf_void", count=walk.void, most=MOST_VOID))
    if provider and provider != domain and provider not in walk.names:
        found.append(failed("spf_provider", provider=provider))
    return found or [passed("spf_ok", count=walk.asked)]


def _ending(terms: Sequence[Term]) -> list[Finding]:
    found = []
    if any(one.name == "ptr" for one in terms):
        found.append(warned("spf_ptr"))
    last = next((one for one in terms if one.name == "all"), None)
    if last is not None and last.qualifier == "+":
        found.append(warned("spf_pass_all"))
    elif (last is None and not any(one.name == "redirect" for one in terms)) or (last and last.qualifier == "?"):
        found.append(warned("spf_neutral"))
    return found


def _readable(record: str) -> list[Term]:
    found = []
    for written in record.split()[1:]:
        try:
            found.append(spf_terms.mechanism(written))
        except BadTerm:
            continue
    return found


def _line(domain: str, terms: Sequence[Term], provider: str | None) -> str:
    """Write what to publish: each term once, the provider's servers in it, and an end that lets nobody else through."""
    kept = [one for one in terms if one.name not in {"all", "ptr"}]
    if provider and not any(one.name in {"include", "redirect"} and one.target.lower() == provider for one in kept):
        kept.append(spf_terms.mechanism(f"include:{provider}"))
    if not kept:
        kept.append(spf_terms.mechanism(f"include:{TO_FILL_IN}"))
    if not any(one.name == "redirect" for one in kept):
        # Refusing everybody else only where that is said already, and by every record that is merged here.
        is_hard = {one.qualifier for one in terms if one.name == "all"} == {"-"}
        kept.append(spf_terms.mechanism("-all" if is_hard else "~all"))
    unique = {one.written.lower(): one for one in kept}
    return text_line(domain, spf_terms.write(unique.values()))
