"""What a piece was: who changed it when, what changed, and bringing an earlier version back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from outreach.accounts.models import User
from outreach.accounts.roles import Action
from outreach.content import comparing, composing, pieces, queries, revisions
from outreach.foundation.locale import gettext as _
from outreach.web.access import Db, may
from outreach.web.officer.page import act, number, page
from outreach.web.officer.pieces import PLACES

router = APIRouter(prefix="/pieces/{key}/history")

Writer = Annotated[User, Depends(may(Action.WRITE))]


@router.get("")
def listing(request: Request, key: str, session: Db, _user: Writer) -> Response:
    """List who left the piece when, each with what it changed."""
    piece = queries.by_key(session, key)
    found = revisions.listed(session, piece)
    return page(
        request,
        "pieces/history",
        at=PLACES[piece.kind],
        piece=piece,
        row=queries.row(session, piece),
        revisions=found,
    )


@router.get("/{revision_id}")
def show(request: Request, key: str, revision_id: str, session: Db, _user: Writer) -> Response:
    """Compare an earlier version with the piece as it is."""
    piece = queries.by_key(session, key)
    revision = revisions.of_piece(session, piece, number(revision_id))
    return page(
        request,
        "pieces/revision",
        at=PLACES[piece.kind],
        piece=piece,
        row=queries.row(session, piece),
        revision=revision,
        differences=comparing.differences(revisions.manuscript_of(revision), pieces.load(session, piece)),
    )


@router.post("/{revision_id}/restore")
def restore(key: str, revision_id: str, session: Db, user: Writer) -> Response:
    """Bring an earlier version back; the present one stays in the history."""
    piece = queries.by_key(session, key)
    revision = revisions.of_piece(session, piece, number(revision_id))

    def restored() -> str:
        composing.restore(session, key, revision, by=user.email)
        return _("The earlier version is back. The one before it stays in the history.")

    return act(session, restored, back=f"/pieces/{key}/compose")
