"""Read request bodies up to a limit."""

from starlette.requests import ClientDisconnect, Request

from outreach.sandbox.problems import Problem

DRAINED = 100 * 1024 * 1024


async def read(request: Request, *, limit: int) -> bytes:
    """Return the body; raise a 413 when it is longer than `limit` bytes, a 400 that nobody hears when the caller died.

    What is too long is still received, up to 100 MB: a caller that is cut off while it sends sees a broken connection
    instead of the answer.
    """
    kept, received = bytearray(), 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received <= limit:
                kept += chunk
            elif received > DRAINED:
                break
    except ClientDisconnect:
        raise Problem(400, "The caller hung up before the body was whole.") from None
    if received > limit:
        raise Problem(413, f"The body is longer than {limit} bytes.")
    return bytes(kept)
