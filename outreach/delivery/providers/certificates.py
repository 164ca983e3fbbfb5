"""The certificates that providers sign their webhook calls with, fetched once from the provider's own host.

The caller has checked that the address is one of the provider's: a call must never lead us elsewhere (SSRF).
"""

import threading
import time
from typing import Final, TypeVar

import httpx
import structlog

from outreach.delivery.providers.rsa import PublicKey
from outreach.foundation import http
from outreach.foundation.errors import Unavailable

log = structlog.get_logger()

T = TypeVar("T")

AGAIN: Final = 30.0  # seconds until a certificate that could not be had is asked for again
PATIENCE: Final = 1.0  # seconds to wait for one that somebody else is fetching; threads are few
MOST: Final = 16  # certificates, and failures, that are remembered

_lock = threading.Lock()
_known: dict[str, PublicKey] = {}
_missing: dict[str, float] = {}


def key(url: str) -> PublicKey:
    """Return the public key of a certificate; seconds for the first time, then at once.

    Raises Unavailable when it cannot be had now, so that the provider comes again. May be called from any thread.
    """
    if found := _known.get(url):
        return found
    if not _lock.acquire(timeout=PATIENCE):
        raise Unavailable
    try:
        return _known.get(url) or _fetch(url)
    finally:
        _lock.release()


def forget() -> None:
    """Forget all certificates, and which ones could not be had."""
    with _lock:
        _known.clear()
        _missing.clear()


def _fetch(url: str) -> PublicKey:
    if time.monotonic() < _missing.get(url, 0.0):
        raise Unavailable
    try:
        found = PublicKey.of(http.read(url))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        _remember(_missing, url, time.monotonic() + AGAIN)
        log.warning("certificate_missing", url=url, fault=f"{type(fault).__name__}: {fault}")
        raise Unavailable from fault
    _remember(_known, url, found)
    return found


def _remember(memory: dict[str, T], url: str, value: T) -> None:
    while len(memory) >= MOST:
        memory.pop(next(iter(memory)))
    memory[url] = value
