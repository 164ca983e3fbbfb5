"""Keyed hashes: to see that a value came before, without keeping the value.

Unlike a bare hash, nobody without our key can find the address or network behind one by trying them all.
"""

import hmac
from hashlib import sha256

from outreach.foundation.settings import secret_keys


def blinded(purpose: str, value: str) -> str:
    """Return 32 hexadecimal digits that stand for a value; each purpose has its own, so that they cannot be joined."""
    return _blinded(secret_keys()[0], purpose, value)


def is_blinded(purpose: str, value: str, code: str) -> bool:
    """Tell whether a code stands for a value, made with the active key or with a retired one."""
    return any(hmac.compare_digest(_blinded(root, purpose, value), code) for root in secret_keys())


def _blinded(root: str, purpose: str, value: str) -> str:
    key = hmac.digest(root.encode(), f"blinded:{purpose}".encode(), sha256)
    return hmac.digest(key, value.encode(), sha256).hex()[:32]
