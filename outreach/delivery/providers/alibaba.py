"""Alibaba Cloud DirectMail: a call per letter (`SingleSendMail`), because several addresses of a call see each other.

It takes few headers, those in `HEADERS`: List-Id and the like cannot be given to it. It knows no idempotency key; a
call is signed with a nonce of its own and never sent twice. Reports come through EventBridge.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from outreach.delivery import fitting, mime
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
from outreach.delivery.providers import alibaba_reports, batches, eventbridge, outcomes, reading, singles
from outreach.delivery.providers.acs3 import Signer, form
from outreach.delivery.providers.alibaba_reports import DELIVERY
from outreach.delivery.providers.calling import Peer
from outreach.foundation import clock, urls

VERSION: Final = "2015-11-23"
HEADERS: Final = frozenset({"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"})  # and its own, X-User-…
LONGEST_SUBJECT: Final = 256
SHORTLY: Final = 5.0  # seconds until a throttle may be over
QUOTA: Final = 3600.0  # seconds until a quota is looked at again

_TIMEOUT: Final = httpx.Timeout(singles.CALL, connect=5)
_REJECTED, _TRANSIENT = OutcomeKind.REJECTED, OutcomeKind.TRANSIENT
_CONFIG, _AMBIGUOUS = OutcomeKind.CONFIG, OutcomeKind.AMBIGUOUS

# Error codes by their beginning; the first that fits. The status says less: a throttle may be 400, 429 or 503.
_CODES: Final[tuple[tuple[str, OutcomeKind, float | None], ...]] = (
    ("InvalidToAddress", _REJECTED, None),  # also .Spam: the provider keeps a list of addresses that do not work
    ("InvalidReceiver", _REJECTED, None),
    ("Throttling.User.Quota", _TRANSIENT, QUOTA),
    ("Throttling", _TRANSIENT, SHORTLY),
    ("ServiceUnavailable", _TRANSIENT, SHORTLY),
    ("SignatureNonceUsed", _AMBIGUOUS, None),  # this very call has arrived before
    ("InternalError", _AMBIGUOUS, None),
    ("InvalidMailAddress", _CONFIG, None),  # the sender's
    ("InvalidSendMail.Spam", _CONFIG, None),  # its filter, or a quota: the words do not say which
    ("InvalidAccessKeyId", _CONFIG, None),
    ("SignatureDoesNotMatch", _CONFIG, None),
    ("Forbidden", _CONFIG, None),
)
# What is wrong with an account (DescAccountSummary).
_ACCOUNT: Final = {"1": "frozen", "2": "in arrears", "4": "not allowed to send", "8": "deleted"}


class Alibaba(Provider):
    """`KEY_ID` and `SECRET_KEY` of a RAM user; `BASE_URL` chooses the region; `WEBHOOK_KEY` is EventBridge's token."""

    name = "alibaba"
    capabilities = Capabilities(
        max_items=100,
        searchable=False,
        utf8_headers=False,
        longest_from_name=15,
        metadata="[\\x21-\\x7e]{1,200}",
        tracking=Tracking.PER_MESSAGE,
    )

    def __init__(self, own: Mapping[str, str]) -> None:
        self.peer = Peer.of(self.name, own, base="https://dm.aliyuncs.com", headers={})
        self.signer = Signer(own.get("KEY_ID", ""), own.get("SECRET_KEY", ""), own.get("SESSION_TOKEN", ""))
        self.tag = own.get("TAG", "")
        self.webhook_key = own.get("WEBHOOK_KEY", "")
        self.certificates = own.get("CERTIFICATES_URL", "")

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:  # noqa: ARG002 - no such key
        """Hand over each letter by itself, a few at once."""
        try:
            template = mime.Template.of(letter)
            _check(sum(map(len, template.subject.parts[::2])))
        except ValueError as broken:
            return batches.unsendable(broken, recipients)

        async def send(one: Recipient) -> Outcome:
            try:
                values = self._values(template, one)
            except ValueError as odd:
                return Outcome(_REJECTED, reason=str(odd))
            answer = await self._call("SingleSendMail", values)
            return answer if isinstance(answer, Outcome) else _outcome(answer)

        return await singles.each(recipients, send, concurrency=self.peer.concurrency, until=singles.deadline())

    async def health(self) -> Health:
        """Ask for the account: whether it may send, and how much a day."""
        answer = await self._call("DescAccountSummary", {})
        if isinstance(answer, Outcome):
            return Health(is_well=False, said=answer.reason or "")
        account = reading.document(answer.content)
        if not answer.is_success or not isinstance(account, dict):
            return Health(is_well=False, said=_outcome(answer).reason or "")
        trouble = _ACCOUNT.get(str(account.get("UserStatus")))
        if trouble:
            return Health(is_well=False, said=f"The account is {trouble}")
        return Health(is_well=True, said=f"At most {account.get('DailyQuota')} letters a day, without List-Id")

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Check our token and EventBridge's signature. Fetches the certificate the first time; raises Unavailable."""
        token = headers.get("x-eventbridge-signature-token", "")
        if not self.webhook_key or not hmac.compare_digest(token.encode(), self.webhook_key.encode()):
            return False
        target = urls.provider_hook(self.name)
        return eventbridge.is_genuine(target, headers, body, now, certificates_url=self.certificates)

    def parse(self, body: bytes) -> list[Report]:
        """Read one event, or a list of them."""
        return alibaba_reports.read(body)

    def _values(self, template: mime.Template, recipient: Recipient) -> dict[str, str]:
        letter, filled = template.letter, template.fill(recipient)
        _check(len(filled.subject))
        own = {
            name: value for name, value in fitting.headers(filled.headers, self.capabilities).items() if name in HEADERS
        }
        values = {
            "AccountName": letter.from_address,
            "AddressType": "1",
            "ReplyToAddress": "false",
            "ToAddress": mime.address(recipient.address),
            "Subject": filled.subject,
            "HtmlBody": filled.html,
            "TextBody": filled.text,
            "ClickTrace": "0",
            "UnSubscribeLinkType": "disabled",
            "Headers": json.dumps(own | {DELIVERY: str(recipient.delivery_id)}),
        }
        chosen = {"FromAlias": letter.from_name, "ReplyAddress": letter.reply_to or "", "TagName": self.tag}
        return values | {name: value for name, value in chosen.items() if value}

    async def _call(self, action: str, values: Mapping[str, str]) -> httpx.Response | Outcome:
        content = form(values)
        if len(content) > self.capabilities.max_bytes:
            return batches.TOO_LARGE
        try:
            headers = self.signer.sign(action, VERSION, f"{self.peer.base}/", content, clock.now(), nonce=uuid4().hex)
        except httpx.InvalidURL as fault:
            return outcomes.of_fault(fault)
        return await self.peer.call(
            "POST",
            "/",
            headers={**headers, "content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            content=content,
            timeout=_TIMEOUT,
        )


def _check(subject: int) -> None:
    if subject > LONGEST_SUBJECT:
        raise ValueError(f"Alibaba takes a subject of {LONGEST_SUBJECT} characters; this one is longer")


def _outcome(answer: httpx.Response) -> Outcome:
    said: Any = reading.document(answer.content)
    code = reading.text(reading.at(said, "Code"))
    env_id = reading.text(reading.at(said, "EnvId"))
    if answer.is_success and env_id and not code:
        return Outcome(OutcomeKind.ACCEPTED, message_id=env_id)
    if code is None:
        return outcomes.nameless(answer) if answer.is_success else outcomes.of_status(answer)
    reason = f"{code}: {reading.text(reading.at(said, 'Message')) or ''}"[:300]
    for beginning, kind, wait in _CODES:
        if code.startswith(beginning):
            return Outcome(kind, reason=reason, retry_after=wait)
    kind = outcomes.of_status(answer).kind if not answer.is_success else _AMBIGUOUS
    return Outcome(kind, reason=reason)
