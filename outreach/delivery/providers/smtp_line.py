"""One line to an SMTP server: letters one after another, over a connection that is opened again when it was closed."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import aiosmtplib

from outreach.delivery.interface import Outcome, OutcomeKind, Recipient
from outreach.delivery.mime import Template
from outreach.delivery.providers import smtp_replies as replies

TIMEOUT: Final = 10.0  # seconds for a connection, and for each answer before a letter is handed over
GOODBYE: Final = 2.0  # seconds to wait for the answer to QUIT
PATIENCE: Final = 3  # connections in a row that may be lost: one letter that ends them must not hold up the others
LOST: Final = Outcome(OutcomeKind.TRANSIENT, reason="The server closed the connection")
LATER: Final = Outcome(OutcomeKind.TRANSIENT, reason="There was no time left for this one", retry_after=0)
FAULTS: Final = (aiosmtplib.SMTPException, OSError)

Numbered = tuple[int, Recipient]


class Line:
    """Takes letters from a common queue until it is empty, the time is over, or the server wants no more.

    `verdict` says then what is to be thought of those that are left in the queue; None when the line could go on.
    """

    def __init__(
        self, dial: Callable[[], aiosmtplib.SMTP], template: Template, *, begin_until: float, end: float
    ) -> None:
        """Set up a line that begins no letter after `begin_until` and is done at `end`, by the event loop's clock."""
        self.verdict: Outcome | None = None
        self._dial = dial
        self._template = template
        self._begin_until = begin_until
        self._end = end
        self._server: aiosmtplib.SMTP | None = None
        self._answered = 0  # letters that the connection of the moment brought a clear answer for
        self._losses = 0  # connections in a row that were lost over a letter

    async def run(self, queue: list[Numbered]) -> dict[int, Outcome]:
        """Hand over what is in the queue, from its end; return the outcome of each letter that was taken out."""
        found: dict[int, Outcome] = {}
        while queue and not self.verdict:
            server = await self._ready()
            if server is None or not queue:  # another line took the last one meanwhile
                break
            position, recipient = queue.pop()
            outcome = await self._hand_over(server, recipient)
            if outcome.kind is OutcomeKind.TRANSIENT and self._answered and not server.is_connected:
                queue.append((position, recipient))  # servers limit the letters of a connection; the next may take it
            else:
                found[position] = outcome
                self._learn(outcome, is_open=server.is_connected)
        await self._hang_up()
        return found

    def _learn(self, outcome: Outcome, *, is_open: bool) -> None:
        if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.REJECTED}:
            self._answered += 1
            self._losses = 0
        elif outcome.kind is OutcomeKind.CONFIG:
            self.verdict = outcome
        elif not is_open:
            self._losses += 1
            if outcome.kind is OutcomeKind.AMBIGUOUS or self._losses >= PATIENCE:
                self.verdict = LOST

    async def _ready(self) -> aiosmtplib.SMTP | None:
        """Return an open connection; None, and a verdict, when there is none to be had."""
        if _now() > self._begin_until:
            self.verdict = LATER
        elif self._server and self._server.is_connected:
            return self._server
        else:
            await self._open()
        return None if self.verdict else self._server

    async def _open(self) -> None:
        self._answered = 0
        self._server = self._dial()
        try:
            async with asyncio.timeout_at(self._end - TIMEOUT):
                await self._server.connect()
        except (*FAULTS, ValueError) as fault:
            self.verdict = replies.of_connection(fault)

    async def _hand_over(self, server: aiosmtplib.SMTP, recipient: Recipient) -> Outcome:
        try:
            letter = self._template.build(recipient)
        except ValueError as fault:
            return Outcome(OutcomeKind.REJECTED, reason=str(fault))
        handed_over = False
        try:
            async with asyncio.timeout_at(self._end - TIMEOUT):
                await server.mail(self._template.letter.from_address, options=_size(server, letter))
                await server.rcpt(recipient.address)
            handed_over = True
            async with asyncio.timeout_at(self._end):
                reply = await server.data(letter, timeout=None)
        except aiosmtplib.SMTPResponseException as refused:
            await self._reset(server)
            return replies.of_refusal(refused, recipient.address.rpartition("@")[2])
        except FAULTS as fault:
            server.close()  # whatever it still says would be taken for an answer to the next letter
            return replies.of_silence(fault, handed_over=handed_over)
        return Outcome(OutcomeKind.ACCEPTED, message_id=reply.message[:200])

    async def _reset(self, server: aiosmtplib.SMTP) -> None:
        """Clear the envelope of a refused letter; a server that cannot is left."""
        try:
            async with asyncio.timeout_at(self._end):
                await server.rset()
        except FAULTS:
            server.close()

    async def _hang_up(self) -> None:
        if self._server and self._server.is_connected:
            with contextlib.suppress(*FAULTS):
                async with asyncio.timeout(GOODBYE):
                    await self._server.quit()
            self._server.close()


def _size(server: aiosmtplib.SMTP, letter: bytes) -> list[str]:
    """Announce the size where the server wants to know (RFC 1870), so that it need not read first."""
    return [f"size={len(letter)}"] if server.supports_extension("size") else []


def _now() -> float:
    return asyncio.get_running_loop().time()
