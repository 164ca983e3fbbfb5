"""What the addresses of the pixel and of the links carry."""

import re
from typing import Final, NamedTuple
from uuid import UUID

from outreach.foundation.signing import Purpose, read

KEY_LENGTH: Final = 11  # 64 random bits in base64url
_KEY: Final = re.compile(rf"[A-Za-z0-9_-]{{{KEY_LENGTH}}}")


class Click(NamedTuple):
    """A followed link: whose letter, when the token is genuine, and which link."""

    delivery: UUID | None
    link_key: str


def opened(token: str) -> UUID | None:
    """Return the delivery that an open token tells of; None for a forged or broken one."""
    return read(Purpose.OPEN, token)


def clicked(text: str) -> Click | None:
    """Read `<click token>-<link key>`; None when no link key can be seen in it."""
    token, dash, key = text[: -KEY_LENGTH - 1], text[-KEY_LENGTH - 1 : -KEY_LENGTH], text[-KEY_LENGTH:]
    if dash != "-" or not _KEY.fullmatch(key):
        return None
    return Click(read(Purpose.CLICK, token), key)
