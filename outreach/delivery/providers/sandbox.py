"""The sandbox provider: our own mail service for trying, training and tests; speaks HTTP like any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx
from pydantic_core import from_json, to_json

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
)
from outreach.delivery.providers import outcomes, reading, signatures
from outreach.delivery.providers.calling import Peer


class Sandbox(Provider):
    """Batches of up to 1,000 with merge values; an idempotency key per batch; search by our delivery id."""

    name = "sandbox"
    capabilities = Capabilities(max_items=1000, searchable=True, key_known=24)

    def __init__(self, own: Mapping[str, str]) -> None:
        key = {"authorization": f"Bearer {own.get('API_KEY', 'sandbox')}"}
        self.peer = Peer.of(self.name, own, base="http://127.0.0.1:8025", headers=key)
        self.webhook_key = own.get("WEBHOOK_KEY", "")

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand over one batch in one call."""
        body = to_json(batch_body(letter, recipients))
        answer = await self.peer.call(
            "POST", "/v1/batches", headers={"content-type": "application/json", "idempotency-key": key}, content=body
        )
        if isinstance(answer, Outcome):
            return [answer] * len(recipients)
        if answer.status_code != 200:
            return [outcomes.of_status(answer)] * len(recipients)
        return _outcomes(answer, recipients)

    async def lookup(self, deliveries: Sequence[UUID]) -> dict[UUID, str] | None:
        """Ask which of these deliveries it has."""
        answer = await self.peer.call("POST", "/v1/messages/search", json={"ids": [str(one) for one in deliveries]})
        if isinstance(answer, Outcome) or answer.status_code != 200:
            return None
        try:
            return {UUID(one["id"]): str(one["message_id"]) for one in answer.json()}
        except (ValueError, KeyError, TypeError):
            return None

    async def health(self) -> Health:
        """Search for nothing, which a valid key may."""
        return await self.peer.health("POST", "/v1/messages/search", json={"ids": []})

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Check a signature as the Standard Webhooks specification describes it."""
        return signatures.standard(self.webhook_key, headers, body, now)

    def parse(self, body: bytes) -> list[Report]:
        """Read the events of one call."""
        events = reading.at(reading.document(body), "events")
        return [_report(one) for one in events if isinstance(one, dict)] if isinstance(events, list) else []


def batch_body(letter: Letter, recipients: Sequence[Recipient]) -> dict[str, Any]:
    """Return what one call says: the content once, the values per recipient."""
    return {
        "from": {"email": letter.from_address, "name": letter.from_name},
        "reply_to": letter.reply_to,
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "headers": dict(letter.headers),
        "language": letter.language,
        "stream": letter.stream,
        "recipients": [
            {"id": str(one.delivery_id), "email": one.address, "name": one.name, "values": one.values}
            for one in recipients
        ],
    }


def _outcomes(answer: httpx.Response, recipients: Sequence[Recipient]) -> list[Outcome]:
    try:
        results = {one["id"]: one for one in from_json(answer.content)["results"]}
    except (ValueError, KeyError, TypeError):
        results = {}
    return [_outcome(results.get(str(one.delivery_id), {})) for one in recipients]


def _outcome(result: dict[str, Any]) -> Outcome:
    match result.get("status"):
        case "accepted":
            return Outcome(OutcomeKind.ACCEPTED, message_id=reading.text(result.get("message_id")))
        case "rejected":
            return Outcome(
                OutcomeKind.REJECTED, reason=reading.text(result.get("reason")) or reading.text(result.get("code"))
            )
        case _:
            return Outcome(OutcomeKind.AMBIGUOUS, reason="The provider's answer does not name this recipient")


def _report(event: dict[str, Any]) -> Report:
    kind = _KINDS.get(str(event.get("type")), ReportKind.UNKNOWN)
    bounce_class = _CLASSES.get(str(event.get("bounce_class")))
    return Report(
        event_id=reading.event_id(event.get("event_id"), event),
        kind=kind,
        occurred_at=reading.moment(event.get("occurred_at")),
        delivery_id=reading.uuid(event.get("delivery_id")),
        message_id=reading.text(event.get("message_id")),
        address=reading.text(event.get("email")),
        bounce_class=bounce_class,
        suppress=kind is ReportKind.COMPLAINED or bounce_class is BounceClass.HARD,
        diagnostic=reading.diagnostic(event.get("diagnostic")),
        raw=event,
    )


_KINDS: Final = {one.value: one for one in ReportKind if one is not ReportKind.UNKNOWN}
_CLASSES: Final = {one.value: one for one in BounceClass}
