"""An SMTP server in a thread of its own: keeps what it takes and answers by a script."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HANG_UP = "hang up"


@dataclass
class PostOffice:
    """What came in, and what is said: `mail`, `rcpt` and `data` are replies to be given, by address or in turn."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    taken: dict[Session, int] = field(default_factory=dict)
    mail: list[str] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    slowness: float = 0.0
    per_connection: int | None = None
    password: str = ""
    port: int = 0

    @classmethod
    @contextmanager
    def open(cls, **options: Any) -> Iterator["PostOffice"]:
        """Open on a free port; `options` go to aiosmtpd."""
        office = cls()
        controller = _Controller(office, hostname="127.0.0.1", port=0, **options)
        controller.start()
        try:
            office.port = controller.port
            yield office
        finally:
            controller.stop()

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> EmailMessage:
        """Return the one letter to an address."""
        (letter,) = [letter for recipient, letter in self.letters if recipient == address]
        return letter

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer MAIL with the next reply of the script."""
        reply = self.mail.pop(0) if self.mail else "250 OK"
        if reply.startswith("250"):
            envelope.mail_from = address
        return self._say(server, reply)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT by address."""
        reply = self.rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._say(server, reply)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Keep the letter, then answer by address: a lost answer comes after it was taken."""
        await asyncio.sleep(self.slowness)
        (address,) = envelope.rcpt_tos
        reply = self.data.get(address, "250 2.0.0 OK: queued as 4F2")
        if reply.startswith("250") or reply == HANG_UP:
            content = bytes(envelope.original_content or b"")
            self.raw.append(content)
            self.letters.append((address, email.message_from_bytes(content, policy=email.policy.default)))
        self.taken[session] = self.taken.get(session, 0) + 1
        if self.taken[session] == self.per_connection and server.transport:
            asyncio.get_running_loop().call_soon(server.transport.close)
        return self._say(server, reply)

    def _say(self, server: SMTP, reply: str) -> str:
        if reply == HANG_UP:
            _close(server)
        elif reply.startswith("421"):
            asyncio.get_running_loop().call_later(0.01, _close, server)
        return reply

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        """Take one password."""
        return AuthResult(success=data.password.decode() == self.password, handled=False)


class _Controller(Controller):
    def __init__(self, office: PostOffice, **options: Any) -> None:
        self._office = office
        super().__init__(office, **options)

    def factory(self) -> SMTP:
        """Make the protocol of one connection."""
        return SMTP(self._office, authenticator=self._office.authenticate, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        # A free port is known only now; the base class would knock at port 0.
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # theirs


def _close(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def untrusted() -> ssl.SSLContext:
    """Return the context of a server whose certificate nobody signed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).with_name("untrusted.pem"))
    return context
