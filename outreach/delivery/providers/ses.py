"""Amazon SES, API version 2: fifty letters a call in its template language, or a letter as mail by itself.

It knows no idempotency key and cannot be asked, so that what was not answered stays in doubt until a report comes.
Reports come through Amazon SNS. They name our delivery only when they are published by a configuration set.
"""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from outreach.delivery import mime
from outreach.delivery.interface import (
    Capabilities,
    Health,
    Letter,
    Outcome,
    OutcomeKind,
    Provider,
    Recipient,
    Report,
    Tracking,
)
from outreach.delivery.providers import batches, outcomes, reading, ses_answers, ses_reports, singles, sns
from outreach.delivery.providers.batches import Part, Refused
from outreach.delivery.providers.calling import Peer
from outreach.delivery.providers.ses_bulk import Bulk, mailbox, tags
from outreach.delivery.providers.sigv4 import Signer
from outreach.foundation import clock

log = structlog.get_logger()

BULK: Final = "/v2/email/outbound-bulk-emails"
SINGLE: Final = "/v2/email/outbound-emails"
ACCOUNT: Final = "/v2/email/account"
# Ours is the only measuring; what a person's account or configuration set says is overridden for each call.
UNTRACKED: Final = {"Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}}

_TIMEOUT: Final = httpx.Timeout(singles.CALL, connect=5)


class Ses(Provider):
    """`KEY_ID` and `SECRET_KEY` of a user that may send, in a `REGION`; `WEBHOOK_KEY` is the ARN of the SNS topic."""

    name = "ses"
    capabilities = Capabilities(
        max_items=50,
        searchable=False,
        max_bytes=10_000_000,  # of 40; larger calls are slowed down
        utf8_headers=False,
        metadata="[A-Za-z0-9_-]{1,256}",
        tracking=Tracking.PER_MESSAGE,
    )

    def __init__(self, own: Mapping[str, str]) -> None:
        region = own.get("REGION", "eu-north-1")
        self.peer = Peer.of(self.name, own, base=f"https://email.{region}.amazonaws.com", headers={})
        self.signer = Signer(
            own.get("KEY_ID", ""), own.get("SECRET_KEY", ""), region, "ses", session_token=own.get("SESSION_TOKEN", "")
        )
        self.configuration_set = own.get("CONFIGURATION_SET", "")
        topic = own.get("WEBHOOK_KEY", "")
        self.topic = sns.Topic.of(topic, own.get("CERTIFICATES_URL", "")) if topic else None

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand over in bulk; as mail by itself what a bulk call cannot carry. A call that is refused is halved."""
        try:
            template = mime.Template.of(letter)
            bulk = Bulk.of(template, self.capabilities)
        except ValueError as broken:
            return batches.unsendable(broken, recipients)
        found: dict[UUID, Outcome] = {}
        entries: dict[UUID, bytes] = {}
        for one in recipients:
            try:
                entry = bulk.entry(one)
            except ValueError as fault:
                found[one.delivery_id] = Outcome(OutcomeKind.REJECTED, reason=str(fault))
            else:
                entries |= {one.delivery_id: entry} if entry else {}
        together = [one for one in recipients if one.delivery_id in entries]
        alone = [one for one in recipients if one.delivery_id not in entries and one.delivery_id not in found]
        in_bulk, by_themselves = await asyncio.gather(
            batches.send(
                replace(self.capabilities, max_bytes=self.capabilities.max_bytes // 2),  # the letter is in each call
                together,
                key=key,
                write=lambda one: entries[one.delivery_id],
                call=partial(self._send_bulk, bulk),
            ),
            singles.each(
                alone,
                partial(self._send_alone, template),
                concurrency=self.peer.concurrency,
                until=singles.deadline(),
            ),
        )
        results = ses_answers.judged([*in_bulk, *by_themselves])
        found |= {one.delivery_id: result for one, result in zip([*together, *alone], results, strict=True)}
        return [found[one.delivery_id] for one in recipients]

    async def health(self) -> Health:
        """Ask for the account: whether it may send, to whom, and how much of today's quota is left."""
        answer = await self._call("GET", ACCOUNT)
        if isinstance(answer, Outcome) or not answer.is_success:
            return self.peer.health_of(answer)
        account = reading.document(answer.content)
        if reading.at(account, "SendingEnabled") is not True:
            return Health(is_well=False, said=f"Sending is paused ({reading.at(account, 'EnforcementStatus')})")
        if reading.at(account, "ProductionAccessEnabled") is not True:
            return Health(
                is_well=False, said="The account is in the sandbox of SES: it writes to verified addresses only"
            )
        sent, most, rate = (
            reading.at(account, "SendQuota", name) for name in ("SentLast24Hours", "Max24HourSend", "MaxSendRate")
        )
        return Health(is_well=True, said=f"{sent} of {most} sent in 24 hours, at most {rate} a second")

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002 - all is in the body
        """Check that SNS signed it for our topic. Fetches the certificate the first time; raises Unavailable then."""
        return self.topic is not None and self.topic.is_genuine(body, now)

    def parse(self, body: bytes) -> list[Report]:
        """Read one notification; the address to confirm a subscription at is written to the log for a person."""
        call = reading.document(body)
        if reading.at(call, "Type") == "SubscriptionConfirmation":
            url = str(reading.at(call, "SubscribeURL"))
            if self.topic and self.topic.is_theirs(url):
                log.warning("sns_subscription_to_confirm", topic=self.topic.arn, open_in_browser=url)
        return ses_reports.read(call)

    async def _send_bulk(self, bulk: Bulk, parts: Sequence[Part], key: str) -> list[Outcome] | Refused:  # noqa: ARG002 - SES knows no key
        common = self._common(bulk.template.letter) | {"DefaultContent": bulk.content()}
        entries = b",".join(one.content for one in parts)
        answer = await self._call("POST", BULK, _json(common)[:-1] + b', "BulkEmailEntries": [' + entries + b"]}")
        if isinstance(answer, Outcome):
            return [answer] * len(parts)
        if answer.is_success:
            return ses_answers.of_bulk(answer, len(parts))
        error = ses_answers.of_error(answer)
        return Refused(error) if error.kind is OutcomeKind.REJECTED else [error] * len(parts)

    async def _send_alone(self, template: mime.Template, recipient: Recipient) -> Outcome:
        try:
            letter = template.build(recipient)
        except ValueError as fault:
            return Outcome(OutcomeKind.REJECTED, reason=str(fault))
        body = self._common(template.letter) | {
            "Destination": {"ToAddresses": [mime.address(recipient.address)]},
            "Content": {"Raw": {"Data": base64.b64encode(letter).decode()}},
            "EmailTags": tags(recipient),
        }
        answer = await self._call("POST", SINGLE, _json(body))
        return answer if isinstance(answer, Outcome) else ses_answers.of_single(answer)

    def _common(self, letter: Letter) -> dict[str, Any]:
        common: dict[str, Any] = {
            "FromEmailAddress": mailbox(letter.from_name, letter.from_address),
            "ConfigurationOverrides": UNTRACKED,
        }
        if letter.reply_to:
            common["ReplyToAddresses"] = [letter.reply_to]
        if self.configuration_set:
            common["ConfigurationSetName"] = self.configuration_set
        return common

    async def _call(self, method: str, path: str, content: bytes = b"") -> httpx.Response | Outcome:
        if len(content) > self.capabilities.max_bytes:
            return batches.TOO_LARGE
        try:
            headers = self.signer.sign(
                method, f"{self.peer.base}{path}", content, clock.now(), content_type="application/json"
            )
        except httpx.InvalidURL as fault:
            return outcomes.of_fault(fault)
        return await self.peer.call(method, path, headers=headers, content=content, timeout=_TIMEOUT)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
