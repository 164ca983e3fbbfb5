"""Public keys as DKIM publishes them: how long is an RSA key? (RFC 6376 §3.6.1, RFC 8017 appendix A.1.1, X.690)"""

import base64
import binascii

INTEGER, BIT_STRING, SEQUENCE = 0x02, 0x03, 0x30
ED25519_BYTES = 32


def decoded(text: str) -> bytes:
    """Read base64 with the spaces that zone files bring along. Raises ValueError."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64") from wrong


def rsa_bits(key: bytes) -> int:
    """Return the length of an RSA key's modulus; the key may stand alone or in a SubjectPublicKeyInfo.

    Raises ValueError for what is no RSA key.
    """
    body = _expect(key, SEQUENCE)
    tag, first, rest = _element(body)
    if tag == SEQUENCE:  # a SubjectPublicKeyInfo: the algorithm, then the key in a bit string
        bits = _expect(rest, BIT_STRING)
        tag, first, _rest = _element(_expect(bits[1:], SEQUENCE))
    if tag != INTEGER:
        raise ValueError("no modulus")
    return int.from_bytes(first).bit_length()


def _expect(data: bytes, wanted: int) -> bytes:
    tag, content, _rest = _element(data)
    if tag != wanted:
        raise ValueError(f"tag {tag:#x} instead of {wanted:#x}")
    return content


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Split off one DER element: its tag, its content, what follows."""
    if len(data) < 2:
        raise ValueError("too short")
    size, start = data[1], 2
    if size & 0x80:
        octets = size & 0x7F
        size, start = int.from_bytes(data[2 : 2 + octets]), 2 + octets
    end = start + size
    if end > len(data):
        raise ValueError("cut off")
    return data[0], data[start:end], data[end:]
