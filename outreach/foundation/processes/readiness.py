"""Waiting until something is ready: a condition of ours, or an address that answers."""

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

PAUSE = 0.05

Probe = Callable[[], bool] | str  # a condition, or an http:// address that answers below 400 when ready


def wait_until(probe: Probe, *, seconds: float, unless: Callable[[], bool] = lambda: False) -> bool:
    """Ask again and again until the probe is ready; False when the time is up or `unless` holds first."""
    deadline = time.monotonic() + seconds
    while not is_ready(probe):
        if unless() or time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def is_ready(probe: Probe) -> bool:
    """Ask the probe once."""
    return _answers(probe) if isinstance(probe, str) else probe()


def _answers(url: str) -> bool:
    """Ask an address directly: a proxy in the environment has no business between us and our own child."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=2)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="", fragment="").geturl() or "/")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
