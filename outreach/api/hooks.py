"""Where providers report what became of letters.

A coroutine that touches Redis only: a report is taken, signature checked, while PostgreSQL is down. When Redis does not
take it the answer is 503, and the provider comes again.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from outreach.delivery import providers
from outreach.foundation import clock
from outreach.foundation.errors import Forbidden, NotFound, Refused
from outreach.foundation.settings import settings

router = APIRouter(tags=["webhooks"])

LARGEST: Final = 1_000_000  # bytes
MOST_EVENTS: Final = 1_000


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


@router.post(
    "/hooks/{provider}",
    max_body_size=LARGEST,
    status_code=200,
    response_class=Response,
    responses={
        403: {"model": Problem, "description": "The signature is missing, wrong, too old or of another report"},
        404: {"model": Problem, "description": "There is no such provider, or no webhook key is set for it"},
        413: {"model": Problem, "description": "More than a megabyte"},
        422: {"model": Problem, "description": "More than a thousand events"},
        503: {"model": Problem, "description": "The report was not taken; send it again"},
    },
)
async def report(provider: str, request: Request) -> Response:
    """Take a provider's report; it is applied within seconds.

    The body is signed as the provider does it. Reports may come in any order and more than once.
    """
    if provider not in providers.PROVIDERS or not settings().providers.get(provider.upper(), {}).get("WEBHOOK_KEY"):
        raise NotFound
    adapter = providers.load(provider)
    body = await request.body()
    # In a thread, because a signature may need a certificate that has to be fetched once.
    if not await run_in_threadpool(adapter.verify, request.headers, body, clock.now()):
        raise Forbidden("The signature is missing, wrong or too old.")
    if body.count(b"{") > MOST_EVENTS and len(adapter.parse(body)) > MOST_EVENTS:
        raise Refused(f"A call may report at most {MOST_EVENTS} events; send them in several.")
    await request.app.state.receiving.take(provider, body, ticket=adapter.ticket(body))
    return Response(status_code=200)
