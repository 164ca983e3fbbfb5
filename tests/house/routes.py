"""Which addresses the application answers, asked of the application itself."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI


def answering(app: FastAPI, method: str) -> set[str]:
    """Return the paths of all routes that answer a method, with their parameters in braces."""
    found = {path for methods, path in _walk(app.routes) if method in methods}
    assert {"/sign-in", "/unsubscribe/{token}"} <= found, "The routes are not found where FastAPI used to keep them."
    return found


def _walk(routes: Iterable[Any]) -> Iterator[tuple[set[str], str]]:
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that was included; FastAPI unfolds it when asked
            yield from _walk(route.effective_candidates())
        elif hasattr(route, "path"):
            original = getattr(route, "original_route", route)
            yield set(getattr(original, "methods", None) or ()), route.path
