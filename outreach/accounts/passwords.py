"""Passwords: what is asked of one, and its argon2id hash (RFC 9106)."""

import secrets
import unicodedata
from functools import lru_cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from outreach.foundation.errors import Refused
from outreach.foundation.locale import gettext as _

LEAST: Final = 12
MOST: Final = 200  # so that nobody makes us hash a megabyte

# 64 MiB and three passes: RFC 9106 §4, second recommended option.
_HASHER: Final = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4),))


def make() -> str:
    """Make a password for somebody who will change it: 120 random bits in five groups."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _place in range(5)) for _group in range(5))


def hashed(password: str, *, email: str) -> str:
    """Return the hash to keep. Raises Refused for a password that is too short, too long or the address itself.

    Length counts and character classes do not (NIST SP 800-63B-4 §3.1.1.2).
    """
    tidy = _tidy(password)
    if len(tidy) < LEAST:
        raise Refused(_("This password is too short; take at least 12 characters, such as four random words."))
    if len(tidy) > MOST:
        raise Refused(_("This password is too long; take at most 200 characters."))
    if tidy.lower() == email.lower() or len(set(tidy)) < 4:
        raise Refused(_("This password is too easy to guess; take four random words."))
    return _HASHER.hash(tidy)


def verify(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Compare a password with a kept hash; also returns a newer hash to keep instead, where there is one.

    Takes as long when nothing is kept, so that nobody learns from the time which users exist.
    """
    right, newer = _HASHER.verify_and_update(_tidy(password)[:MOST], kept or _nobodys())
    return (right, newer) if kept else (False, None)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def _tidy(password: str) -> str:
    # The same characters typed on two machines may come in two encodings.
    return unicodedata.normalize("NFKC", password)
