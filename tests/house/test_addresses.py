"""Every address that the product writes into a letter or a page is answered by a route."""

import inspect
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from outreach.app import create
from outreach.foundation import embedded, urls

SOMETHING = {"delivery": UUID(int=7), "key": "ansvar-2026-04", "language": "sv", "link_key": "hAndb00k_-1"}
SOMETHING |= {"name": f"{'0' * 32}.jpg", "provider": "sandbox"}
SOMETHING |= {"parting": UUID(int=8), "fresh_link": UUID(int=9), "move": UUID(int=10), "sign_up": UUID(int=11)}
SOMETHING |= {"invitation_id": UUID(int=12)}
TAKING = {"provider_hook": "POST", "subscribe_form": "POST"}  # all others are visited
BEGINNINGS = {"unsubscribe_base": "token"}  # what stands before something else


@pytest.fixture(scope="module")
def app(servers: embedded.Addresses) -> FastAPI:
    """The application, built and not served."""
    return create()


OURS = [name for name, one in inspect.getmembers(urls, inspect.isfunction) if inspect.getmodule(one) is urls]


@pytest.mark.parametrize("name", OURS)
def test_an_address_is_answered_by_a_route(app: FastAPI, name: str) -> None:
    function = getattr(urls, name)

    address = function(**{one: SOMETHING[one] for one in inspect.signature(function).parameters})

    path = urlsplit(address).path + BEGINNINGS.get(name, "")
    scope = {"type": "http", "method": TAKING.get(name, "GET"), "path": path, "headers": [], "root_path": ""}
    assert any(route.matches(scope)[0] is Match.FULL for route in app.routes), f"Nothing answers {path}."
