"""A letter as Internet mail: multipart/alternative with the text first (RFC 2046 §5.1.4), headers of RFC 5322."""

import html
import re
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from outreach.delivery.folding import POLICY
from outreach.delivery.interface import Letter, Recipient
from outreach.foundation import clock
from outreach.foundation.slots import Slotted, split

# A dot-atom and a host name (RFC 5321 §4.1.2): no comment, quote, route, group or list can hide in it
# (CVE-2023-27043), and no option of a mail program (a hyphen in front).
_ADDRESS: Final = re.compile(
    r"(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LONGEST_LOCAL: Final = 64
_LONGEST_ADDRESS: Final = 254

# C0, DEL and C1 controls, line and paragraph separators, overrides and isolates of direction, private use, surrogates
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff]+")


# Words with a character beyond ASCII, and the spaces between them: those between encoded-words are not read.
_BEYOND_ASCII: Final = re.compile(r"[^\s<>]*[^\x00-\x7f][^\s<>]*(?: [^\s<>]*[^\x00-\x7f][^\s<>]*)*")


@dataclass(frozen=True)
class Filled:
    """What one recipient gets: every slot filled, every value on one line, in HTML escaped."""

    subject: str
    html: str
    text: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Template:
    """A letter split at its slots, ready to be built for each recipient."""

    letter: Letter
    subject: Slotted
    html: Slotted
    text: Slotted
    headers: dict[str, Slotted]

    @classmethod
    def of(cls, letter: Letter) -> "Template":
        """Split a letter once. Raises ValueError for one that no recipient could get."""
        address(letter.from_address)
        if letter.reply_to:
            address(letter.reply_to)
        headers = {name: split(value) for name, value in letter.headers.items()}
        return cls(letter, split(letter.subject), split(letter.html), split(letter.text), headers)

    def fill(self, recipient: Recipient) -> Filled:
        """Return the letter's parts for one recipient. Raises ValueError for a value that is missing."""
        values = {name: one_line(value) for name, value in recipient.values.items()}
        return Filled(
            subject=header_text(_filled(self.subject, values)),
            html=_filled(self.html, {name: html.escape(value) for name, value in values.items()}),
            text=_filled(self.text, values),
            headers={name: header_text(_filled(value, values)) for name, value in self.headers.items()},
        )

    def build(self, recipient: Recipient) -> bytes:
        """Return the message for one recipient. Raises ValueError for a value or address that cannot be written."""
        filled = self.fill(recipient)
        message = EmailMessage(policy=POLICY)
        message["From"] = mailbox(self.letter.from_name, self.letter.from_address)
        message["To"] = mailbox(recipient.name, recipient.address)
        if self.letter.reply_to:
            message["Reply-To"] = mailbox("", self.letter.reply_to)
        message["Subject"] = filled.subject
        message["Date"] = format_datetime(clock.now())
        for name, value in filled.headers.items():
            message[name] = value
        message.set_content(filled.text, cte="base64")
        message.add_alternative(filled.html, "html", cte="base64")
        message["Content-Language"] = self.letter.language
        return bytes(message)


def address(given: str) -> str:
    """Return an address that may stand in an envelope and a header. Raises ValueError for any other."""
    local = given.rpartition("@")[0]
    if not _ADDRESS.fullmatch(given) or len(local) > _LONGEST_LOCAL or len(given) > _LONGEST_ADDRESS:
        raise ValueError(f"{given[:80]!a} is not an address that mail can be sent to.")
    return given


def one_line(value: str) -> str:
    """Return a value on one line, without control characters: no header can be smuggled in (RFC 5322 §2.2)."""
    return value if value.isprintable() else _UNSAFE.sub(" ", value).strip()


def header_text(value: str) -> str:
    """Return a value that means in a header what it says.

    Python's library decodes what looks like an encoded-word (RFC 2047), line breaks in it included, when a header is
    set: a name could bring headers and a body of its own.
    """
    return one_line(value).replace("=?", "= ?")


def encoded(value: str) -> str:
    """Return a header value in ASCII: what is beyond it in encoded-words (RFC 2047), all the rest as it is."""
    return _BEYOND_ASCII.sub(lambda run: " ".join(Header(run.group(), "utf-8").encode().split()), value)


def mailbox(name: str, given: str) -> Address:
    """Return a name and an address for From, To or Reply-To. Raises ValueError for one that cannot be written to."""
    return Address(header_text(name), addr_spec=address(given))


def _filled(slotted: Slotted, values: dict[str, str]) -> str:
    try:
        return slotted.fill(values)
    except KeyError as missing:
        raise ValueError(f"The letter needs a value for {missing}, and there is none.") from missing
