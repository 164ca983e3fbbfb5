"""Where mail that came in is handed over: by a provider's inbound route or a script of one's own mail server.

Provider-neutral: the body is the mail as it came over the wire (message/rfc822), signed as the Standard Webhooks
specification says with `OUTREACH_INBOUND_KEY`.
"""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from outreach.api.hooks import Problem
from outreach.delivery.providers import signatures
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.foundation.errors import Forbidden, NotFound
from outreach.foundation.settings import settings
from outreach.readers import mailto

router = APIRouter(tags=["webhooks"])


@router.post(
    "/hooks/inbound",
    max_body_size=mailto.LARGEST,
    status_code=204,
    response_class=Response,
    responses={
        403: {"model": Problem, "description": "The signature is missing, wrong or too old"},
        404: {"model": Problem, "description": "No key for mail that comes in is set"},
        413: {"model": Problem, "description": "More than a megabyte"},
        503: {"model": Problem, "description": "The mail was not taken; send it again"},
    },
)
async def take(request: Request) -> Response:
    """Take a mail that came to the address for leaving. What it asks for is done before the answer."""
    key = settings().inbound_key
    if key is None:
        raise NotFound
    body = await request.body()
    if not signatures.standard(key.get_secret_value(), request.headers, body, clock.now()):
        raise Forbidden("The signature is missing, wrong or too old.")
    await run_in_threadpool(_read, body)
    return Response(status_code=204)


def _read(body: bytes) -> None:
    with transaction() as session:
        mailto.read(session, body)
