"""What Amazon SES says to a call, and to each entry of a bulk call."""

import re
from collections.abc import Sequence
from typing import Any, Final

import httpx

from outreach.delivery.interface import Outcome, OutcomeKind
from outreach.delivery.providers import outcomes, reading

SHORTLY: Final = 5.0  # seconds until the sending rate has room again
QUOTA: Final = 3600.0  # seconds: a daily quota slides, so that there is room again before the day is over

_ACCEPTED, _REJECTED = OutcomeKind.ACCEPTED, OutcomeKind.REJECTED
_TRANSIENT, _CONFIG = OutcomeKind.TRANSIENT, OutcomeKind.CONFIG

# Entries of SendBulkEmail: what it means, and the seconds to wait.
_ENTRIES: Final[dict[str, tuple[OutcomeKind, float | None]]] = {
    "SUCCESS": (_ACCEPTED, None),
    "MESSAGE_REJECTED": (_REJECTED, None),
    "INVALID_PARAMETER": (_REJECTED, None),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": (_CONFIG, None),
    "CONFIGURATION_SET_NOT_FOUND": (_CONFIG, None),
    "TEMPLATE_NOT_FOUND": (_CONFIG, None),
    "ACCOUNT_SUSPENDED": (_CONFIG, None),
    "INVALID_SENDING_POOL_NAME": (_CONFIG, None),
    "ACCOUNT_SENDING_PAUSED": (_CONFIG, None),
    "CONFIGURATION_SET_SENDING_PAUSED": (_CONFIG, None),
    "ACCOUNT_THROTTLED": (_TRANSIENT, SHORTLY),
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": (_TRANSIENT, QUOTA),
    "TRANSIENT_FAILURE": (_TRANSIENT, None),
    "FAILED": (_TRANSIENT, None),  # unless it names the recipient
}

# Errors of a whole call, by the name of the exception.
_ERRORS: Final[dict[str, tuple[OutcomeKind, float | None]]] = {
    "TooManyRequestsException": (_TRANSIENT, SHORTLY),
    "ThrottlingException": (_TRANSIENT, SHORTLY),
    "Throttling": (_TRANSIENT, SHORTLY),
    "LimitExceededException": (_TRANSIENT, QUOTA),
    "MessageRejected": (_REJECTED, None),
    "BadRequestException": (_REJECTED, None),
    "AccountSuspendedException": (_CONFIG, None),
    "SendingPausedException": (_CONFIG, None),
    "MailFromDomainNotVerifiedException": (_CONFIG, None),
    "NotFoundException": (_CONFIG, None),
}

_DAILY: Final = re.compile(r"\b(?:daily|24.hour)\b", re.IGNORECASE)
_OURS: Final = re.compile(
    r"not verified|from.?(?:email)?.?address|configuration.?set|template.?name|feedback", re.IGNORECASE
)
_THEIRS: Final = re.compile(r"\b(?:recipient|destination|address|domain|local part|render)", re.IGNORECASE)


def of_bulk(answer: httpx.Response, number: int) -> list[Outcome]:
    """Return an outcome per entry, in order; what it does not name may have been sent."""
    results = reading.at(reading.document(answer.content), "BulkEmailEntryResults")
    named = results[:number] if isinstance(results, list) else []
    missing = Outcome(OutcomeKind.AMBIGUOUS, reason="The answer of Amazon SES does not name this recipient")
    return [_of_entry(one) for one in named] + [missing] * (number - len(named))


def of_single(answer: httpx.Response) -> Outcome:
    """Judge the answer to one letter."""
    if not answer.is_success:
        return of_error(answer)
    message_id = reading.text(reading.at(reading.document(answer.content), "MessageId"))
    return Outcome(OutcomeKind.ACCEPTED, message_id=message_id) if message_id else outcomes.nameless(answer)


def of_error(answer: httpx.Response) -> Outcome:
    """Judge a call that was refused. `rejected` means that the recipient or the letter is at fault."""
    error = reading.document(answer.content)
    said = reading.text(reading.at(error, "message")) or reading.text(reading.at(error, "Message")) or ""
    name = _name(answer, error)
    kind, wait = _ERRORS.get(name, (None, None))
    if kind is None and answer.status_code == httpx.codes.BAD_REQUEST:
        kind = OutcomeKind.REJECTED  # without a name it is a request that is not as it should be
    if kind is None:
        found = outcomes.of_status(answer)
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or found.retry_after is not None:
            return found
        kind, wait = OutcomeKind.TRANSIENT, SHORTLY
    if kind is OutcomeKind.REJECTED and _OURS.search(said):
        kind = OutcomeKind.CONFIG
    if kind is OutcomeKind.TRANSIENT and _DAILY.search(said):
        wait = QUOTA
    return Outcome(
        kind, reason=f"{name or f'HTTP {answer.status_code}'}: {said or answer.text[:200]}", retry_after=wait
    )


def judged(results: Sequence[Outcome]) -> list[Outcome]:
    """Blame the letter when everybody was refused, and not for an address: that stops the mailing, and loses nobody."""
    reasons = [one.reason or "" for one in results if one.kind is OutcomeKind.REJECTED]
    if len(reasons) < len(results) or any(_THEIRS.search(reason) for reason in reasons):
        return list(results)
    return [Outcome(OutcomeKind.CONFIG, reason=f"Amazon SES refuses this letter: {reason}") for reason in reasons]


def _of_entry(result: Any) -> Outcome:
    status = str(reading.at(result, "Status"))
    said = reading.text(reading.at(result, "Error")) or ""
    message_id = reading.text(reading.at(result, "MessageId"))
    if status not in _ENTRIES or (status == "SUCCESS" and not message_id):
        return Outcome(OutcomeKind.AMBIGUOUS, reason=f"Amazon SES answers {status[:50]} {said[:200]}".strip())
    kind, wait = _ENTRIES[status]
    if kind is OutcomeKind.ACCEPTED:
        return Outcome(kind, message_id=message_id)
    if status == "FAILED" and _THEIRS.search(said):
        kind = OutcomeKind.REJECTED
    if kind is OutcomeKind.REJECTED and _OURS.search(said):
        kind = OutcomeKind.CONFIG
    return Outcome(kind, reason=f"{status}: {said}"[:300], retry_after=wait)


def _name(answer: httpx.Response, error: Any) -> str:
    """Return the exception's name; it comes in a header or in the body, with more or less around it."""
    given = answer.headers.get("x-amzn-errortype") or next(
        (str(value) for key in ("__type", "code", "type") if (value := reading.at(error, key))), ""
    )
    return given.split(":")[0].rpartition("#")[2]
