"""Is a webhook call genuine? What several providers have in common; constant time, and False without a key."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

WINDOW: Final = 300.0  # seconds that a call's time may differ, both ways (Standard Webhooks)

_SECONDS = re.compile("[0-9]{1,12}")


def is_now(sent: str, now: datetime, *, late: float = WINDOW) -> bool:
    """Tell whether whole seconds since 1970 are about now: at most `late` seconds ago, `WINDOW` ahead."""
    return bool(_SECONDS.fullmatch(sent)) and -WINDOW <= now.timestamp() - int(sent) <= late


def standard(key: str, headers: Mapping[str, str], body: bytes, now: datetime, *, prefix: str = "webhook") -> bool:
    """Check a signature as the Standard Webhooks specification describes it; `key` is `whsec_…`."""
    secret, sent = _secret(key), headers.get(f"{prefix}-timestamp", "")
    if not secret or not is_now(sent, now):
        return False
    signed = f"{headers.get(f'{prefix}-id', '')}.{sent}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()
    given = headers.get(f"{prefix}-signature", "").split()
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


def basic(key: str, headers: Mapping[str, str]) -> bool:
    """Check a shared secret, sent as the password of HTTP Basic authentication (RFC 7617) with any user name."""
    scheme, _space, encoded = headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return False
    return bool(key) and scheme.lower() == "basic" and hmac.compare_digest(given, key.encode())


def _secret(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""
