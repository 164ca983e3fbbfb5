"""What Amazon SES reports, as it is published to SNS (`eventType`, in older set-ups `notificationType`)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from outreach.delivery.interface import BounceClass, Report, ReportKind
from outreach.delivery.providers import bounces, reading
from outreach.delivery.providers.ses_bulk import TAG

_CLASSES: Final = {
    "Permanent": BounceClass.HARD,
    "Transient": BounceClass.SOFT,
    "Undetermined": BounceClass.UNDETERMINED,
}
# Not about the address, whatever the type.
_BLOCKED: Final = frozenset({"ContentRejected", "AttachmentRejected", "MessageTooLarge"})
# SES did not try: it keeps the address on a list of its own.
_LISTED: Final = frozenset({"Suppressed", "OnAccountSuppressionList", "UnsubscribedRecipient"})

_Fields = dict[str, Any]


def read(call: Any) -> list[Report]:
    """Return the reports of one SNS call, one per recipient; none for what SNS says about itself."""
    if reading.at(call, "Type") != "Notification":
        return []
    message = reading.at(call, "Message")
    event = reading.document(message.encode(errors="surrogatepass")) if isinstance(message, str) else None
    if not isinstance(event, Mapping):  # such as the notice that a topic works
        return [_report(call, {}, {"kind": ReportKind.UNKNOWN}, raw=call)]
    kind = str(event.get("eventType") or event.get("notificationType"))
    found = _READERS.get(kind, _of_unknown)(event) or _of_unknown(event)
    return [_report(call, event, one, raw=event) for one in found]


def _report(call: Any, event: Mapping[str, Any], fields: _Fields, *, raw: Any) -> Report:
    own = reading.text(reading.at(call, "MessageId"))
    address = fields.get("address")
    return Report(
        event_id=reading.event_id(f"{own}:{address}" if own and address else own, [raw, address]),
        delivery_id=reading.uuid(reading.at(event, "mail", "tags", TAG, 0)),
        message_id=reading.text(reading.at(event, "mail", "messageId")),
        raw=raw,
        **{"occurred_at": reading.moment(reading.at(event, "mail", "timestamp")), "suppress": False, **fields},
    )


def _of_bounce(event: Mapping[str, Any]) -> list[_Fields]:
    bounce = event.get("bounce")
    said = _CLASSES.get(str(reading.at(bounce, "bounceType")), BounceClass.UNDETERMINED)
    detail = str(reading.at(bounce, "bounceSubType"))
    fields = []
    for one in _list(bounce, "bouncedRecipients"):
        address = reading.mailbox(reading.at(one, "emailAddress"))
        diagnostic = reading.diagnostic(reading.at(one, "diagnosticCode"), reading.at(one, "status"), detail)
        kind, bounce_class = ReportKind.BOUNCED, said
        if detail in _LISTED:
            kind, bounce_class = ReportKind.REJECTED, BounceClass.SUPPRESSED
        elif detail in _BLOCKED:
            bounce_class = BounceClass.BLOCK
        elif said is BounceClass.HARD:
            bounce_class = bounces.of_final(diagnostic, address)
        fields.append(
            {
                "kind": kind,
                "address": address,
                "occurred_at": reading.moment(reading.at(bounce, "timestamp")),
                "bounce_class": bounce_class,
                "suppress": bounce_class in {BounceClass.HARD, BounceClass.SUPPRESSED},
                "diagnostic": diagnostic,
            }
        )
    return fields


def _of_complaint(event: Mapping[str, Any]) -> list[_Fields]:
    complaint = event.get("complaint")
    is_listed = reading.at(complaint, "complaintSubType") == "OnAccountSuppressionList"
    is_praise = reading.at(complaint, "complaintFeedbackType") == "not-spam"
    kind = ReportKind.REJECTED if is_listed else ReportKind.IGNORED if is_praise else ReportKind.COMPLAINED
    return [
        {
            "kind": kind,
            "address": reading.mailbox(reading.at(one, "emailAddress")),
            "occurred_at": reading.moment(reading.at(complaint, "timestamp")),
            "bounce_class": BounceClass.SUPPRESSED if is_listed else None,
            "suppress": not is_praise,
            "diagnostic": reading.diagnostic(reading.at(complaint, "complaintFeedbackType")),
        }
        for one in _list(complaint, "complainedRecipients")
    ]


def _of_delivery(event: Mapping[str, Any]) -> list[_Fields]:
    delivery = event.get("delivery")
    return [
        {
            "kind": ReportKind.DELIVERED,
            "address": reading.mailbox(one),
            "occurred_at": reading.moment(reading.at(delivery, "timestamp")),
            "diagnostic": reading.diagnostic(reading.at(delivery, "smtpResponse")),
        }
        for one in _list(delivery, "recipients")
    ]


def _of_delay(event: Mapping[str, Any]) -> list[_Fields]:
    delay = event.get("deliveryDelay")
    return [
        {
            "kind": ReportKind.DEFERRED,
            "address": reading.mailbox(reading.at(one, "emailAddress")),
            "occurred_at": reading.moment(reading.at(delay, "timestamp")),
            "diagnostic": reading.diagnostic(reading.at(one, "diagnosticCode"), reading.at(delay, "delayType")),
        }
        for one in _list(delay, "delayedRecipients")
    ]


def _of_message(kind: ReportKind, part: str, *words: str) -> Callable[[Mapping[str, Any]], list[_Fields]]:
    """Read an event that is about the message as a whole, which has one recipient."""

    def read_message(event: Mapping[str, Any]) -> list[_Fields]:
        own = reading.at(event, part, "timestamp") or reading.at(event, "mail", "timestamp")
        return [
            {
                "kind": kind,
                "address": reading.mailbox(reading.at(event, "mail", "destination", 0)),
                "occurred_at": reading.moment(own),
                "url": reading.text(reading.at(event, part, "link")),
                "diagnostic": reading.diagnostic(*(reading.at(event, part, word) for word in words)),
            }
        ]

    return read_message


def _of_subscription(event: Mapping[str, Any]) -> list[_Fields]:
    wishes = reading.at(event, "subscription", "newTopicPreferences")
    topics = [reading.at(one, "subscriptionStatus") for one in _list(wishes, "topicSubscriptionStatus")]
    is_goodbye = reading.at(wishes, "unsubscribeAll") is True or "OptOut" in topics
    kind = ReportKind.UNSUBSCRIBED if is_goodbye else ReportKind.RESUBSCRIBED
    return [one | {"suppress": is_goodbye} for one in _of_message(kind, "subscription", "source")(event)]


def _of_unknown(_event: Mapping[str, Any]) -> list[_Fields]:
    return [{"kind": ReportKind.UNKNOWN}]


def _list(value: Any, name: str) -> list[Any]:
    found = reading.at(value, name)
    return found if isinstance(found, list) else []


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[_Fields]]]] = {
    "Send": _of_message(ReportKind.ACCEPTED, "send"),
    "Delivery": _of_delivery,
    "Bounce": _of_bounce,
    "Complaint": _of_complaint,
    "Reject": _of_message(ReportKind.REJECTED, "reject", "reason"),
    "Open": _of_message(ReportKind.OPENED, "open"),
    "Click": _of_message(ReportKind.CLICKED, "click"),
    "Rendering Failure": _of_message(ReportKind.FAILED, "failure", "errorMessage"),
    "DeliveryDelay": _of_delay,
    "Subscription": _of_subscription,
}
