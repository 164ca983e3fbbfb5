"""Finding again what was lost on the way: batches of workers that vanished, deliveries that nobody answered for.

Like sending, these verbs open their own transactions: no one is open during a network call.
"""

from typing import Final

from outreach.delivery import ledger
from outreach.delivery.providers import PROVIDERS, load
from outreach.foundation import http, jobs
from outreach.foundation.database import transaction

RECONCILE_AFTER: Final = 20.0  # seconds that an unclear answer waits for a report first


def sweep() -> int:
    """Mend batches whose worker vanished, and ring for what is due; returns how many were mended."""
    idempotent = [name for name, provider in PROVIDERS.items() if provider.capabilities.idempotent]
    with transaction() as session:
        mended = ledger.sweep(session, idempotent=idempotent)
        if ledger.is_due(session):
            jobs.nudge(session, ledger.SEND)
    return mended


def reconcile(*, after: float = RECONCILE_AFTER) -> int:
    """Ask the providers that can be asked about deliveries that are unclear for some seconds; returns how many are now.

    Those that a provider has are accepted. Those that it has not are planned again where it takes a key only once; so
    are those of a provider that takes a key once and cannot be asked: it will answer as it did the first time.
    """
    return sum(_reconcile(name, after) for name in PROVIDERS)


def _reconcile(name: str, after: float) -> int:
    can = PROVIDERS[name].capabilities
    if can.searchable:
        return _ask(name, after)
    if can.idempotent:
        with transaction() as session:
            return ledger.repeat(session, name, older_than=after)
    return 0


def _ask(name: str, after: float) -> int:
    with transaction() as session:
        unclear = ledger.unclear(session, name, older_than=after)
    messages = http.run(load(name).lookup(unclear)) if unclear else None
    if messages is None:
        return 0
    with transaction() as session:
        cleared = ledger.found(session, messages)
        if PROVIDERS[name].capabilities.idempotent:
            cleared += ledger.missing(session, [one for one in unclear if one not in messages])
    return cleared
