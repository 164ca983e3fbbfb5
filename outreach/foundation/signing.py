"""Signed tokens for links in mail: `v1.<kid>.<purpose>.<subject>.<mac>`.

HMAC-SHA-256 cut to 128 bits over all fields, with a key of its own per purpose (HKDF-Expand, RFC 5869 §2.3), so that an
open token cannot unsubscribe. The subject is an opaque UUID: no address, name or URL. The algorithm is fixed here and
never read from the request; `kid` only picks one of our keys, the active one or a retired one that still verifies.
"""

import hmac
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from outreach.foundation.settings import secret_keys


class Purpose(StrEnum):
    """What a token allows; each has its own key."""

    OPEN = "o"  # tell that a letter's picture was fetched
    CLICK = "c"  # tell that a link was followed
    UNSUBSCRIBE = "u"  # end the subscription the letter was sent for
    PREFERENCES = "p"  # see and change one's own choices
    LETTER = "l"  # read the letter on the web
    CONFIRM = "k"  # confirm an address
    PREVIEW = "v"  # look at an unpublished piece
    GO_BACK = "b"  # undo a leaving, for a day
    FRESH = "f"  # open one's own data, once and soon after it was mailed
    VISIT = "s"  # act on one's own data, for as long as the page that was opened is good for
    MOVE_FROM = "x"  # agree, as the old mailbox, to a change of address
    MOVE_TO = "y"  # agree to it as the new one
    INVITATION = "i"  # choose a password as a member of staff


def sign(purpose: Purpose, subject: UUID) -> str:
    """Make the token that lets its holder do `purpose` for `subject`."""
    return next(tokens({"": purpose}, [subject]))[""]


def tokens(purposes: Mapping[str, Purpose], subjects: Iterable[UUID]) -> Iterator[dict[str, str]]:
    """Make each subject's tokens, one per purpose and under its name; microseconds a token."""
    root = secret_keys()[0]
    keys = [(name, *_signing(root, purpose)) for name, purpose in purposes.items()]
    for subject in subjects:
        text = _text(subject.bytes)
        yield {name: f"{beginning}{text}.{_mac(key, beginning + text)}" for name, beginning, key in keys}


def read(purpose: Purpose, token: str) -> UUID | None:
    """Return the subject of a valid token, None for any other; a wrong one takes the same path as a right one."""
    body, _dot, mac = token.rpartition(".")
    version, kid, given_purpose, subject = [*body.split("."), "", "", "", ""][:4]
    key = _verifying().get(kid)
    expected = _mac(_derived(key or "no such key", purpose), body)
    valid = hmac.compare_digest(expected.encode(), mac.encode(errors="replace"))
    well_formed = body.count(".") == 3 and version == "v1" and given_purpose == purpose.value
    return _subject(subject) if key and valid and well_formed else None


def _verifying() -> dict[str, str]:
    # The active key last: should a retired one ever have the same id, it is the retired one that stops verifying.
    return {_kid(root): root for root in reversed(secret_keys())}


@lru_cache(maxsize=64)
def _signing(root: str, purpose: Purpose) -> tuple[str, bytes]:
    return f"v1.{_kid(root)}.{purpose.value}.", _derived(root, purpose)


@lru_cache(maxsize=64)
def _derived(root: str, purpose: Purpose) -> bytes:
    extracted = hmac.digest(b"outreach", root.encode(), sha256)
    return hmac.digest(extracted, f"token:{purpose.value}\x01".encode(), sha256)


@lru_cache(maxsize=16)
def _kid(root: str) -> str:
    return _text(hmac.digest(root.encode(), b"outreach key id", sha256)[:3])


def _mac(key: bytes, body: str) -> str:
    mac = _keyed(key).copy()
    mac.update(body.encode(errors="replace"))
    return _text(mac.digest()[:16])


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> hmac.HMAC:
    """Take a key in once: half of the work of each token."""
    return hmac.new(key, digestmod=sha256)


def _subject(text: str) -> UUID | None:
    try:
        return UUID(bytes=urlsafe_b64decode(text + "=="))
    except ValueError:
        return None


def _text(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
