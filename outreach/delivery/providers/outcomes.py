"""What an HTTP answer, or its absence, says about a batch. One table for all providers.

The line is drawn at the request body: a fault before it left is `transient`, a fault after it may have been read is
`ambiguous`. What is wrong with our account, our settings or the letter itself is `config`: it would befall everybody,
so the mailing stops and nobody is lost. A provider that refuses a recipient by a status of its own says so with
`refusals`.
"""

from collections.abc import Container
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.foundation import clock

NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
OURS: Final = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
LONGEST_WAIT: Final = 3600.0


def of_fault(fault: httpx.HTTPError | httpx.InvalidURL) -> Outcome:
    """Judge a request that got no answer."""
    name = type(fault).__name__
    if isinstance(fault, (*OURS, httpx.InvalidURL)):
        return Outcome(OutcomeKind.CONFIG, reason=f"The provider's address or key cannot be used ({name}: {fault})")
    kind = OutcomeKind.TRANSIENT if isinstance(fault, NOT_SENT) else OutcomeKind.AMBIGUOUS
    return Outcome(kind, reason=f"{name}: the provider did not answer")


def of_status(answer: httpx.Response, *, refusals: Container[int] = ()) -> Outcome:
    """Judge an answer that is not a success; `refusals` are the statuses that mean this recipient only."""
    reason = f"HTTP {answer.status_code}: {answer.text[:200]}"
    match answer.status_code:
        case status if status in refusals:
            return Outcome(OutcomeKind.REJECTED, reason=reason)
        case 408 | 425 | 429 | 503:
            return Outcome(OutcomeKind.TRANSIENT, reason=reason, retry_after=retry_after(answer))
        case 401 | 403:
            return Outcome(OutcomeKind.CONFIG, reason=f"The provider refuses our key ({reason})")
        case status if 300 <= status < 500:
            return Outcome(OutcomeKind.CONFIG, reason=f"The provider does not take this letter from us ({reason})")
        case _:
            return Outcome(OutcomeKind.AMBIGUOUS, reason=reason)


def nameless(answer: httpx.Response) -> Outcome:
    """Judge a success that does not say what became of whom: cut short, or not the provider's at all."""
    return Outcome(OutcomeKind.AMBIGUOUS, reason=f"The provider's answer makes no sense: {answer.text[:200]}")


def retry_after(answer: httpx.Response) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110 §10.2.3), else RateLimit-Reset; at most an hour."""
    value = (answer.headers.get("retry-after") or answer.headers.get("ratelimit-reset") or "").strip()
    if not value:
        return None
    try:
        seconds = float(value) if value.isdecimal() else (parsedate_to_datetime(value) - clock.now()).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
