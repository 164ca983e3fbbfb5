"""Sign outgoing reports as the Standard Webhooks specification 1.0.0 asks, symmetric scheme `v1`.

Written apart from the product's own reader of signatures: a peer that shared that code would share its mistakes.
"""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def key(secret: str) -> bytes:
    """Decode a `whsec_…` secret; raise ValueError unless it holds 24 to 64 bytes of base64."""
    if not secret.startswith(PREFIX):
        raise ValueError("no whsec_ prefix")
    try:
        decoded = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not 24 <= len(decoded) <= 64:
        raise ValueError("wrong length")
    return decoded


def headers(secret: bytes, *, webhook_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt: HMAC-SHA256 over `id.timestamp.body`."""
    signed = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    digest = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{digest}"}
