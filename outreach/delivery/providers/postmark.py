"""Postmark: up to 500 whole letters in a call, an answer for each; no idempotency key, no signature on webhooks."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import httpx

from outreach.delivery import fitting, mime
from outreach.delivery.interface import (
    BounceClass,
    Capabilities,
    Health,
    Letter,
    Outcome,
    OutcomeKind,
    Provider,
    Recipient,
    Report,
    ReportKind,
    Tracking,
)
from outreach.delivery.providers import batches, bounces, outcomes, reading, signatures
from outreach.delivery.providers.batches import Part
from outreach.delivery.providers.calling import Peer

# https://postmarkapp.com/developer/api/overview: what is wrong with our account, sender or server, not with one letter
OUR_FAULT: Final = frozenset({10, 400, 401, 402, 403, 405, 409, 410, 411, 412, 413, 1221, 1226, 1235, 1236})
LATER: Final = frozenset({100, 429})
INVALID: Final = 300  # something in one letter; the words say what
ABOUT_ONE: Final = frozenset({INVALID, 406})  # 406: Postmark keeps the address on a list of its own
OURS_IN_IT: Final = ("'From'", "'ReplyTo'", "'Headers'", "'Metadata'")


class Postmark(Provider):
    """`STREAM` is the message stream of newsletters and releases; what people ask for goes out by `outbound`."""

    name = "postmark"
    capabilities = Capabilities(
        max_items=500, searchable=False, utf8_headers=False, metadata=".{1,80}", tracking=Tracking.PER_MESSAGE
    )

    def __init__(self, own: Mapping[str, str]) -> None:
        token = {"x-postmark-server-token": own.get("SERVER_TOKEN", ""), "accept": "application/json"}
        self.peer = Peer.of(self.name, own, base="https://api.postmarkapp.com", headers=token)
        self.stream = own.get("STREAM", "broadcast")
        self.webhook_key = own.get("WEBHOOK_KEY", "")

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand over one batch, in more than one call where it is too large for one."""
        try:
            template = mime.Template.of(letter)
        except ValueError as broken:
            return batches.unsendable(broken, recipients)
        return await batches.send(
            self.capabilities, recipients, key=key, write=partial(self._write, template), call=self._call
        )

    async def health(self) -> Health:
        """Ask for the server's settings, which may follow readers or add an unsubscribe link against our will."""
        server = await self.peer.call("GET", "/server")
        if isinstance(server, Outcome) or not server.is_success:
            return self.peer.health_of(server)
        settings = reading.document(server.content)
        if reading.at(settings, "TrackOpens") or (reading.at(settings, "TrackLinks") or "None") != "None":
            return Health(is_well=False, said="Switch off open and link tracking of this server in Postmark")
        stream = await self.peer.call("GET", f"/message-streams/{self.stream}")
        if isinstance(stream, Outcome) or not stream.is_success:
            return Health(
                is_well=False, said=f"Postmark has no message stream {self.stream!r}; see OUTREACH_POSTMARK_STREAM"
            )
        handling = reading.at(
            reading.document(stream.content), "SubscriptionManagementConfiguration", "UnsubscribeHandlingType"
        )
        if handling == "Postmark":
            return Health(
                is_well=False, said=f"Ask Postmark to let the stream {self.stream!r} manage unsubscribes on its own"
            )
        return self.peer.health_of(server)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002 - unsigned
        """Check the password that stands in the webhook's address; Postmark signs nothing."""
        return signatures.basic(self.webhook_key, headers)

    def parse(self, body: bytes) -> list[Report]:
        """Read the event of one call."""
        event = reading.document(body)
        return [_report(event)] if isinstance(event, dict) else []

    def _write(self, template: mime.Template, recipient: Recipient) -> bytes:
        letter, filled = template.letter, template.fill(recipient)
        headers = fitting.headers(filled.headers, self.capabilities)
        keep = {"X-PM-KeepID": "true"} if "Message-ID" in headers else {}
        content = {
            "From": str(mime.mailbox(letter.from_name, letter.from_address)),
            "To": str(mime.mailbox(recipient.name, recipient.address)),
            "Subject": filled.subject,
            "HtmlBody": filled.html,
            "TextBody": filled.text,
            "Headers": [{"Name": name, "Value": value} for name, value in {**headers, **keep}.items()],
            "Metadata": {"delivery": str(recipient.delivery_id)},
            "MessageStream": "outbound" if letter.stream == "system" else self.stream,
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if letter.reply_to:
            content["ReplyTo"] = letter.reply_to
        return json.dumps(content, ensure_ascii=False).encode()

    async def _call(self, parts: Sequence[Part], key: str) -> list[Outcome] | batches.Refused:  # noqa: ARG002 - no keys
        body = b"[" + b",".join(one.content for one in parts) + b"]"
        answer = await self.peer.call(
            "POST", "/email/batch", content=body, headers={"content-type": "application/json"}
        )
        if isinstance(answer, Outcome):
            return [answer] * len(parts)
        if answer.status_code == 413:
            return batches.Refused(batches.TOO_LARGE)
        if answer.status_code == 422:
            return _whole(answer, len(parts))
        if answer.status_code != 200:
            return [outcomes.of_status(answer)] * len(parts)
        return _outcomes(answer, len(parts))


def _outcomes(answer: httpx.Response, count: int) -> list[Outcome]:
    """Read the answer to a batch, which is 200 whatever became of its letters; they stand in our order."""
    items = reading.document(answer.content)
    if not isinstance(items, list) or len(items) != count:
        return [outcomes.nameless(answer)] * count
    return [_of_item(one) for one in items]


def _whole(answer: httpx.Response, count: int) -> list[Outcome] | batches.Refused:
    """Read the refusal of a whole batch: for one letter in it, which the words do not name, or for all."""
    said = reading.document(answer.content)
    if not any(reading.at(said, "ErrorCode") == one for one in ABOUT_ONE):
        return [outcomes.of_status(answer)] * count
    refusal = _of_item(said)
    return batches.Refused(refusal) if refusal.kind is OutcomeKind.REJECTED else [refusal] * count


def _of_item(item: Any) -> Outcome:
    code, said = reading.at(item, "ErrorCode"), reading.text(reading.at(item, "Message")) or ""
    reason = f"Postmark {code}: {said[:300]}"
    if code == 0 and reading.at(item, "MessageID"):
        return Outcome(OutcomeKind.ACCEPTED, message_id=str(item["MessageID"]))
    if not isinstance(code, int) or code == 0:
        return Outcome(OutcomeKind.AMBIGUOUS, reason="The provider's answer does not name this recipient")
    if code in LATER:
        return Outcome(OutcomeKind.TRANSIENT, reason=reason)
    if code in OUR_FAULT or (code == INVALID and any(one in said for one in OURS_IN_IT)):
        return Outcome(OutcomeKind.CONFIG, reason=reason)
    return Outcome(OutcomeKind.REJECTED, reason=reason)


_BOUNCED, _FAILED, _IGNORED = ReportKind.BOUNCED, ReportKind.FAILED, ReportKind.IGNORED
# https://postmarkapp.com/developer/api/bounce-api#bounce-types; hard and soft ones are looked at more closely
_BOUNCES: Final[dict[str, tuple[ReportKind, BounceClass | None]]] = {
    "HardBounce": (_BOUNCED, BounceClass.HARD),
    "BadEmailAddress": (_BOUNCED, BounceClass.HARD),
    "SoftBounce": (_BOUNCED, BounceClass.SOFT),
    "Transient": (_BOUNCED, BounceClass.SOFT),
    "DnsError": (_BOUNCED, BounceClass.SOFT),
    "ChallengeVerification": (_BOUNCED, BounceClass.UNDETERMINED),
    "Unknown": (_BOUNCED, BounceClass.UNDETERMINED),
    "SpamNotification": (_BOUNCED, BounceClass.BLOCK),
    "VirusNotification": (_BOUNCED, BounceClass.BLOCK),
    "Blocked": (_BOUNCED, BounceClass.BLOCK),
    "DMARCPolicy": (_BOUNCED, BounceClass.BLOCK),
    "ManuallyDeactivated": (ReportKind.REJECTED, BounceClass.SUPPRESSED),
    "SpamComplaint": (ReportKind.COMPLAINED, None),
    "Unsubscribe": (ReportKind.UNSUBSCRIBED, None),
    "Subscribe": (ReportKind.RESUBSCRIBED, None),
    "AutoResponder": (_IGNORED, None),
    "AddressChange": (_IGNORED, None),
    "OpenRelayTest": (_IGNORED, None),
    "InboundError": (_IGNORED, None),
    "SMTPApiError": (_FAILED, None),
    "TemplateRenderingFailed": (_FAILED, None),
    "Unconfirmed": (_FAILED, None),
}
_RECORDS: Final = {
    "Delivery": ReportKind.DELIVERED,
    "SpamComplaint": ReportKind.COMPLAINED,
    "Open": ReportKind.OPENED,
    "Click": ReportKind.CLICKED,
}
_ENDING: Final = {ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED}
_TIMES: Final = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")


def _report(event: dict[str, Any]) -> Report:
    record = str(event.get("RecordType"))
    address = reading.mailbox(event.get("Recipient") or event.get("Email"))
    said = reading.diagnostic(event.get("Details"), event.get("Description"))
    kind, bounce_class = _meaning(record, event, address)
    return Report(
        event_id=reading.event_id(f"{record}:{event['ID']}" if event.get("ID") else None, event),
        kind=kind,
        occurred_at=reading.moment(next((event[one] for one in _TIMES if event.get(one)), None)),
        delivery_id=reading.uuid(reading.at(event, "Metadata", "delivery")),
        message_id=reading.text(event.get("MessageID")),
        address=address,
        bounce_class=bounce_class,
        suppress=kind in _ENDING or bounce_class in {BounceClass.HARD, BounceClass.SUPPRESSED},
        url=reading.text(event.get("OriginalLink")),
        diagnostic=said,
        raw=event,
    )


def _meaning(record: str, event: dict[str, Any], address: str | None) -> tuple[ReportKind, BounceClass | None]:
    if record == "SubscriptionChange":
        return _change(event), None
    if record != "Bounce":
        return _RECORDS.get(record, ReportKind.UNKNOWN), None
    kind, bounce_class = _BOUNCES.get(str(event.get("Type")), (_BOUNCED, BounceClass.UNDETERMINED))
    if bounce_class is BounceClass.HARD:
        bounce_class = bounces.of_final(reading.diagnostic(event.get("Details")), address)
    return kind, bounce_class


def _change(event: dict[str, Any]) -> ReportKind:
    """Read a change of its own list. Only what the recipient did is a wish; a bounce is told by itself."""
    if not event.get("SuppressSending"):
        return ReportKind.RESUBSCRIBED
    is_wish = event.get("SuppressionReason") == "ManualSuppression" and event.get("Origin") == "Recipient"
    return ReportKind.UNSUBSCRIBED if is_wish else ReportKind.IGNORED
