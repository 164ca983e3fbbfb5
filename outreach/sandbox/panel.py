"""The page with the switches: behaviour, faults, and emptying the mailbox."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from outreach.foundation.locale import gettext as _
from outreach.sandbox import messages, pages, state
from outreach.sandbox.behaviour import Behaviour
from outreach.sandbox.doors import check_origin
from outreach.sandbox.faults import Fault, Kind


async def show(request: Request) -> Response:
    """`GET /switches`."""
    return await _page(request)


async def behave(request: Request) -> Response:
    """`POST /switches/behaviour`: shares come as per cent."""
    check_origin(request)
    form = await _form(request)
    sandbox = state.of(request)
    try:
        behaviour = Behaviour.model_validate(
            {
                "delivered_after": _decimal(form, "delivered_after"),
                "latency": _decimal(form, "latency"),
                **{share: _decimal(form, share) / 100 for share in ("bounce_hard", "bounce_soft", "complaint")},
                "repeat": int(_decimal(form, "repeat")),
                **{switch: switch in form for switch in ("events", "shuffle", "idempotency")},
            }
        )
    except ValueError:
        return await _page(request, refused="behaviour", status=422)
    await sandbox.controls.behave(behaviour)
    sandbox.courier.wake()
    return _done("behaviour")


async def add_fault(request: Request) -> Response:
    """`POST /switches/faults`: let one more fault strike."""
    check_origin(request)
    form = await _form(request)
    controls = state.of(request).controls
    try:
        fault = Fault.model_validate(
            {
                "kind": form.get("kind"),
                "share": _decimal(form, "share") / 100,
                "count": int(_decimal(form, "count")) if form.get("count") else None,
                "retry_after": int(_decimal(form, "retry_after")),
                "seconds": _decimal(form, "seconds"),
            }
        )
    except ValueError:
        return await _page(request, refused="faults", status=422)
    await controls.trouble([*controls.faults, fault])
    return _done("faults")


async def clear_faults(request: Request) -> Response:
    """`POST /switches/faults/clear`: let no fault strike any more."""
    check_origin(request)
    await state.of(request).controls.trouble([])
    return _done("faults")


async def empty(request: Request) -> Response:
    """`POST /switches/empty`: forget every letter."""
    check_origin(request)
    await state.of(request).store.write(messages.empty)
    return _done("empty")


def fault_name(kind: Kind) -> str:
    """Say in the reader's language what a fault does."""
    return {
        Kind.TOO_MANY: _("Too many calls: refused with 429, nothing taken"),
        Kind.BROKEN_BEFORE: _("Error 500, nothing taken"),
        Kind.BROKEN_AFTER: _("Error 500 after the letters were taken"),
        Kind.SILENT_AFTER: _("Silence after the letters were taken"),
        Kind.UNKNOWN_KEY: _("The key is refused with 401, nothing taken"),
        Kind.GARBLED_AFTER: _("A broken answer after the letters were taken"),
    }[kind]


async def _page(request: Request, *, refused: str = "", status: int = 200) -> Response:
    sandbox = state.of(request)
    return pages.page(
        request,
        "sandbox/switches.html",
        status=status,
        behaviour=sandbox.controls.behaviour,
        faults=sandbox.controls.faults,
        kinds=list(Kind),
        fault_name=fault_name,
        count=await sandbox.store.read(messages.count),
        webhook_url=sandbox.options.webhook_url,
        saved=request.query_params.get("saved", ""),
        refused=refused,
    )


def _done(what: str) -> Response:
    return RedirectResponse(f"/switches?saved={what}", 303)


async def _form(request: Request) -> Mapping[str, Any]:
    async with request.form(max_files=0, max_fields=20) as form:
        return dict(form)


def _decimal(form: Mapping[str, Any], name: str) -> float:
    """Read a number as a form sends it, with a comma too, as Swedes write it; raise ValueError when it is none."""
    return float(str(form.get(name, "")).strip().replace(",", "."))
