"""Alignment: does the name that readers see agree with the one that was authenticated? (RFC 9989 §4.4)"""

from outreach.delivery.authentication import dmarc
from outreach.delivery.authentication.dmarc import Policy
from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.records import tag_list, text_line
from outreach.delivery.authentication.results import Part, Result, failed, passed, unanswered, warned


def check(lookups: Lookups, domain: str, *, dkim: str, envelope: str) -> Result | None:
    """Compare From with the DKIM signature's d= and with the envelope; None where no policy asks for it."""
    try:
        policies = dmarc.walk(lookups, domain)
        policy = dmarc.applying(domain, policies)
        if policy is None:
            return None
        organisation = dmarc.organisation(domain, policies)
        by_dkim, by_envelope = (
            _agrees(lookups, one, domain, organisation, is_strict=policy.is_strict(tag))
            for one, tag in ((dkim, "adkim"), (envelope, "aspf"))
        )
        names = {"from": domain, "dkim": dkim, "envelope": envelope}
        if by_dkim:
            finding = passed("alignment_ok", **names)
        elif by_envelope:
            finding = warned("alignment_envelope_only", **names)
        elif organisation in {_organisation(lookups, dkim), _organisation(lookups, envelope)}:
            finding = failed("alignment_strict", **names)
        else:
            finding = failed("alignment_none", **names)
    except Unanswered as silent:
        return Result(Part.ALIGNMENT, domain, "", (), (unanswered(silent.name),))
    line = _relaxed(policy) if finding.code == "alignment_strict" else None
    return Result(Part.ALIGNMENT, domain, "", (), (finding,), line)


def _agrees(lookups: Lookups, one: str, domain: str, organisation: str, *, is_strict: bool) -> bool:
    return one == domain or (not is_strict and _organisation(lookups, one) == organisation)


def _organisation(lookups: Lookups, domain: str) -> str:
    return dmarc.organisation(domain, dmarc.walk(lookups, domain))


def _relaxed(policy: Policy) -> str:
    own = {name: value for name, value in policy.tags.items() if name not in {"adkim", "aspf", *dmarc.REMOVED}}
    return text_line(f"_dmarc.{policy.domain}", tag_list(own))
