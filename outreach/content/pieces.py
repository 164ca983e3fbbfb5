"""Between tables and manuscripts: the only place that reads and writes the rows of a piece."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from outreach.content import manuscript as whole
from outreach.content.kinds import EDITION_LINES
from outreach.content.manuscript import Manuscript, Picture, Section, Words
from outreach.content.models import Asset, AssetText, Block, BlockText, Edition, Piece
from outreach.foundation import clock
from outreach.foundation.errors import Conflict
from outreach.foundation.locale import gettext as _

_COLUMNS = tuple(name for name in EDITION_LINES if name in Edition.model_fields)
_PICTURE_COLUMNS = ("alt", "caption", "credit", "licence")


def load(session: Session, piece: Piece) -> Manuscript:
    """Return everything in a piece; five statements."""
    return load_all(session, [piece])[piece.id]


def load_all(session: Session, pieces: Sequence[Piece]) -> dict[UUID, Manuscript]:
    """Return everything in several pieces, by their ids; five statements however many there are."""
    ids = [piece.id for piece in pieces]
    editions: dict[UUID, dict[str, Words]] = {piece_id: {} for piece_id in ids}
    for edition in session.exec(select(Edition).where(col(Edition.piece_id).in_(ids))):
        editions[edition.piece_id][edition.language] = _edition_words(edition)
    sections = _sections(session, ids)
    pictures = _pictures(session, ids)
    return {
        piece.id: Manuscript(
            key=piece.key,
            kind=piece.kind,
            series=piece.series,
            topics=tuple(piece.topics),
            codes=tuple(piece.codes),
            embargo_until=piece.embargo_until,
            published_on=piece.published_on,
            editions=editions[piece.id],
            sections=tuple(sections[piece.id]),
            pictures=whole.in_order(pictures[piece.id], sections[piece.id]),
        )
        for piece in pieces
    }


def save(session: Session, manuscript: Manuscript) -> Piece:
    """Create the piece, or replace everything in the one with the same key; its id, and what refers to it, stay.

    One writer at a time per key. Nothing is touched where nothing changed, and an edition whose words are the same
    keeps its `updated_at`. Raises Conflict where the key belongs to a piece of the other kind.
    """
    hold(session, manuscript.key)
    piece = session.exec(select(Piece).where(Piece.key == manuscript.key).with_for_update()).one_or_none()
    before = load(session, piece) if piece else None
    digest = whole.digest(manuscript)
    if piece and before and piece.content_hash == digest == whole.digest(before):
        return piece
    if piece and piece.kind is not manuscript.kind:
        raise Conflict(
            _("“%(key)s” is already the key of another kind of piece; choose another key.") % {"key": manuscript.key}
        )
    piece = piece or Piece(key=manuscript.key, kind=manuscript.kind)
    piece.series, piece.topics, piece.codes = manuscript.series, [*manuscript.topics], [*manuscript.codes]
    piece.embargo_until, piece.published_on = manuscript.embargo_until, manuscript.published_on
    piece.content_hash, piece.updated_at = digest, clock.now()
    session.add(piece)
    session.flush()
    _save_editions(session, piece, manuscript, before)
    _save_sections(session, piece, manuscript, before)
    _save_pictures(session, piece, manuscript, before)
    session.flush()
    return piece


def hold(session: Session, key: str) -> None:
    """Let nobody else change a piece until the transaction ends; whoever reads it afterwards reads what is true."""
    session.connection().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _edition_words(edition: Edition) -> Words:
    return _filled({**{name: getattr(edition, name) for name in _COLUMNS}, **edition.fields})


def _sections(session: Session, ids: list[UUID]) -> dict[UUID, list[Section]]:
    texts: dict[UUID, dict[str, Words]] = {}
    join = select(BlockText).join(Block, col(Block.id) == col(BlockText.block_id)).where(col(Block.piece_id).in_(ids))
    for text in session.exec(join):
        if words := _filled(text.fields):
            texts.setdefault(text.block_id, {})[text.language] = words
    found: dict[UUID, list[Section]] = {piece_id: [] for piece_id in ids}
    for block in session.exec(select(Block).where(col(Block.piece_id).in_(ids)).order_by(col(Block.position))):
        found[block.piece_id].append(Section(block.key, block.kind, block.shared, texts.get(block.id, {})))
    return found


def _pictures(session: Session, ids: list[UUID]) -> dict[UUID, list[Picture]]:
    texts: dict[UUID, dict[str, Words]] = {}
    join = select(AssetText).join(Asset, col(Asset.id) == col(AssetText.asset_id)).where(col(Asset.piece_id).in_(ids))
    for text in session.exec(join):
        if words := _filled({name: getattr(text, name) for name in _PICTURE_COLUMNS}):
            texts.setdefault(text.asset_id, {})[text.language] = words
    found: dict[UUID, list[Picture]] = {piece_id: [] for piece_id in ids}
    for asset in session.exec(select(Asset).where(col(Asset.piece_id).in_(ids))):
        found[asset.piece_id].append(
            Picture(
                name=asset.name,
                sha256=asset.sha256,
                media_type=asset.media_type,
                width=asset.width,
                height=asset.height,
                rights_expire_on=asset.rights_expire_on,
                texts=texts.get(asset.id, {}),
            )
        )
    return found


def _filled(fields: Mapping[str, Any]) -> Words:
    return {name: value for name, value in fields.items() if value}


def _save_editions(session: Session, piece: Piece, manuscript: Manuscript, before: Manuscript | None) -> None:
    kept = {one.language: one for one in session.exec(select(Edition).where(Edition.piece_id == piece.id))}
    for language in kept.keys() - manuscript.editions.keys():
        session.delete(kept[language])
    for language, words in manuscript.editions.items():
        edition = kept.get(language) or Edition(piece_id=piece.id, language=language)
        if before is None or whole.digest_of(before, language) != whole.digest_of(manuscript, language):
            edition.updated_at = clock.now()
        for name in _COLUMNS:
            setattr(edition, name, words.get(name, ""))
        edition.fields = {name: words[name] for name in EDITION_LINES if name in words and name not in _COLUMNS}
        session.add(edition)
    session.flush()


def _save_sections(session: Session, piece: Piece, manuscript: Manuscript, before: Manuscript | None) -> None:
    """Write the blocks that are not as they were: a pane is saved with each word, in a piece of a hundred blocks."""
    was = {one.key: (place, one) for place, one in enumerate(before.sections)} if before else {}
    now = {one.key: (place, one) for place, one in enumerate(manuscript.sections)}
    if was == now:
        return
    rows = {one.key: one for one in session.exec(select(Block).where(Block.piece_id == piece.id))}
    gone = [row.id for key, row in rows.items() if now.get(key) != was.get(key)]
    session.exec(delete(BlockText).where(col(BlockText.block_id).in_(gone)))
    session.exec(delete(Block).where(col(Block.id).in_(gone)))
    new = [
        Block(piece_id=piece.id, key=one.key, position=place, kind=one.kind, shared=dict(one.shared))
        for key, (place, one) in now.items()
        if now[key] != was.get(key)
    ]
    session.add_all(new)
    session.flush()
    session.add_all(
        BlockText(block_id=block.id, language=language, fields=dict(words))
        for block in new
        for language, words in now[block.key][1].texts.items()
    )


def _save_pictures(session: Session, piece: Piece, manuscript: Manuscript, before: Manuscript | None) -> None:
    if before and before.pictures == manuscript.pictures:
        return
    session.exec(delete(Asset).where(col(Asset.piece_id) == piece.id))
    for picture in manuscript.pictures:
        asset = Asset(
            piece_id=piece.id,
            name=picture.name,
            sha256=picture.sha256,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            rights_expire_on=picture.rights_expire_on,
        )
        session.add(asset)
        session.flush()
        session.add_all(
            AssetText(asset_id=asset.id, language=language, **words) for language, words in picture.texts.items()
        )
