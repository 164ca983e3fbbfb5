"""The JSON API under `/v1`: batches in, messages and counts out, behaviour and faults."""

import asyncio
import json
import time
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from outreach.sandbox import accepting, bodies, intake, messages, misbehaving, state
from outreach.sandbox.behaviour import Behaviour
from outreach.sandbox.doors import check_key
from outreach.sandbox.faults import Faults
from outreach.sandbox.problems import Problem, unprocessable

T = TypeVar("T")

MAX_BODY = 1024 * 1024


class _Search(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    ids: list[str] = Field(max_length=messages.MAX_IDS)


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=messages.MAX_PAGE)] = 500
    content: bool = False


async def take_batch(request: Request) -> Response:
    """`POST /v1/batches`: take a letter for up to 1,000 recipients and answer for each, in order."""
    check_key(request)
    sandbox = state.of(request)
    behaviour = sandbox.controls.behaviour
    fault = await sandbox.controls.strike()
    await asyncio.sleep(behaviour.latency)
    if fault:
        await misbehaving.before(fault, request)
    body = await bodies.read(request, limit=intake.MAX_BYTES)
    batch = await asyncio.to_thread(intake.read, body)
    key = request.headers.get("idempotency-key") if behaviour.idempotency else None
    answers = await sandbox.store.write(accepting.take, batch, key=key, behaviour=behaviour, now=time.time())
    sandbox.courier.wake()
    return await misbehaving.after(fault, request, _json({"results": answers}))


async def list_messages(request: Request) -> Response:
    """`GET /v1/messages`: with `id=…` (repeatable) find by delivery id, else page on from `after`."""
    check_key(request)
    if ids := request.query_params.getlist("id"):
        return await _found(request, ids)
    try:
        page = _Page.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise unprocessable(error) from None
    return _raw(
        await state.of(request).store.read(messages.following, after=page.after, limit=page.limit, content=page.content)
    )


async def search_messages(request: Request) -> Response:
    """`POST /v1/messages/search`: find up to 1,000 messages by delivery id."""
    check_key(request)
    return await _found(request, (await _body(request, TypeAdapter(_Search))).ids)


async def delete_messages(request: Request) -> Response:
    """`DELETE /v1/messages`: empty the mailbox; behaviour and faults stay."""
    check_key(request)
    await state.of(request).store.write(messages.empty)
    return Response(status_code=204)


async def count(request: Request) -> Response:
    """`GET /v1/count`: how much was accepted, for how many delivery ids, and what became of it."""
    check_key(request)
    return _json(await state.of(request).store.read(messages.count))


async def show_behaviour(request: Request) -> Response:
    """`GET /v1/behaviour`."""
    check_key(request)
    return _json(state.of(request).controls.behaviour.model_dump())


async def put_behaviour(request: Request) -> Response:
    """`PUT /v1/behaviour`: replace it whole; what is left out has its default."""
    check_key(request)
    sandbox = state.of(request)
    await sandbox.controls.behave(await _body(request, TypeAdapter(Behaviour)))
    sandbox.courier.wake()
    return await show_behaviour(request)


async def show_faults(request: Request) -> Response:
    """`GET /v1/faults`: those that can still strike, with the counts that are left."""
    check_key(request)
    return _json(Faults.dump_python(state.of(request).controls.faults))


async def put_faults(request: Request) -> Response:
    """`PUT /v1/faults`: replace the list."""
    check_key(request)
    await state.of(request).controls.trouble(await _body(request, Faults))
    return await show_faults(request)


async def healthz(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    """`GET /healthz`: 200 as long as requests are answered."""
    return _json({"status": "ok"})


async def _found(request: Request, ids: list[str]) -> Response:
    if len(ids) > messages.MAX_IDS:
        raise Problem(422, f"A search takes at most {messages.MAX_IDS} ids.")
    return _raw(await state.of(request).store.read(messages.search, ids))


async def _body(request: Request, shape: TypeAdapter[T]) -> T:
    try:
        return shape.validate_json(await bodies.read(request, limit=MAX_BODY))
    except ValidationError as error:
        raise unprocessable(error) from None


def _json(value: Any) -> Response:
    return _raw(json.dumps(value, ensure_ascii=False).encode())


def _raw(body: bytes) -> Response:
    return Response(body, media_type="application/json")
