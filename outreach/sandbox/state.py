"""What every request of one running sandbox shares."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from outreach.sandbox.controls import Controls
from outreach.sandbox.courier import Courier
from outreach.sandbox.options import Options
from outreach.sandbox.store import Store


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox. `stopping` says that the process was asked to end."""

    options: Options
    store: Store
    controls: Controls
    courier: Courier
    stopping: Callable[[], bool]


def of(request: Request) -> Sandbox:
    """Return the sandbox that answers a request."""
    return cast(Sandbox, request.app.state.sandbox)
