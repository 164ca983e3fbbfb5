"""Checking RSA signatures with the key of a certificate that OpenSSL made."""

import base64

import pytest

from outreach.delivery.providers.rsa import PublicKey
from tests.delivery import notary


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_signature_is_of_its_message_its_key_and_its_digest(digest: str) -> None:
    signature = base64.b64decode(notary.sign(b"hello", digest))
    other = "sha1" if digest == "sha256" else "sha256"

    assert notary.PUBLIC.verify(b"hello", signature, digest)
    assert not notary.PUBLIC.verify(b"hullo", signature, digest)
    assert not notary.PUBLIC.verify(b"hello", signature, other)
    assert not PublicKey(notary.PUBLIC.modulus - 2, 65537).verify(b"hello", signature, digest)


@pytest.mark.parametrize("signature", [b"", b"\x00", b"\x00" * 256, b"\x01" * 256, b"\xff" * 256, b"\x00" * 257])
def test_nothing_else_is_a_signature(signature: bytes) -> None:
    assert not notary.PUBLIC.verify(b"hello", signature, "sha256")


def test_a_signature_of_three_small_lies_is_none() -> None:
    # With an exponent of 3, a cube root can stand for a block whose padding nobody looks at (Bleichenbacher, 2006).
    key = PublicKey(notary.PUBLIC.modulus, 3)
    root = 1 << 660

    assert not key.verify(b"hello", root.to_bytes(256), "sha256")


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no certificate",
        notary.CERTIFICATE.replace(b"BEGIN", b"BEGUN"),
        b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nMIL/////\n-----END CERTIFICATE-----",
        notary.CERTIFICATE[:400] + b"\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_has_no_key(pem: bytes) -> None:
    with pytest.raises(ValueError, match="certificate"):
        PublicKey.of(pem)
