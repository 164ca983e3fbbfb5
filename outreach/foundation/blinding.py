"""Keyed hashes: to see that a value came before, without keeping the value.

Unlike a bare hash, nobody without our key can find the address or network behind one by trying them all.
"""

import hmac
from hashlib import sha256

from outreach.foundation.settings import secret_keys


def blinded(purpose: str, value: str) -> str:
    """Return 32 hexadecimal digits that stand for a value; each purpose has its own, so that they cannot be joined."""
    key = hmac.digest(secret_keys()[0].encode(), f"blinded:{purpose}".encode(), sha256)
    return hmac.digest(key, value.encode(), sha256).hex()[:32]
