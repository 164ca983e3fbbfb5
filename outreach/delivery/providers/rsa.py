"""Checking an RSA signature (RFC 8017 §8.2.2) with the public key of a certificate (RFC 5280 §4.1).

The expected block is built and compared as a whole, never taken apart, so that nothing can hide in its padding.
Whether a certificate is to be trusted is not judged here: that follows from where it came from.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

# DER of AlgorithmIdentifier and the header of the digest (RFC 8017 §9.2, note 1).
_DIGESTS: Final = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
_SMALLEST: Final = 2048  # bits of a key that is taken
_INTEGER, _SEQUENCE, _VERSION = 0x02, 0x30, 0xA0
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.{1,20000}?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class PublicKey:
    """The two numbers of a key."""

    modulus: int
    exponent: int

    @classmethod
    def of(cls, pem: bytes) -> "PublicKey":
        """Read the key of the first certificate. Raises ValueError for anything else, or a key that is too short."""
        found = _PEM.search(pem)
        if not found:
            raise ValueError("This is no certificate.")
        try:
            parts = _inside(_inside(base64.b64decode(found.group(1)), _SEQUENCE)[0][1])
            after_version = parts[1:] if parts[0][0] == _VERSION else parts
            # serial number, signature, issuer, validity, subject, and then the key
            bits = _inside(after_version[5][1])[1][1]
            numbers = [value for kind, value in _inside(bits[1:], _SEQUENCE) if kind == _INTEGER]
            modulus, exponent = (int.from_bytes(number) for number in numbers)
        except (IndexError, ValueError, binascii.Error) as broken:
            raise ValueError("This certificate holds no RSA key.") from broken
        if modulus.bit_length() < _SMALLEST:
            raise ValueError("The key of this certificate is too short.")
        return cls(modulus, exponent)

    def verify(self, message: bytes, signature: bytes, digest: str) -> bool:
        """Tell whether a signature of a message is of this key; `digest` is sha1 or sha256."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        block = pow(number, self.exponent, self.modulus).to_bytes(size)
        ending = _DIGESTS[digest] + hashlib.new(digest, message).digest()
        expected = b"\x00\x01" + b"\xff" * (size - len(ending) - 3) + b"\x00" + ending
        return hmac.compare_digest(block, expected)


def _inside(der: bytes, outer: int | None = None) -> list[tuple[int, bytes]]:
    """Read DER elements one after another; within an `outer` one, of that kind, when it is given."""
    found, place = [], 0
    while place < len(der):
        kind, length = der[place], der[place + 1]
        place += 2
        if length & 0x80:
            more = length & 0x7F
            length = int.from_bytes(der[place : place + more])
            place += more
        if place + length > len(der):
            raise ValueError("DER ends early")
        found.append((kind, der[place : place + length]))
        place += length
    if outer is None:
        return found
    if not found or found[0][0] != outer:
        raise ValueError("DER of another kind")
    return _inside(found[0][1])
