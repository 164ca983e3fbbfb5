"""A keyed code of a text, by which it is known again and from which nobody can read it.

HMAC-SHA-256 (RFC 2104) under a key of its own, derived from the secret key; the code names the key, so that a retired
one still finds what it made. Retired keys therefore stay configured for ever (`OUTREACH_SECRET_KEYS_RETIRED`).
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa

from outreach.foundation.settings import secret_keys

_BLOCK: Final = 64  # bytes that SHA-256 takes at a time
_INNER: Final = bytes(value ^ 0x36 for value in range(256))
_OUTER: Final = bytes(value ^ 0x5C for value in range(256))


def of(text: str) -> str:
    """Make the code of a text under the active key."""
    return possible(text)[0]


def possible(text: str) -> list[str]:
    """Make the codes that a text may stand under: one per key, the active one's first."""
    return [f"{kid}.{hmac.digest(key, text.encode(), sha256).hex()}" for kid, key in map(_derived, secret_keys())]


def in_sql(column: sa.SQLColumnExpression[str]) -> list[sa.ColumnElement[str]]:
    """Return the same codes of a column, as expressions that PostgreSQL computes row by row."""
    return [_computed(column, kid, key) for kid, key in map(_derived, secret_keys())]


def _computed(column: sa.SQLColumnExpression[str], kid: str, key: bytes) -> sa.ColumnElement[str]:
    padded = key.ljust(_BLOCK, b"\0")
    said: sa.ColumnElement[Any] = sa.func.convert_to(column, "UTF8")
    inner = sa.func.sha256(sa.literal(padded.translate(_INNER), sa.LargeBinary).op("||")(said))
    outer = sa.func.sha256(sa.literal(padded.translate(_OUTER), sa.LargeBinary).op("||")(inner))
    return sa.literal(f"{kid}.", sa.Text).op("||")(sa.func.encode(outer, "hex"))


@lru_cache(maxsize=16)
def _derived(root: str) -> tuple[str, bytes]:
    extracted = hmac.digest(b"outreach", root.encode(), sha256)
    key = hmac.digest(extracted, b"fingerprint\x01", sha256)
    return hmac.digest(key, b"outreach fingerprint id", sha256)[:4].hex(), key
