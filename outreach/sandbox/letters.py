"""One message as its recipient gets it: its parts, and the file a mail program would keep."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from outreach.sandbox import events, merging, messages
from outreach.sandbox.messages import Content


@dataclass(frozen=True)
class Letter:
    """A message with everything a reader of it may ask for."""

    n: int
    delivery_id: str
    message_id: str
    accepted_at: float
    state: str
    language: str
    stream: str
    sender_name: str
    sender_email: str
    reply_to: str | None
    name: str
    email: str
    content: Content

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of the message, in the order in which a mail program shows them."""
        own = {name.lower() for name in self.content.headers}
        return [
            ("From", _mailbox(self.sender_name, self.sender_email)),
            ("To", _mailbox(self.name, self.email)),
            *([("Reply-To", self.reply_to)] if self.reply_to else []),
            ("Subject", self.content.subject),
            ("Date", format_datetime(datetime.fromtimestamp(self.accepted_at, UTC))),
            *([] if "message-id" in own else [("Message-ID", f"<{self.message_id}>")]),
            *self.content.headers.items(),
        ]


def find(db: sqlite3.Connection, n: int) -> Letter | None:
    """Read a message by its number."""
    row = db.execute("SELECT * FROM message JOIN letter ON letter.id = message.letter WHERE n = ?", (n,)).fetchone()
    if row is None:
        return None
    return Letter(
        n=row["n"],
        delivery_id=row["delivery_id"],
        message_id=row["message_id"],
        accepted_at=row["accepted_at"],
        state=events.state(row, events.cursor(db)),
        language=row["language"],
        stream=row["stream"],
        sender_name=row["from_name"],
        sender_email=row["from_email"],
        reply_to=row["reply_to"],
        name=merging.clean(row["name"]),
        email=row["email"],
        content=messages.merged(row),
    )


def eml(letter: Letter) -> bytes:
    """Write a message as RFC 5322 and MIME would have it on the way: text first, then HTML.

    With an address outside ASCII the headers are UTF-8 (RFC 6532), else encoded words (RFC 2047). They stay unfolded:
    folding would break the long addresses in List-Unsubscribe.
    """
    body = EmailMessage(SMTP)
    body.set_content(letter.content.text, cte="quoted-printable")
    body.add_alternative(letter.content.html, subtype="html", cte="quoted-printable")
    international = not all(mail.isascii() for mail in (letter.sender_email, letter.email, letter.reply_to or ""))
    encode = str if international else _encoded
    head = [
        f"From: {_quoted(encode(letter.sender_name), letter.sender_email)}",
        f"To: {_quoted(encode(letter.name), letter.email)}",
        *(f"{name}: {encode(value)}" for name, value in letter.headers()[2:]),
    ]
    return "".join(f"{line}\r\n" for line in head).encode() + body.as_bytes()


def _mailbox(name: str, email: str) -> str:
    return f"{name} <{email}>" if name else email


def _quoted(name: str, email: str) -> str:
    """Write a mailbox for the wire; an encoded word must not stand in quotes (RFC 2047 §5)."""
    if not name or name.startswith("=?"):
        return _mailbox(name, email)
    return f'"{quote(name)}" <{email}>'


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", maxlinelen=998).encode(linesep="\r\n")
