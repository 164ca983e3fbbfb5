"""Newsletters and press releases: what there is, in which languages, how far it is, and how it will look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from outreach.accounts import roles
from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.campaigns import overview
from outreach.content import approval, history, pieces, queries, remarks, standing
from outreach.content.kinds import SHAPES, kind_name
from outreach.content.manuscript import Manuscript, Words
from outreach.content.models import PieceKind
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import act, page
from outreach.web.officer.switches import Switches

router = APIRouter()

NAMING: Final = ("heading", "title", "label", "speaker", "lead", "text", "html")
PLACES: Final = {PieceKind.ISSUE: "newsletters", PieceKind.RELEASE: "releases"}


@dataclass(frozen=True)
class BlockLine:
    """One block of a piece: what it is called in the language in use, and the languages that have its words."""

    key: str
    kind: str
    words: str
    languages: tuple[str, ...]
    lacking: tuple[str, ...]


@router.get("/newsletters")
def newsletters(request: Request, session: Db, cursor: str | None = None) -> Response:
    """List the issues of the newsletter."""
    return _list(request, session, PieceKind.ISSUE, cursor)


@router.get("/releases")
def releases(request: Request, session: Db, cursor: str | None = None) -> Response:
    """List the press releases."""
    return _list(request, session, PieceKind.RELEASE, cursor)


@router.get("/pieces/{key}")
def show(request: Request, key: str, session: Db, switches: Annotated[Switches, Query()]) -> Response:
    """Show one piece: its preview, how complete it is, its approval and its blocks."""
    piece = queries.by_key(session, key)
    manuscript = pieces.load(session, piece)
    return page(
        request,
        "pieces/detail",
        at=PLACES[piece.kind],
        piece=piece,
        row=queries.row(session, piece),
        place=PLACES[piece.kind],
        standings=standing.of(manuscript),
        blocks=_block_lines(manuscript),
        pictures=manuscript.pictures,
        approvals=history.approvals(session, piece),
        remarks=remarks.listed(session, piece),
        campaigns=overview.of_piece(session, piece),
        preview=switches.of(f"/pieces/{key}", manuscript.languages, letter=f"/pieces/{key}/preview"),
    )


@router.post("/pieces/{key}/approval")
def approve(key: str, user: Annotated[User, Depends(may(Action.APPROVE))], session: Db) -> Response:
    """Free a piece for sending, exactly as it stands."""
    piece = queries.by_key(session, key)

    def freed() -> str:
        approval.approve(session, piece, by=user.email)
        return _("Approved. If anything in it changes, the approval lapses.")

    return act(session, freed, back=f"/pieces/{key}")


@router.post("/pieces/{key}/remarks")
def remark(
    key: str,
    user: Annotated[User, Depends(may(Action.WRITE))],
    session: Db,
    text: Annotated[str, Form(max_length=10_000)] = "",
    returns: Annotated[bool, Form()] = False,
) -> Response:
    """Say something about a piece; an approver may return it so."""
    if returns:
        roles.require(user, Action.APPROVE)
    piece = queries.by_key(session, key)

    def said() -> str:
        remarks.add(session, piece, text, by=user.email, returns=returns)
        return _("It is returned, with your remark.") if returns else _("Your remark is kept.")

    return act(session, said, back=f"/pieces/{key}#remarks")


def _list(request: Request, session: Db, kind: PieceKind, cursor: str | None) -> Response:
    found = queries.listed(session, kind=kind, cursor=cursor, size=20)
    standings = standing.of_all(session, [row.id for row in found.items])
    return page(
        request,
        "pieces/list",
        at=PLACES[kind],
        kind=kind.value,
        rows=[(row, standings[row.id]) for row in found.items],
        pages=found,
    )


def _block_lines(manuscript: Manuscript) -> list[BlockLine]:
    lines = []
    for section in manuscript.sections:
        has_words = bool(SHAPES[section.kind].fields)
        written = tuple(one for one in manuscript.languages if not has_words or section.texts.get(one))
        lines.append(
            BlockLine(
                key=section.key,
                kind=kind_name(section.kind),
                words=_first_words(section.texts),
                languages=written,
                lacking=tuple(one for one in manuscript.languages if one not in written),
            )
        )
    return lines


def _first_words(texts: Mapping[str, Words]) -> str:
    """Return what a person calls a block: its heading, or how its text begins, in the first language that has words."""
    written = (texts.get(language, {}) for language in locale.FALLBACKS[locale.language()])
    return next((words[name] for words in written for name in NAMING if words.get(name)), "")
