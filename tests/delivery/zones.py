"""Zones of made-up senders: one that is in order, and keys of every length."""

import base64
import secrets
from functools import lru_cache

from outreach.delivery.authentication.needs import Needs
from tests.delivery.name_server import NameServer

DOMAIN = "centrum.se"
SELECTOR = "s1"
KEY_AT = f"{SELECTOR}._domainkey.{DOMAIN}"
NEEDS = Needs(domain=DOMAIN, envelope=DOMAIN, dkim=DOMAIN, selectors=(SELECTOR,))
SPF = "v=spf1 include:_spf.post.net -all"


def in_order(server: NameServer) -> None:
    """Publish everything that a sender of centrum.se needs."""
    server.publish(DOMAIN, "TXT", "a site verification of somebody", SPF)
    server.publish("_spf.post.net", "TXT", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all")
    server.publish(KEY_AT, "TXT", f"v=DKIM1; k=rsa; p={rsa_key(2048)}")
    server.publish(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=none; rua=mailto:dmarc@centrum.se")
    server.publish(DOMAIN, "MX", "10 mx.post.net.")
    server.publish("mx.post.net", "A", "192.0.2.25")


@lru_cache
def rsa_key(bits: int) -> str:
    """Write a public key of a length as a SubjectPublicKeyInfo; nobody holds its private half."""
    modulus = secrets.randbits(bits) | 1 << bits - 1 | 1
    key = _der(0x30, _integer(modulus) + _integer(65537))
    algorithm = _der(0x30, bytes.fromhex("06092a864886f70d010101") + b"\x05\x00")
    return base64.b64encode(_der(0x30, algorithm + _der(0x03, b"\x00" + key))).decode()


def bare_rsa_key(bits: int) -> str:
    """Write the same without the wrapping (RFC 8017 A.1.1), as some signers publish it."""
    return base64.b64encode(_der(0x30, _integer(secrets.randbits(bits) | 1 << bits - 1) + _integer(65537))).decode()


def ed25519_key() -> str:
    """Write an Ed25519 key (RFC 8463 §4)."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content
