"""Mailgun: one letter for up to 1,000 recipients in a call, filled in by Mailgun; one id and one answer for all.

Mailgun replaces `%recipient.name%` by a value. Our slots become such names, made of the batch's key so that no author
can have written one; what an author did write in that manner is handed over as a value, and stays as it is.
"""

import base64
import hmac
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
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
from outreach.foundation.slots import Slotted

LATE: Final = 8 * 3600.0  # seconds for which it repeats a call, perhaps with the time of the first
ITS_OWN: Final = frozenset({"Message-ID"})  # it gives one to each call
# Its refusals are words. Whom they are about is said first: somebody of the batch, or us.
_ABOUT: Final = re.compile(r"(?P<somebody>\bto'? parameter|\brecipient)|\bfrom'? parameter|\bdomain", re.IGNORECASE)
_WAIT: Final = re.compile(r"try again after (\d{1,6}) seconds", re.IGNORECASE)
_ITS_WORDS: Final = re.compile(r"%(?:recipient|unsubscribe|tag_|mailing_list)[^%\s<>\"]*%", re.IGNORECASE)
_TICKET: Final = re.compile("[A-Za-z0-9]{1,100}")


class Mailgun(Provider):
    """`DOMAIN` is the sending domain at Mailgun, else the sender's own; `BASE_URL` tells the EU's host from the US'."""

    name = "mailgun"
    capabilities = Capabilities(
        max_items=1000,
        searchable=False,
        max_bytes=5_000_000,
        utf8_headers=False,
        tracking=Tracking.PER_MESSAGE,
    )

    def __init__(self, own: Mapping[str, str]) -> None:
        key = base64.b64encode(f"api:{own.get('API_KEY', '')}".encode()).decode()
        headers = {"authorization": f"Basic {key}"}
        self.peer = Peer.of(self.name, own, base="https://api.mailgun.net", headers=headers)
        self.domain = own.get("DOMAIN", "")
        self.webhook_key = own.get("WEBHOOK_KEY", "")

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:
        """Hand over one batch; a call that is refused for one bad address is halved until that one is alone."""
        try:
            sheet = Sheet.of(mime.Template.of(letter), key)
        except ValueError as broken:
            return batches.unsendable(broken, recipients)
        return await batches.send(
            self.capabilities, recipients, key=key, write=sheet.write, call=partial(self._call, sheet)
        )

    async def health(self) -> Health:
        """Ask for the sending domain, which a key that may only send is not told."""
        return await self.peer.health("GET", f"/v3/domains/{self.domain}" if self.domain else "/v3/domains?limit=1")

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002 - all is in the body
        """Check the signature inside the body; it covers a time and a token, see `ticket`."""
        given = reading.at(reading.document(body), "signature")
        sent, token, signature = (str(reading.at(given, one)) for one in ("timestamp", "token", "signature"))
        if not self.webhook_key or not _TICKET.fullmatch(token) or not signatures.is_now(sent, now, late=LATE):
            return False
        expected = hmac.new(self.webhook_key.encode(), f"{sent}{token}".encode(), sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))

    def ticket(self, body: bytes) -> str | None:
        """Return the token that was signed: whoever saw one may not use it for a body of their own."""
        return reading.text(reading.at(reading.document(body), "signature", "token"))

    def parse(self, body: bytes) -> list[Report]:
        """Read the event of one call."""
        event = reading.at(reading.document(body), "event-data")
        return [_report(event)] if isinstance(event, dict) else []

    async def _call(self, sheet: "Sheet", parts: Sequence[Part], key: str) -> list[Outcome] | batches.Refused:  # noqa: ARG002 - no keys
        domain = self.domain or sheet.template.letter.from_address.rpartition("@")[2]
        answer = await self.peer.call("POST", f"/v3/{domain}/messages", data=sheet.form(parts))
        if isinstance(answer, Outcome):
            return [answer] * len(parts)
        if answer.status_code == 413:
            return batches.Refused(batches.TOO_LARGE)
        about = _ABOUT.search(answer.text)
        if answer.status_code == 400 and about and about["somebody"]:
            return batches.Refused(outcomes.of_status(answer, refusals={400}))
        if answer.status_code != 200:
            return [_refusal(answer)] * len(parts)
        own = reading.text(reading.at(reading.document(answer.content), "id"))
        if own is None:
            return [outcomes.nameless(answer)] * len(parts)
        return [Outcome(OutcomeKind.ACCEPTED, message_id=own.strip("<> "))] * len(parts)


@dataclass(frozen=True)
class Sheet:
    """A letter as Mailgun fills it in, and what it calls the slots and the words in it."""

    template: mime.Template
    prefix: str
    slots: Mapping[str, int]
    plain: frozenset[str]
    words: Mapping[str, int]

    @classmethod
    def of(cls, template: mime.Template, key: str) -> "Sheet":
        """Name a letter's slots, and the words in it that Mailgun would replace. The same key gives the same names."""
        plain = (template.subject, template.text, *template.headers.values())
        plain_names = frozenset[str]().union(*(one.tokens for one in plain))
        slots = sorted(plain_names | template.html.tokens)
        words = sorted(
            {word for one in (template.html, *plain) for part in one.parts[::2] for word in _ITS_WORDS.findall(part)}
        )
        prefix = f"o{sha256(key.encode()).hexdigest()[:12]}"
        return cls(template, prefix, _numbered(slots), plain_names, _numbered(words))

    def write(self, recipient: Recipient) -> bytes:
        """Return a recipient's values, as one member of a JSON object. Raises ValueError for one that is missing."""
        mailbox = mime.address(recipient.address)
        values = {f"{self.prefix}d": str(recipient.delivery_id)}
        try:
            for name in self.plain:
                values[self._name("p", self.slots[name])] = mime.header_text(recipient.values[name])
            for name in self.template.html.tokens:
                values[self._name("h", self.slots[name])] = html.escape(mime.one_line(recipient.values[name]))
        except KeyError as missing:
            raise ValueError(f"The letter needs a value for {missing}, and there is none.") from missing
        values |= {self._name("w", number): word for word, number in self.words.items()}
        return f"{json.dumps(mailbox)}: {json.dumps(values, ensure_ascii=False)}".encode()

    def form(self, parts: Sequence[Part]) -> dict[str, str]:
        """Return what one call says."""
        letter = self.template.letter
        own = {name: value for name, value in self.template.headers.items() if name not in ITS_OWN}
        marked = fitting.headers({name: self._marked(value, "p") for name, value in own.items()}, Mailgun.capabilities)
        reply_to = {"h:Reply-To": letter.reply_to} if letter.reply_to else {}
        return {
            "from": str(mime.mailbox(letter.from_name, letter.from_address)),
            "to": ", ".join(str(mime.mailbox(one.recipient.name, one.recipient.address)) for one in parts),
            "subject": self._marked(self.template.subject, "p"),
            "html": self._marked(self.template.html, "h"),
            "text": self._marked(self.template.text, "p"),
            "recipient-variables": "{" + ", ".join(one.content.decode() for one in parts) + "}",
            "v:delivery": f"%recipient.{self.prefix}d%",
            "o:suppress-headers": "X-Mailgun-Variables",
            "o:tracking": "no",
            "o:tracking-clicks": "no",
            "o:tracking-opens": "no",
            **{f"h:{name}": value for name, value in marked.items()},
            **reply_to,
        }

    def _name(self, kind: str, number: int) -> str:
        return f"{self.prefix}{kind}{number}"

    def _marked(self, slotted: Slotted, kind: str) -> str:
        """Write a text with Mailgun's names; `kind` is h for values in HTML, p for plain ones."""
        parts = list(slotted.parts)
        parts[::2] = [
            _ITS_WORDS.sub(lambda word: f"%recipient.{self._name('w', self.words[word.group()])}%", one)
            for one in parts[::2]
        ]
        parts[1::2] = [f"%recipient.{self._name(kind, self.slots[name])}%" for name in slotted.names]
        return "".join(parts)


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _refusal(answer: httpx.Response) -> Outcome:
    """Judge an answer that is no success; how long to wait stands in the words (its 429 has no header)."""
    found, wait = outcomes.of_status(answer), _WAIT.search(answer.text)
    if found.kind is OutcomeKind.TRANSIENT and found.retry_after is None and wait:
        return replace(found, retry_after=min(float(wait[1]), outcomes.LONGEST_WAIT))
    return found


_KINDS: Final = {
    "accepted": ReportKind.ACCEPTED,
    "delivered": ReportKind.DELIVERED,
    "rejected": ReportKind.REJECTED,
    "complained": ReportKind.COMPLAINED,
    "opened": ReportKind.OPENED,
    "clicked": ReportKind.CLICKED,
    "unsubscribed": ReportKind.UNSUBSCRIBED,
    "stored": ReportKind.IGNORED,
}
_ENDING: Final = {ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED}


def _report(event: dict[str, Any]) -> Report:
    at = reading.moment(event.get("timestamp"))
    address = reading.mailbox(event.get("recipient")) or reading.mailbox(reading.at(event, "message", "headers", "to"))
    said = reading.diagnostic(
        reading.at(event, "delivery-status", "message"),
        reading.at(event, "delivery-status", "description"),
        reading.at(event, "reject", "reason"),
    )
    kind, bounce_class = _meaning(event, said, address)
    bot = reading.at(event, "client-info", "bot")
    return Report(
        event_id=reading.event_id(f"{at:%Y%m%d}.{event['id']}" if event.get("id") else None, event),  # unique per day
        kind=kind,
        occurred_at=at,
        delivery_id=reading.uuid(reading.at(event, "user-variables", "delivery")),
        message_id=(reading.text(reading.at(event, "message", "headers", "message-id")) or "").strip("<> ") or None,
        address=address,
        bounce_class=bounce_class,
        suppress=kind in _ENDING or bounce_class in {BounceClass.HARD, BounceClass.SUPPRESSED},
        machine=True if bot else None,
        url=reading.text(event.get("url")),
        diagnostic=said,
        raw=event,
    )


def _meaning(event: dict[str, Any], said: str, address: str | None) -> tuple[ReportKind, BounceClass | None]:
    """Tell a try from a failure, and a failure at the receiver from Mailgun's own lists."""
    name, reason = str(event.get("event")), str(event.get("reason"))
    if name != "failed":
        return _KINDS.get(name, ReportKind.UNKNOWN), None
    code = reading.at(event, "delivery-status", "code")
    number = code if isinstance(code, int) else None
    if event.get("severity") != "permanent":
        return ReportKind.DEFERRED, bounces.of_temporary(said, address, code=number)
    if reason.startswith("suppress-"):
        return ReportKind.REJECTED, BounceClass.SUPPRESSED
    if reason == "espblock":
        return ReportKind.BOUNCED, BounceClass.BLOCK
    if reason == "old":  # it gave up after hours of temporary failures
        return ReportKind.BOUNCED, bounces.of_temporary(said, address)
    return ReportKind.BOUNCED, bounces.of_final(said, address, code=number)
