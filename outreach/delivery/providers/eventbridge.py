"""Alibaba Cloud EventBridge as a caller: is an event that it pushes genuine?

Signed are the target's address, five headers and the body, with RSA over SHA-256 (its signature algorithm, version 2).
The certificate is named by the call; it is taken only from where EventBridge of a region with DirectMail keeps it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from outreach.delivery.providers import certificates

WINDOW: Final = 60_000.0  # milliseconds that a call's time may differ, both ways

_PREFIX: Final = "x-eventbridge-"
# In the order of signing; the token only where one is set.
_SIGNED: Final = ("signature-timestamp", "hash-method", "signature-version", "signature-url", "signature-token")
# The whole list: anybody may own a bucket of the like name.
_HOSTS: Final = frozenset(
    f"{region}-eventbridge.oss-accelerate.aliyuncs.com"
    for region in ("cn-hangzhou", "ap-southeast-1", "eu-central-1", "us-east-1")
)
_FILE: Final = re.compile(r"/x509_public_certificate[A-Za-z0-9_-]{0,64}\.pem")
_MILLISECONDS: Final = re.compile("[0-9]{13}")


def is_genuine(
    target: str, headers: Mapping[str, str], body: bytes, now: datetime, *, certificates_url: str = ""
) -> bool:
    """Tell whether a call to `target`, the address as it is entered in EventBridge, is signed and recent.

    Raises Unavailable when the certificate cannot be had now.
    """
    given = {name: headers.get(f"{_PREFIX}{name}", "") for name in _SIGNED}
    sent = given["signature-timestamp"]
    if given["hash-method"] != "SHA256" or not _MILLISECONDS.fullmatch(sent):
        return False
    if abs(now.timestamp() * 1000 - int(sent)) > WINDOW:
        return False
    try:
        signature = base64.b64decode(headers.get(f"{_PREFIX}signature-v2", ""), validate=True)
        place = urlsplit(given["signature-url"])
    except (binascii.Error, ValueError):
        return False
    if place.scheme != "https" or place.netloc not in _HOSTS or not _FILE.fullmatch(place.path) or place.query:
        return False
    key = certificates.key(f"{certificates_url.rstrip('/') or f'https://{place.netloc}'}{place.path}")
    lines = [target, *(f"{_PREFIX}{name}: {value}" for name, value in given.items() if value), ""]
    signed = "\n".join(lines).encode() + body
    # The documentation ends with the body, the provider's own example code with a line break behind it.
    return any(key.verify(signed + ending, signature, "sha256") for ending in (b"", b"\n"))
