"""Reports as the sandbox provider signs and posts them, for stories that choose their order themselves."""

import json
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from outreach.foundation import clock
from outreach.sandbox import signing
from tests.sandbox.peer import WEBHOOK_KEY


def event(kind: str, delivery: UUID, *, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """One event about a delivery."""
    moment = (at or clock.now()).isoformat()
    named = {"event_id": uuid4().hex, "type": kind, "delivery_id": str(delivery), "occurred_at": moment}
    return named | {"message_id": f"{delivery}@sandbox.invalid", "email": "", "diagnostic": ""} | more


def post(site: httpx.Client, events: Iterable[dict[str, Any]]) -> None:
    """Report events in one signed call, which must be taken."""
    body = json.dumps({"events": list(events)}).encode()
    secret = signing.key(WEBHOOK_KEY)
    headers = signing.headers(secret, webhook_id=uuid4().hex, timestamp=int(time.time()), body=body)
    answer = site.post("/hooks/sandbox", content=body, headers={**headers, "content-type": "application/json"})
    assert answer.status_code == 200, answer.text
