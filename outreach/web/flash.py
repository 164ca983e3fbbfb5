"""Messages that one request leaves for the next page: a signed cookie that lives for a minute."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from fastapi import Request, Response

from outreach.foundation.settings import secret_keys
from outreach.web import cookies

NAME: Final = "flash"
SECONDS: Final = 60
LONGEST: Final = 1000  # characters: a cookie holds 4 kB


@dataclass(frozen=True)
class Flash:
    """One message, in the reader's language already, and what it means: ok, info, warn or stop."""

    text: str
    tone: str


def leave(response: Response, text: str, tone: str) -> None:
    """Let the next page show a message."""
    body = urlsafe_b64encode(json.dumps([text[:LONGEST], tone], ensure_ascii=False).encode()).decode()
    cookies.put(response, NAME, f"{body}.{_mac(body)}", seconds=SECONDS)


def read(request: Request) -> tuple[Flash, ...]:
    """Return what was left, nothing when the cookie is not ours."""
    body, _, mac = (cookies.get(request, NAME) or "").partition(".")
    if not body or not hmac.compare_digest(_mac(body).encode(), mac.encode()):
        return ()
    text, tone = json.loads(urlsafe_b64decode(body))
    return (Flash(text, tone),)


def clear(response: Response) -> None:
    """Forget what has been shown."""
    cookies.remove(response, NAME)


def _mac(body: str) -> str:
    return hmac.digest(_key(), body.encode(), "sha256").hex()


@lru_cache(maxsize=1)
def _key() -> bytes:
    return hmac.digest(secret_keys()[0].encode(), b"flash", sha256)
