"""Cookies of staff: never read by script, never sent along from other sites. Readers get none.

Behind https their names begin with `__Host-`, so that no other host of the domain can set them (RFC 6265bis §4.1.3.2).
"""

from typing import Final

from fastapi import Request, Response

from outreach.foundation.settings import settings

SESSION: Final = "session"  # the secret of a signed-in browser
LANGUAGE: Final = "lang"  # the language chosen on a page


def get(request: Request, name: str) -> str | None:
    """Return a cookie's value, None when there is none."""
    return request.cookies.get(full(name))


def put(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie for a time, or until the browser is closed."""
    response.set_cookie(
        full(name), value, max_age=seconds, path="/", secure=_is_secure(), httponly=True, samesite="lax"
    )


def remove(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(full(name), path="/", secure=_is_secure(), httponly=True, samesite="lax")


def full(name: str) -> str:
    """Return the name that a cookie goes by."""
    return f"__Host-{name}" if _is_secure() else name


def _is_secure() -> bool:
    return settings().public_url.startswith("https://")
