"""Any SMTP server: one transaction per recipient over few connections, as RFC 5321 submission."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import aiosmtplib

from outreach.delivery import mime
from outreach.delivery.interface import (
    LONGEST_SEND,
    Capabilities,
    Health,
    Letter,
    Outcome,
    OutcomeKind,
    Provider,
    Recipient,
    Report,
)
from outreach.delivery.providers import smtp_replies as replies
from outreach.delivery.providers.smtp_line import FAULTS, LATER, TIMEOUT, Line

SCHEMES: Final = ("smtp", "smtps", "smtp+starttls")
# Seconds in which letters are begun, so that a release waits no longer for a newsletter; what is left of LONGEST_SEND
# is for the last one.
STARTING: Final = 5.0


class Smtp(Provider):
    """`BASE_URL` is smtp://host:25 (STARTTLS when offered), smtps://host:465, or smtp+starttls://host:587."""

    name = "smtp"
    capabilities = Capabilities(max_items=50, searchable=False)

    def __init__(self, own: Mapping[str, str]) -> None:
        url = urlsplit(own.get("BASE_URL", "smtp://127.0.0.1:25"))
        if url.scheme not in SCHEMES or not url.hostname:
            raise ValueError("write BASE_URL as smtp://host:25, smtps://host:465 or smtp+starttls://host:587")
        self.host = url.hostname
        self.tls = url.scheme == "smtps"
        self.starttls = True if url.scheme == "smtp+starttls" else None
        self.port = url.port or {"smtps": 465, "smtp+starttls": 587}.get(url.scheme, 25)
        self.username = own.get("USERNAME")
        self.password = own.get("PASSWORD")
        self.concurrency = max(1, int(own.get("CONCURRENCY", "2")))
        self.own_name: str | None = None  # for EHLO; looked up once, since it may take long

    async def send(self, letter: Letter, recipients: Sequence[Recipient], *, key: str) -> list[Outcome]:  # noqa: ARG002 - SMTP has no idempotency key
        """Hand over each letter by itself, over a few connections at once."""
        try:
            template = mime.Template.of(letter)
        except ValueError as broken:
            return [Outcome(OutcomeKind.CONFIG, reason=f"This letter cannot be sent: {broken}")] * len(recipients)
        self.own_name = self.own_name or await asyncio.to_thread(socket.getfqdn)
        now = asyncio.get_running_loop().time()
        queue = list(enumerate(recipients))[::-1]
        lines = [
            Line(self._dial, template, begin_until=now + STARTING, end=now + LONGEST_SEND - 1)
            for _number in range(min(self.concurrency, len(recipients)))
        ]
        found: dict[int, Outcome] = {}
        for results in await asyncio.gather(*(line.run(queue) for line in lines)):
            found.update(results)
        found.update(dict.fromkeys((position for position, _recipient in queue), _of_the_rest(lines)))
        return [found[position] for position in range(len(recipients))]

    async def health(self) -> Health:
        """Connect and sign in, as before a letter, then leave."""
        server = self._dial()
        try:
            await server.connect()
            await server.quit()
        except (*FAULTS, ValueError) as fault:
            return Health(is_well=False, said=replies.of_connection(fault).reason or "")
        return Health(is_well=True, said=f"{self.host}:{self.port} answers and takes our sign-in")

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002 - no webhooks
        """SMTP has no webhooks."""
        return False

    def parse(self, body: bytes) -> list[Report]:  # noqa: ARG002 - no webhooks
        """SMTP has no webhooks."""
        return []

    def _dial(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=self.starttls,
            username=self.username,
            password=self.password,
            local_hostname=self.own_name,
            timeout=TIMEOUT,
        )


def _of_the_rest(lines: Sequence[Line]) -> Outcome:
    """Choose what is said of letters that no line took: what stops the mailing first, then what costs no attempt."""
    verdicts = [line.verdict for line in lines if line.verdict]
    config = (one for one in verdicts if one.kind is OutcomeKind.CONFIG)
    later = (one for one in verdicts if one is LATER)
    return next(config, None) or next(later, None) or next(iter(verdicts), LATER)
