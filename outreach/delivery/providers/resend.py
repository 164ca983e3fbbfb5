"""Resend: up to 100 whole letters in a call, an idempotency key for each call, Standard Webhooks."""

import asyncio
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

TIMEOUT: Final = 10.0  # seconds; short, since asking again is safe
AGAIN: Final = (1.0, 3.0)  # seconds before a call of unknown end is made again with its key
QUOTA: Final = 3600.0  # seconds to wait when the day's quota is used up
# Headers that it sets by itself, whatever a call says.
ITS_OWN: Final = frozenset({"Message-ID"})


class Resend(Provider):
    """Only whole accounts and domains can be told not to follow readers: `health` looks whether they do."""

    name = "resend"
    capabilities = Capabilities(
        max_items=100,
        searchable=False,
        key_known=24,
        utf8_headers=False,
        metadata="[A-Za-z0-9_-]{1,256}",
        tracking=Tracking.ACCOUNT,
    )

    def __init__(self, own: Mapping[str, str], *, again: Sequence[float] = AGAIN) -> None:
        key = {"authorization": f"Bearer {own.get('API_KEY', '')}"}
        self.peer = Peer.of(self.name, own, base="https://api.resend.com", headers=key)
        self.again = again
        self.webhook_key = own.get("WEBHOOK_KEY", "")

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand over one batch; a call that may have been taken is made again with the same key and the same bytes."""
        try:
            template = mime.Template.of(letter)
        except ValueError as broken:
            return batches.unsendable(broken, recipients)
        return await batches.send(
            self.capabilities, recipients, key=key, write=partial(_write, template), call=self._call
        )

    async def health(self) -> Health:
        """Ask for the domains, whose settings may follow readers against our will."""
        answer = await self.peer.call("GET", "/domains")
        if isinstance(answer, httpx.Response) and _name(answer) == "restricted_api_key":
            return Health(is_well=True, said=f"{self.peer.base} answers; the key may only send")
        if isinstance(answer, Outcome) or not answer.is_success:
            return self.peer.health_of(answer)
        domains = reading.at(reading.document(answer.content), "data")
        for one in domains if isinstance(domains, list) else []:
            if reading.at(one, "open_tracking") or reading.at(one, "click_tracking"):
                said = f"Switch off open and click tracking of {reading.at(one, 'name')} in Resend"
                return Health(is_well=False, said=said)
        return self.peer.health_of(answer)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Check a signature as the Standard Webhooks specification describes it; headers have either name."""
        return any(signatures.standard(self.webhook_key, headers, body, now, prefix=one) for one in ("svix", "webhook"))

    def parse(self, body: bytes) -> list[Report]:
        """Read the event of one call."""
        event = reading.document(body)
        return [_report(event)] if isinstance(event, dict) else []

    async def _call(self, parts: Sequence[Part], key: str) -> list[Outcome] | batches.Refused:
        answer = await self._call_once(parts, key)
        for pause in self.again:
            if not _is_unclear(answer):
                break
            await asyncio.sleep(pause)
            answer = await self._call_once(parts, key)
        return answer

    async def _call_once(self, parts: Sequence[Part], key: str) -> list[Outcome] | batches.Refused:
        answer = await self.peer.call(
            "POST",
            "/emails/batch",
            timeout=TIMEOUT,
            content=b"[" + b",".join(one.content for one in parts) + b"]",
            headers={
                "content-type": "application/json",
                "idempotency-key": key,
                "x-batch-validation": "permissive",  # one bad letter does not hold up the others
            },
        )
        if isinstance(answer, Outcome):
            return [answer] * len(parts)
        if answer.is_success:
            return _outcomes(answer, len(parts))
        refusal = _refusal(answer)
        return refusal if isinstance(refusal, batches.Refused) else [refusal] * len(parts)


def _write(template: mime.Template, recipient: Recipient) -> bytes:
    letter, filled = template.letter, template.fill(recipient)
    headers = {name: value for name, value in filled.headers.items() if name not in ITS_OWN}
    content: dict[str, Any] = {
        "from": str(mime.mailbox(letter.from_name, letter.from_address)),
        "to": [str(mime.mailbox(recipient.name, recipient.address))],
        "subject": filled.subject,
        "html": filled.html,
        "text": filled.text,
        "headers": fitting.headers(headers, Resend.capabilities),
        "tags": [{"name": "delivery", "value": str(recipient.delivery_id)}],
    }
    if letter.reply_to:
        content["reply_to"] = letter.reply_to
    return json.dumps(content, ensure_ascii=False).encode()


def _is_unclear(answer: list[Outcome] | batches.Refused) -> bool:
    return isinstance(answer, list) and all(one.kind is OutcomeKind.AMBIGUOUS for one in answer)


def _outcomes(answer: httpx.Response, count: int) -> list[Outcome]:
    """Read a success: ids of those that were taken, in our order, and the positions of those that were not."""
    document = reading.document(answer.content)
    taken, errors = reading.at(document, "data"), reading.at(document, "errors")
    refused = {
        index: reading.text(reading.at(one, "message")) or "Refused"
        for one in (errors if isinstance(errors, list) else [])
        if isinstance(index := reading.at(one, "index"), int)
    }
    left = [position for position in range(count) if position not in refused]
    found = {position: Outcome(OutcomeKind.REJECTED, reason=said) for position, said in refused.items()}
    if isinstance(taken, list) and len(taken) == len(left) and all(reading.at(one, "id") for one in taken):
        ids = [str(one["id"]) for one in taken]
        found |= {
            position: Outcome(OutcomeKind.ACCEPTED, message_id=own) for position, own in zip(left, ids, strict=True)
        }
    return [found.get(position) or outcomes.nameless(answer) for position in range(count)]


def _name(answer: httpx.Response) -> str:
    return str(reading.at(reading.document(answer.content), "name"))


def _refusal(answer: httpx.Response) -> Outcome | batches.Refused:
    """Judge an answer that is no success by its name (https://resend.com/docs/api-reference/errors)."""
    usual, name = outcomes.of_status(answer), _name(answer)
    if answer.status_code == 413:
        return batches.Refused(batches.TOO_LARGE)
    match name:
        # With the key of a call that it knows: that call may have been taken, so nobody may say that it was not.
        case "invalid_idempotent_request" | "concurrent_idempotent_requests":
            return Outcome(OutcomeKind.AMBIGUOUS, reason=usual.reason)
        case "daily_quota_exceeded":
            return Outcome(OutcomeKind.TRANSIENT, reason=usual.reason, retry_after=usual.retry_after or QUOTA)
        case "monthly_quota_exceeded":
            return Outcome(OutcomeKind.CONFIG, reason=f"The month's quota is used up ({usual.reason})")
        case "validation_error" if answer.status_code in {400, 422} and "`to`" in answer.text:
            return batches.Refused(Outcome(OutcomeKind.REJECTED, reason=usual.reason))
    return usual


_KINDS: Final = {
    "email.sent": ReportKind.ACCEPTED,
    "email.delivered": ReportKind.DELIVERED,
    "email.delivery_delayed": ReportKind.DEFERRED,
    "email.bounced": ReportKind.BOUNCED,
    "email.complained": ReportKind.COMPLAINED,
    "email.opened": ReportKind.OPENED,
    "email.clicked": ReportKind.CLICKED,
    "email.failed": ReportKind.FAILED,
    "email.suppressed": ReportKind.REJECTED,
    "email.scheduled": ReportKind.IGNORED,
}
_ABOUT_THE_LETTER: Final = {"ContentRejected", "AttachmentRejected", "MessageTooLarge"}
_ENDING: Final = {BounceClass.HARD, BounceClass.SUPPRESSED}


def _report(event: dict[str, Any]) -> Report:
    kind = _KINDS.get(str(event.get("type")), ReportKind.UNKNOWN)
    address = reading.mailbox(reading.at(event, "data", "to", 0))
    reply = reading.at(event, "data", "bounce", "diagnosticCode")
    reply = reading.diagnostic(reply[0] if isinstance(reply, list) and reply else reply)
    said = reading.diagnostic(
        reply,
        reading.at(event, "data", "bounce", "message"),
        reading.at(event, "data", "suppressed", "message"),
        reading.at(event, "data", "failed", "reason"),
    )
    bounce_class = _bounce_class(kind, event, reply, address)
    if kind is ReportKind.BOUNCED and bounce_class is BounceClass.SUPPRESSED:
        kind = ReportKind.REJECTED
    return Report(
        event_id=reading.event_id(None, event),
        kind=kind,
        occurred_at=reading.moment(event.get("created_at")),
        delivery_id=reading.uuid(reading.at(event, "data", "tags", "delivery")),
        message_id=reading.text(reading.at(event, "data", "email_id")),
        address=address,
        bounce_class=bounce_class,
        suppress=kind is ReportKind.COMPLAINED or bounce_class in _ENDING,
        url=reading.text(reading.at(event, "data", "click", "link")),
        diagnostic=said,
        raw=event,
    )


def _bounce_class(kind: ReportKind, event: dict[str, Any], reply: str, address: str | None) -> BounceClass | None:
    """Judge by type and the server's reply; what Resend writes about them is prose that names every possibility."""
    if kind is ReportKind.REJECTED:
        return BounceClass.SUPPRESSED
    if kind is not ReportKind.BOUNCED:
        return None
    of_type, detail, prose = (
        str(reading.at(event, "data", "bounce", name) or "") for name in ("type", "subType", "message")
    )
    if "suppress" in f"{detail} {prose}".lower():
        return BounceClass.SUPPRESSED
    if detail in _ABOUT_THE_LETTER:
        return BounceClass.BLOCK
    if of_type == "Permanent" or (not of_type and "hard bounce" in prose):  # payloads of 2023 have no type
        return bounces.of_final(reply, address)
    return bounces.of_temporary(reply, address) if of_type == "Transient" else BounceClass.UNDETERMINED
