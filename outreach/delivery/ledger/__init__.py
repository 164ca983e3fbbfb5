"""The state machine of deliveries, all of it: every change of state is an update that checks the old one.

    planned → claimed → accepted → delivered | bounced_soft | bounced_hard | complained
    claimed → planned (certainly not sent) | rejected | ambiguous (may have been sent) | expired (tried for too long)
    planned → suppressed | cancelled
    ambiguous → accepted (the provider has it) | planned (it has not, or a person decided) | abandoned

A batch is the unit of claiming and holds a lease by the database clock; a delivery is the unit of truth, and what a
batch is follows from its deliveries. What providers report later is in `events`.

Locks are taken in one order, so that no two transactions wait for each other: mailing, batch, deliveries, and
what paces them (`pacing.holds`) last.
"""

from outreach.delivery.interface import KEY_KNOWN
from outreach.delivery.ledger.claiming import LEASE, SEND, Claim, Gate, claim, give_back, is_due, start_request
from outreach.delivery.ledger.clearing import found, missing, repeat, resolve, unclear
from outreach.delivery.ledger.forgetting import addresses_of, forget, pare, reopen
from outreach.delivery.ledger.reassigning import reassign
from outreach.delivery.ledger.restoring import doubt
from outreach.delivery.ledger.settling import MOST_ATTEMPTS, settle
from outreach.delivery.ledger.steering import cancel, halt, pause, resume
from outreach.delivery.ledger.sweeping import sweep
from outreach.delivery.ledger.withdrawing import withdraw_planned, withdraw_planned_of

__all__ = [
    "KEY_KNOWN",
    "LEASE",
    "MOST_ATTEMPTS",
    "SEND",
    "Claim",
    "Gate",
    "addresses_of",
    "cancel",
    "claim",
    "doubt",
    "forget",
    "found",
    "give_back",
    "halt",
    "is_due",
    "missing",
    "pare",
    "pause",
    "reassign",
    "reopen",
    "repeat",
    "resolve",
    "resume",
    "settle",
    "start_request",
    "sweep",
    "unclear",
    "withdraw_planned",
    "withdraw_planned_of",
]
