"""One Prism process for each document that a test asks for, as long as the run lasts."""

from collections.abc import Callable, Iterator

import pytest

from outreach.foundation import http
from tests.delivery.contracts import material
from tests.delivery.contracts.prism import Prism


@pytest.fixture(scope="session")
def prism() -> Iterator[Callable[[str], Prism]]:
    """Return a function from the name of a document in `specs/strict` to the mock made from it."""
    running: dict[str, Prism] = {}

    def of(name: str) -> Prism:
        if name not in running:
            running[name] = Prism(material.spec(name))
        return running[name]

    yield of
    for one in running.values():
        one.stop()


@pytest.fixture(autouse=True)
def _own_client() -> Iterator[None]:
    """Leave no client behind that another story would call with."""
    yield
    http.close()
