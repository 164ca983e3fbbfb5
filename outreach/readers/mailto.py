"""Leaving by mail: what comes to the address in List-Unsubscribe, a letter's token as its subject (RFC 8058 §3.1).

The token alone decides. Who the mail says it is from is never looked at, for anybody can write that; nor is its text,
for a bounce or a forwarded letter quotes links with tokens, and nobody must leave by that. Nothing is answered.
"""

import re
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from outreach.consent import preferences
from outreach.foundation import locale, signing
from outreach.foundation.signing import Purpose
from outreach.readers import holding

LARGEST: Final = 1_000_000  # bytes of a mail that is taken
HEAD: Final = 65_536  # bytes of it that are read: the headers
MOST: Final = 10  # tokens that are tried

# The subject, and where the address that it came to may stand: `unsubscribe+<token>@…` works as well.
PLACES: Final = ("Subject", "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")

_TOKEN: Final = re.compile(r"v1\.[A-Za-z0-9_-]{1,16}\.u\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")


class Verdict(StrEnum):
    """What a mail that came in was."""

    LEFT = "left"  # somebody left, now or before
    OTHER = "other"  # without a token of ours: a mail like any other, for a person to read
    GONE = "gone"  # a genuine token of a letter or a person that is not there any more


def read(session: Session, raw: bytes) -> Verdict:
    """Carry out what a mail as it came over the wire asks for; the second time does no harm."""
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:HEAD])
    for token in list(_tokens(head))[:MOST]:
        if delivery := signing.read(Purpose.UNSUBSCRIBE, token):
            reader = holding.of_letter(session, delivery, acting=True)
            if reader is None:
                return Verdict.GONE
            with locale.use(locale.match(reader.contact.language) or locale.language()):
                keys = [one.key for one in holding.left_by(session, reader)]
                evidence = {"delivery": str(delivery)}
                preferences.leave(session, reader.contact, keys, source="mail", evidence=evidence)
            return Verdict.LEFT
    return Verdict.OTHER


def _tokens(head: Message) -> Iterator[str]:
    for name in PLACES:
        for value in head.get_all(name, []):
            yield from _TOKEN.findall(_decoded(str(value)))


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value
