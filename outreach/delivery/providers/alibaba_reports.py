"""What DirectMail reports: CloudEvents of the source `acs.dm`."""

from collections.abc import Mapping
from typing import Any, Final

from outreach.delivery.interface import BounceClass, Report, ReportKind
from outreach.delivery.providers import bounces, reading

DELIVERY: Final = "X-User-Notify-Delivery"  # comes back in events

_KINDS: Final = {
    "dm:Deliver:Succeed": ReportKind.DELIVERED,
    "dm:Deliver:Fail": ReportKind.BOUNCED,
    "dm:Feedback:FblReport": ReportKind.COMPLAINED,
    "dm:Feedback:UnSubscribe": ReportKind.UNSUBSCRIBED,
    "dm:Feedback:Subscribe": ReportKind.RESUBSCRIBED,
    "dm:Trace:Open": ReportKind.OPENED,
    "dm:Trace:Click": ReportKind.CLICKED,
    "dm:Validator:GrayListResult": ReportKind.IGNORED,
}
_HARD, _SOFT, _BLOCK, _LISTED = BounceClass.HARD, BounceClass.SOFT, BounceClass.BLOCK, BounceClass.SUPPRESSED
# `failed_type`, where it says more than the server's words.
_FAILURES: Final = {
    "SmtpNxBox": _HARD,
    "SysOutDnsResolveFail": _SOFT,  # the domain's servers may be back tomorrow
    "SmtpMfFreq": _SOFT,
    "SmtpMfdFreq": _SOFT,
    "SmtpIPFreq": _SOFT,
    "SmtpRcptFreq": _SOFT,
    "SmtpMfLimit": _SOFT,
    "SmtpContSpam": _BLOCK,
    "SmtpMiscSpam": _BLOCK,
    "SmtpMfBad": _BLOCK,
    "SmtpSpfFail": _BLOCK,
    "SmtpDmaFail": _BLOCK,
    "SmtpAuthFail": _BLOCK,
    "SmtpDbl": _BLOCK,
    # Not tried: on a list of the provider's.
    "SysOutInvRcpt": _LISTED,
    "SysIncomingInvRcpt": _LISTED,
    "SysOutRcptOnAccountLevelBounceList": _LISTED,
    "SysOutRecipientReportedSpam": _LISTED,
    "SysOutRecipientUnsubscribed": _LISTED,
    "SysOutHoneypot": _LISTED,
}
_ENDING: Final = frozenset({ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED})


def read(body: bytes) -> list[Report]:
    """Return the reports of one call."""
    found = reading.document(body)
    events = found if isinstance(found, list) else [found]
    return [_report(one) for one in events if isinstance(one, Mapping)]


def _report(event: Mapping[str, Any]) -> Report:
    data = reading.at(event, "data")
    kind = _KINDS.get(str(event.get("type")), ReportKind.UNKNOWN)
    address = reading.mailbox(reading.at(data, "rcpt") or reading.at(data, "block_email"))
    said = reading.diagnostic(
        reading.at(data, "err_msg"), reading.at(data, "err_code"), reading.at(data, "failed_type")
    )
    bounce_class = None
    if kind is ReportKind.BOUNCED:
        bounce_class = _failure(data, said, address)
        kind = ReportKind.REJECTED if bounce_class is BounceClass.SUPPRESSED else kind
    return Report(
        event_id=reading.event_id(event.get("id"), event),
        kind=kind,
        occurred_at=reading.moment(event.get("time")),
        delivery_id=_delivery(data),
        message_id=reading.text(reading.at(data, "env_id") or reading.at(data, "envid")),
        address=address,
        bounce_class=bounce_class,
        suppress=kind in _ENDING or bounce_class in {BounceClass.HARD, BounceClass.SUPPRESSED},
        url=reading.text(reading.at(data, "url")),
        diagnostic=said,
        raw=dict(event),
    )


def _failure(data: Any, said: str, address: str | None) -> BounceClass:
    """Judge a failure: by its type, by the server's words, and as hard only where both allow it."""
    named = _FAILURES.get(str(reading.at(data, "failed_type")))
    if named is not None and named is not BounceClass.HARD:
        return named
    is_invalid = named is BounceClass.HARD or str(reading.at(data, "status")) == "2"
    return bounces.of_final(said, address) if is_invalid else bounces.of_temporary(said, address)


def _delivery(data: Any) -> Any:
    """Find our id: in our own header, or in the Message-ID that holds it."""
    own = reading.uuid(reading.at(data, "header", DELIVERY))
    names = (
        reading.at(data, "header", "X-Notify-Message-ID"),
        reading.at(data, "message_id"),
        reading.at(data, "msg_id"),
    )
    locals_ = (str(name).strip("<> ").partition("@")[0] for name in names if name)
    return own or next((found for one in locals_ if (found := reading.uuid(one))), None)
