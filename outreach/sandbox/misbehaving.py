"""Act out a fault on a call to `POST /v1/batches`: before the batch is taken, or after."""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import Response

from outreach.sandbox import state, tallies
from outreach.sandbox.doors import unknown_key
from outreach.sandbox.faults import Fault, Kind
from outreach.sandbox.problems import Problem

LOOK = 0.1


async def before(fault: Fault, request: Request) -> None:
    """Refuse the call where the fault comes before the batch is taken; the call is counted."""
    refusals = {
        Kind.TOO_MANY: Problem(429, "Too many calls.", headers={"retry-after": str(fault.retry_after)}),
        Kind.BROKEN_BEFORE: Problem(500, "Something broke before the batch was taken."),
        Kind.UNKNOWN_KEY: unknown_key(),
    }
    if refusal := refusals.get(fault.kind):
        await state.of(request).store.write(tallies.add, "requests")
        raise refusal


async def after(fault: Fault | None, request: Request, answer: Response) -> Response:
    """Give the answer, or spoil it where the fault comes after the batch was taken."""
    match fault.kind if fault else None:
        case Kind.BROKEN_AFTER:
            raise Problem(500, "Something broke.")
        case Kind.SILENT_AFTER if fault:
            await _hold(request, fault.seconds)
            raise Problem(504, "The answer took too long.")
        case Kind.GARBLED_AFTER:
            half = bytes(answer.body)[: len(answer.body) // 2]
            return Response(half, media_type="application/json")
    return answer


async def _hold(request: Request, seconds: float) -> None:
    """Keep the connection open and silent until the time is over, the caller hangs up or the sandbox stops."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not state.of(request).stopping() and not await request.is_disconnected():
        await asyncio.sleep(min(LOOK, max(0.0, end - time.monotonic())))
