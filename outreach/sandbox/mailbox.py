"""The mailbox pages: every letter as its recipient gets it."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from outreach.sandbox import letters, listing, pages, preview, state
from outreach.sandbox.letters import Letter
from outreach.sandbox.listing import Filter
from outreach.sandbox.problems import Problem

VIEWS = ("html", "text", "headers")

LAST = 2**62
"""Beyond what SQLite can number."""


async def inbox(request: Request) -> Response:
    """`GET /`: the list, newest first."""
    return await _show(request, _filter(request), home="/")


async def to_address(request: Request) -> Response:
    """`GET /to/{address}`: everything that one recipient got."""
    address: str = request.path_params["address"]
    return await _show(request, _filter(request, address=address), home=f"/to/{quote(address)}")


async def message(request: Request) -> Response:
    """`GET /messages/{n}`: one letter, beside the list it was chosen from."""
    wanted = _filter(request, address=request.query_params.get("to", ""))
    home = f"/to/{quote(wanted.address)}" if wanted.address else "/"
    return await _show(request, wanted, home=home, letter=await _letter(request))


async def message_html(request: Request) -> Response:
    """`GET /messages/{n}/html`: the letter's HTML, for the frame on its page."""
    dark, pictures = request.query_params.get("scheme") == "dark", request.query_params.get("pictures") != "off"
    return preview.document(await _letter(request), dark=dark, pictures=pictures)


async def message_file(request: Request) -> Response:
    """`GET /messages/{n}.eml`: the letter as a file for a mail program."""
    letter = await _letter(request)
    return Response(
        letters.eml(letter),
        media_type="message/rfc822",
        headers={"content-disposition": f'attachment; filename="sandbox-{letter.n}.eml"'},
    )


async def _show(request: Request, wanted: Filter, *, home: str, letter: Letter | None = None) -> Response:
    store = state.of(request).store
    query = request.query_params
    before, after = _number(query.get("before")), _number(query.get("after"))
    page = await store.read(listing.page, wanted, before=before, after=after)
    if letter and all(line.n != letter.n for line in page.lines):
        page = await store.read(listing.page, wanted, before=letter.n + 1)
    view = query.get("view", "html")
    newer, older = await store.read(listing.neighbours, wanted, letter.n) if letter else (None, None)
    return pages.page(
        request,
        "sandbox/mailbox.html",
        wanted=wanted,
        home=home,
        page=page,
        place={"before": before, "after": after},
        totals=await store.read(listing.totals),
        letter=letter,
        newer=newer,
        older=older,
        view=view if view in VIEWS else "html",
        look={name: query.get(name) for name in ("view", "width", "scheme", "pictures") if query.get(name)},
    )


async def _letter(request: Request) -> Letter:
    n = min(request.path_params["n"], LAST)
    letter = await state.of(request).store.read(letters.find, n)
    if letter is None:
        raise Problem(404, "There is no such letter in the mailbox.")
    return letter


def _filter(request: Request, address: str = "") -> Filter:
    query = request.query_params
    return Filter(
        search=query.get("search", "").strip(),
        language=query.get("language", ""),
        stream=query.get("stream", ""),
        address=address,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
