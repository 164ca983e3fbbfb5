"""The page where a piece is written, in two languages side by side; each pane saves itself, with or without script.

A form that comes from script (`HX-Request`) is answered with what has changed on the page, any other with the page.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from sqlmodel import Session
from starlette.datastructures import FormData

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.content import composing, pieces, queries
from outreach.content.composing import Overtaken, Unreadable
from outreach.content.manuscript import Manuscript
from outreach.content.models import BlockKind, PieceKind
from outreach.foundation import locale
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings
from outreach.rendering import merge
from outreach.web.access import Db, may
from outreach.web.officer import compose_page
from outreach.web.officer.compose_page import Pane
from outreach.web.officer.page import page
from outreach.web.officer.pieces import PLACES
from outreach.web.officer.switches import Switches
from outreach.web.pages import redirect

router = APIRouter(prefix="/pieces")

Writer = Annotated[User, Depends(may(Action.WRITE))]
LARGEST: Final = 15_000_000  # bytes of a picture; a camera's own file fits
LONGEST: Final = 400_000  # characters of a field in a form: more than a block holds, so that the refusal can say so
TEXT: Final = "text:"


async def form_of(request: Request) -> FormData:
    """Read a form whose fields are named by what they hold."""
    return await request.form(max_files=0, max_fields=60, max_part_size=4 * LONGEST)


Sent = Annotated[FormData, Depends(form_of)]
Short = Annotated[str, Form(max_length=120)]


@router.get("/new")
def new(request: Request, _user: Writer, kind: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Ask for what a piece begins with."""
    chosen = PieceKind.RELEASE if kind == PieceKind.RELEASE.value else PieceKind.ISSUE
    return _begin(request, chosen)


@router.post("")
def create(
    request: Request,
    session: Db,
    user: Writer,
    kind: Annotated[PieceKind, Form()],
    title: Annotated[str, Form(max_length=2000)] = "",
    first: Short = "",
    language: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Begin a piece, and lead to where it is written."""
    chosen = [one for one in settings().languages if one in (language or [])]
    own = first if first in settings().languages else locale.language()
    try:
        piece = composing.begin(
            session, kind, title, by=user.email, language=own, others=[one for one in chosen if one != own]
        )
    except Refused as refusal:
        return _begin(request, kind, title=title, first=own, chosen=chosen, problem=refusal.message)
    composing.choose_topics(
        session, piece.key, [one for one, _label in compose_page.about(session, kind)][:1], by=user.email
    )
    return redirect(f"/pieces/{piece.key}/compose")


@router.get("/{key}/compose")
def compose(
    request: Request,
    key: str,
    session: Db,
    _user: Writer,
    switches: Annotated[Switches, Query()],
    left: Annotated[str | None, Query(max_length=20)] = None,
    right: Annotated[str | None, Query(max_length=20)] = None,
    undo: UUID | None = None,
    change: bool = False,
) -> Response:
    """Show the blocks of a piece with their words, and the letter that they make.

    A piece that is approved is opened on purpose only: whoever types into it ends the approval, and takes a page of the
    web away from its readers.
    """
    row = queries.row(session, queries.by_key(session, key))
    if row.is_approved and not change:
        return page(request, "pieces/approved", at=PLACES[row.kind], row=row, state=row.state.value)
    return _page(request, session, key, switches=switches, left=left, right=right, undo=undo)


@router.post("/{key}/words")
def write(request: Request, key: str, session: Db, user: Writer, form: Sent) -> Response:
    """Keep the words of one pane; what cannot be kept comes back as it was typed, and says why."""
    place, language = str(form.get("place", "")), str(form.get("language", ""))
    given = {name.removeprefix(TEXT): str(text) for name, text in form.items() if name.startswith(TEXT)}
    began_from = str(form.get("instead") or form.get("began_from", ""))
    try:
        with session.begin_nested():
            written = composing.write(
                session,
                key,
                place,
                language,
                given,
                by=user.email,
                began_from=began_from,
                is_markdown=form.get("as") != "html",
            )
    except Overtaken as overtaken:
        return _unsaved(request, session, key, place, language, given, problem=overtaken.message, overtaken=overtaken)
    except Refused as refusal:
        wrong = refusal.field if isinstance(refusal, Unreadable) else ""
        return _unsaved(request, session, key, place, language, given, problem=refusal.message, wrong=wrong)
    if not _is_script(request):
        return redirect(_back(request, key, _anchor(place)), say=_("Saved."))
    return _part(request, written.manuscript, compose_page.pane(written.manuscript, place, language))


@router.post("/{key}/shared")
def share(request: Request, key: str, session: Db, user: Writer, form: Sent) -> Response:
    """Keep what is the same in every language of a block."""
    block = str(form.get("block", ""))
    given = {name.removeprefix("shared:"): str(text) for name, text in form.items() if name.startswith("shared:")}

    def shared() -> None:
        composing.share(session, key, block, given, by=user.email)

    return _done(request, session, key, shared, at=f"block-{block}", say=_("Saved."))


@router.post("/{key}/blocks")
def add(
    request: Request, key: str, session: Db, user: Writer, kind: Annotated[BlockKind, Form()], after: Short = ""
) -> Response:
    """Add a block."""
    added: list[str] = []

    def adding() -> None:
        added.append(composing.add(session, key, kind, by=user.email, after=after))

    return _done(request, session, key, adding, at=lambda: f"block-{added[0]}" if added else "blocks")


@router.post("/{key}/blocks/{block}")
def change(
    request: Request,
    key: str,
    block: str,
    session: Db,
    user: Writer,
    do: Annotated[str, Form(max_length=20)] = "",
    to: Annotated[int, Form(ge=0, le=1000)] = 0,
) -> Response:
    """Move, copy or take out a block."""
    at, undo = [f"block-{block}"], list[UUID]()

    def changing() -> None:
        if do == "duplicate":
            at[0] = f"block-{composing.duplicate(session, key, block, by=user.email)}"
        elif do == "remove":
            undo.append(composing.remove(session, key, block, by=user.email))
            at[0] = "blocks"
        elif do == "move":
            composing.move(session, key, block, by=user.email, to=to)

    return _done(request, session, key, changing, at=lambda: at[0], undo=undo)


@router.post("/{key}/about")
def about(
    request: Request, key: str, session: Db, user: Writer, topic: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Keep what a piece is about."""
    kind = queries.by_key(session, key).kind
    known = [one for one, _label in compose_page.about(session, kind)]

    def choosing() -> None:
        composing.choose_topics(session, key, [one for one in known if one in (topic or [])], by=user.email)

    return _done(request, session, key, choosing, at="about", say=_("Saved."))


@router.post("/{key}/editions")
def open_edition(request: Request, key: str, session: Db, user: Writer, language: Short = "") -> Response:
    """Begin the piece in another language."""
    if language not in settings().languages:
        raise NotFound
    return _done(
        request,
        session,
        key,
        lambda: composing.open_edition(session, key, language, by=user.email),
        to=f"?right={language}",
        at="top",
    )


@router.post("/{key}/pictures")
def upload(
    request: Request, key: str, session: Db, user: Writer, file: Annotated[UploadFile, File()], block: Short = ""
) -> Response:
    """Take in a picture, and show it in a block where one is named."""
    content = file.file.read(LARGEST + 1)

    def uploading() -> None:
        if not content:
            raise Refused(_("Choose a picture first."))
        if len(content) > LARGEST:
            raise Refused(_("This picture is larger than 15 MB; make it smaller first."))
        composing.add_picture(session, key, file.filename or "", content, by=user.email, block=block)

    return _done(
        request,
        session,
        key,
        uploading,
        at=f"block-{block}" if block else "pictures",
        say=_("The picture is there. Write what it shows for those who do not see it, in each language."),
    )


@router.post("/{key}/pictures/{name}/remove")
def remove_picture(request: Request, key: str, name: str, session: Db, user: Writer) -> Response:
    """Take a picture out of the piece."""
    undo = list[UUID]()

    def removing() -> None:
        undo.append(composing.remove_picture(session, key, name, by=user.email))

    return _done(request, session, key, removing, at="pictures", undo=undo)


def _done(
    request: Request,
    session: Session,
    key: str,
    verb: Callable[[], Any],
    *,
    at: str | Callable[[], str],
    say: str | None = None,
    to: str = "",
    undo: Sequence[UUID] = (),
) -> Response:
    """Change the piece and lead back to its page; a refusal undoes it and is told there."""
    tone = "ok"
    try:
        with session.begin_nested():
            verb()
    except (Refused, Conflict) as refusal:
        say, tone = refusal.message, "stop"
    anchor = at() if callable(at) else at
    return redirect(_back(request, key, anchor, to, undo=undo[0] if undo else None), say=say, tone=tone)


def _back(request: Request, key: str, anchor: str, to: str = "", *, undo: UUID | None = None) -> str:
    """Return where the reader was: the same languages beside each other, the same block."""
    pair = {name: chosen for name in ("left", "right") if (chosen := request.query_params.get(name))}
    if undo:
        pair["undo"] = str(undo)
        anchor = "top"
    asked = f"?{urlencode(pair)}" if pair else ""
    return f"/pieces/{key}/compose{to or asked}#{quote(anchor)}"


def _begin(
    request: Request,
    kind: PieceKind,
    *,
    title: str = "",
    first: str = "",
    chosen: list[str] | None = None,
    problem: str = "",
) -> Response:
    return page(
        request,
        "pieces/new",
        status=422 if problem else 200,
        at=PLACES[kind],
        kind=kind.value,
        place=PLACES[kind],
        title=title,
        first=first or locale.language(),
        chosen=list(settings().languages) if chosen is None else chosen,
        problem=problem,
    )


def _page(
    request: Request,
    session: Session,
    key: str,
    *,
    switches: Switches | None = None,
    left: str | None = None,
    right: str | None = None,
    unsaved: Pane | None = None,
    undo: UUID | None = None,
    status: int = 200,
) -> Response:
    piece = queries.by_key(session, key)
    manuscript = pieces.load(session, piece)
    languages = compose_page.columns(manuscript, left or (unsaved.language if unsaved else None), right)
    pair = {"left": languages[0] if languages else "", "right": languages[1] if len(languages) > 1 else "none"}
    here = f"/pieces/{key}/compose"
    switches = switches or Switches()
    switches.language = switches.language or pair["left"]
    return page(
        request,
        "pieces/compose",
        status=status,
        at=PLACES[piece.kind],
        piece=piece,
        row=queries.row(session, piece),
        place=PLACES[piece.kind],
        base=f"/pieces/{key}",
        columns=languages,
        pair=pair,
        present=manuscript.languages,
        absent=[one for one in settings().languages if one not in manuscript.editions],
        chips=compose_page.chips(manuscript),
        edition=compose_page.edition_panes(manuscript, languages),
        cards=compose_page.cards(session, manuscript, languages),
        pictures=compose_page.pictures(manuscript, languages),
        offered=compose_page.offered(piece.kind),
        about=compose_page.about(session, piece.kind),
        unsaved=unsaved,
        undo=undo,
        merge_fields=_merge_fields(),
        preview=switches.of(here, manuscript.languages, letter=f"/pieces/{key}/preview", keep={**pair, "change": "1"}),
    )


def _unsaved(
    request: Request,
    session: Session,
    key: str,
    place: str,
    language: str,
    given: dict[str, str],
    *,
    problem: str,
    wrong: str = "",
    overtaken: Overtaken | None = None,
) -> Response:
    manuscript = pieces.load(session, queries.by_key(session, key))
    kept = compose_page.pane(manuscript, place, language)
    pane = compose_page.typed(kept, given, problem=problem, wrong=wrong, is_overtaken=overtaken is not None)
    status = 409 if overtaken else 422
    if _is_script(request):
        return _part(request, manuscript, pane, status=status)
    return _page(request, session, key, unsaved=pane, status=status)


def _part(request: Request, manuscript: Manuscript, pane: Pane, *, status: int = 200) -> Response:
    return page(request, "pieces/saved", status=status, pane=pane, chips=compose_page.chips(manuscript))


def _is_script(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _anchor(place: str) -> str:
    return "top" if place == composing.EDITION else place.replace(":", "-")


def _merge_fields() -> list[tuple[str, str]]:
    labels = {"first_name": _("First name"), "full_name": _("Full name"), "organisation": _("Organisation")}
    return [(name, labels[name]) for name in merge.PERSONAL if name in labels]
