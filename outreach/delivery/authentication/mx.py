"""MX: does whatever is answered to a letter arrive anywhere? (RFC 5321 §5.1, RFC 7505)"""

from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.records import TO_FILL_IN
from outreach.delivery.authentication.results import Finding, Part, Result, failed, passed, unanswered, warned

NULL = "."


def check(lookups: Lookups, domain: str) -> Result:
    """Look at the mail servers of the From domain; mailboxes distrust a sender that cannot be answered."""
    records: tuple[str, ...] = ()
    try:
        servers = lookups.mail_servers(domain)
        records = tuple(f"{preference} {host}" for preference, host in servers)
        finding = _judged(lookups, domain, [host for _preference, host in servers])
    except Unanswered as silent:
        finding = unanswered(silent.name)
    server = {"mx_missing": TO_FILL_IN, "mx_null": TO_FILL_IN, "mx_implicit": f"{domain}."}.get(finding.code)
    return Result(Part.MX, domain, "MX", records, (finding,), f"{domain}. IN MX 10 {server}" if server else None)


def _judged(lookups: Lookups, domain: str, servers: list[str]) -> Finding:
    if servers == [NULL]:
        return failed("mx_null", domain=domain)
    if not servers:
        found = warned if lookups.has_address(domain) else failed
        return found("mx_implicit" if found is warned else "mx_missing", domain=domain)
    astray = [one for one in servers if one == NULL or not lookups.has_address(one)]
    if len(astray) == len(servers):
        return failed("mx_astray", servers=", ".join(astray))
    return warned("mx_some_astray", servers=", ".join(astray)) if astray else passed("mx_ok")
