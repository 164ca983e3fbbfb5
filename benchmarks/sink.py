"""A provider that takes everything at once: the sandbox's batch API with nothing behind it, for measuring senders."""

import asyncio
import json
import os
from typing import Any

SECONDS = float(os.environ.get("SINK_SECONDS", "0"))


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer each batch with an acceptance per recipient, and a single letter with one."""
    if scope["type"] != "http":
        return
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    results = []
    if SECONDS:
        await asyncio.sleep(SECONDS)
    if scope["path"] == "/v1/batches":
        results = [
            {"id": one["id"], "status": "accepted", "message_id": one["id"]} for one in json.loads(body)["recipients"]
        ]
    answer = json.dumps({"results": results}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
