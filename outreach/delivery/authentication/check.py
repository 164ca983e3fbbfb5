"""The whole check of one identity, part by part; a part that nobody answered for is unknown and stops no other."""

from dataclasses import replace

from outreach.delivery.authentication import alignment, dkim, dmarc, mx, spf
from outreach.delivery.authentication.lookups import Lookups
from outreach.delivery.authentication.needs import Needs
from outreach.delivery.authentication.results import Result
from outreach.foundation import clock


def run(lookups: Lookups, needs: Needs) -> list[Result]:
    """Ask for everything: milliseconds where servers answer, at most the budget of `lookups` where they do not."""
    agreement = alignment.check(lookups, needs.domain, dkim=needs.dkim, envelope=needs.envelope)
    found = [
        spf.check(lookups, needs.envelope, provider=needs.provider),
        *dkim.check(lookups, needs.dkim, needs.selectors),
        dmarc.check(lookups, needs.domain),
        *([agreement] if agreement else []),
        mx.check(lookups, needs.domain),
    ]
    return [replace(one, at=clock.now().isoformat(timespec="seconds")) for one in found]
