"""Somebody who signs webhook calls as Amazon SNS and Alibaba's EventBridge do, with a certificate made for tests."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from outreach.delivery.providers.rsa import PublicKey

CERTIFICATE: Final = Path(__file__).with_name("notary.pem").read_bytes()
PUBLIC: Final = PublicKey.of(CERTIFICATE)

_PRIVATE_EXPONENT: Final = int(
    "4130bdda73582f9e6461f1a343805fd2ab8d7235c3998f10b12f902adb192bde6311d3c8196daec0314580377b24895cc320"
    "2de40dd3da6a9a990d01d84b4cd9905f144bf2da6926c5a56411e45913daff5ea36c79723829b39a1c80b0c6d62e734ce62d"
    "fc3c165fa0e9b0082827025dcb458aa808824ce0385bfab15058b1575e253de51aed7e1ff75c73e529decde4ffce2cde036c"
    "38a212f9c75631ceaaa72dfd0ceca8fc38a5187b518da3768c191c75d55199f8295c5fca800ec0c1437953b045a1d3b59917"
    "74711b05c8a7514244ca8744bd3fffc3fc1b233c95cae92d7279db1c3773e6132072f8234e23e36ab760585a43ec5cac91ed"
    "be745816471",
    16,
)
# DER of the digest's name (RFC 8017 §9.2, note 1).
_NAMES: Final = {
    "sha1": "3021300906052b0e03021a05000414",
    "sha256": "3031300d060960864801650304020105000420",
}


def sign(message: bytes, digest: str = "sha256") -> str:
    """Return the signature (RSASSA-PKCS1-v1_5) in base64."""
    size = (PUBLIC.modulus.bit_length() + 7) // 8
    ending = bytes.fromhex(_NAMES[digest]) + hashlib.new(digest, message).digest()
    block = b"\x00\x01" + b"\xff" * (size - len(ending) - 3) + b"\x00" + ending
    return base64.b64encode(pow(int.from_bytes(block), _PRIVATE_EXPONENT, PUBLIC.modulus).to_bytes(size)).decode()
