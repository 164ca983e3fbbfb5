"""Do the domains of a file take mail at all? Asked of the DNS beside everything else, shown, and never in the way.

Like sending, `look` opens its own transactions: none is open during a question. What one file was told holds for all
for a week; where nobody answered, it is asked again after an hour.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from outreach.delivery.authentication.lookups import Lookups, Unanswered
from outreach.delivery.authentication.needs import is_reserved
from outreach.foundation.database import transaction
from outreach.foundation.jobs import Job
from outreach.foundation.settings import settings
from outreach.intake.models import Import, ImportState

LOOK: Final = Job("intake.domains")
AT_ONCE: Final = 500  # domains of one turn, those with most people first
ASKERS: Final = 16
PATIENCE: Final = 3.0  # seconds for one question
NULL: Final = "."  # RFC 7505: no mail, on purpose
_STATES: Final = frozenset({ImportState.CHECKED, ImportState.APPLYING, ImportState.APPLIED})


def look(import_id: UUID) -> bool:
    """Ask about the next domains of an import and write down what was found; True while there are more."""
    with transaction() as session:
        taken = session.get(Import, import_id)
        if taken is None or taken.state not in _STATES:
            return False
        waiting = session.scalars(_WAITING, {"import": import_id, "most": AT_ONCE}).all()
    found = _ask([one for one in waiting if not is_reserved(one)])
    found.update(dict.fromkeys((one for one in waiting if is_reserved(one)), True))  # nobody's, so nobody is asked
    with transaction() as session:
        _keep(session, import_id, found)
    return len(waiting) == AT_ONCE


def takes_mail(lookups: Lookups, domain: str) -> bool | None:
    """Tell whether a domain takes mail (RFC 5321 §5.1), None where nobody answered."""
    try:
        servers = [host for _preference, host in lookups.mail_servers(domain)]
        return servers != [NULL] if servers else lookups.has_address(domain)
    except Unanswered:
        return None


def _ask(domains: Sequence[str]) -> dict[str, bool | None]:
    servers = settings().dns_servers

    def ask(domain: str) -> bool | None:
        return takes_mail(Lookups(servers, patience=PATIENCE), domain)

    with ThreadPoolExecutor(ASKERS) as askers:
        return dict(zip(domains, askers.map(ask, domains), strict=True))


def _keep(session: Session, import_id: UUID, found: dict[str, bool | None]) -> None:
    # In one order, so that two imports that ask about the same domains wait for each other.
    names = sorted(found)
    session.execute(_WRITE, {"domains": names, "takes": [found[one] for one in names]})
    session.execute(_SUM_UP, {"import": import_id})


_DOMAINS: Final = """
    SELECT split_part(address, '@', 2) AS domain, count(*) AS people
    FROM contact_import_row WHERE import_id = :import AND verdict IN ('new', 'changed', 'same') GROUP BY 1
"""

_WAITING: Final = sa.text(
    f"""
    SELECT domain FROM ({_DOMAINS}) AS here LEFT JOIN mail_domain AS known USING (domain)
    WHERE known.asked_at IS NULL OR known.asked_at < now() - interval '7 days'
        OR known.takes_mail IS NULL AND known.asked_at < now() - interval '1 hour'
    ORDER BY people DESC, domain LIMIT :most
    """  # noqa: S608 - the query above
)

_WRITE: Final = sa.text(
    """
    INSERT INTO mail_domain (domain, takes_mail, asked_at)
    SELECT domain, takes, now() FROM unnest(CAST(:domains AS text[]), CAST(:takes AS boolean[])) AS told (domain, takes)
    ON CONFLICT (domain) DO UPDATE SET takes_mail = excluded.takes_mail, asked_at = excluded.asked_at
    """
)

_SUM_UP: Final = sa.text(
    f"""
    UPDATE contact_import SET domains = (
        SELECT jsonb_build_object(
            'all', count(*),
            'asked', count(known.takes_mail),
            'silent', count(*) FILTER (WHERE known.asked_at IS NOT NULL AND known.takes_mail IS NULL),
            'people', coalesce(sum(people) FILTER (WHERE NOT known.takes_mail), 0),
            'without', coalesce((jsonb_agg(jsonb_build_array(domain, people) ORDER BY people DESC, domain)
                FILTER (WHERE NOT known.takes_mail)), '[]')
        )
        FROM ({_DOMAINS}) AS here LEFT JOIN mail_domain AS known USING (domain)
    )
    WHERE id = :import
    """  # noqa: S608 - as above
)
