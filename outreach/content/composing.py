"""A piece as officers write it: one field of words in one language at a time, blocks added, moved and taken out.

Words stand at a *place*: `edition` (title, subject and the like), `block:water`, or `picture:kran.jpg`. Whoever writes
says which words they began from (`mark`); where somebody else has changed these meanwhile, nothing is overwritten.
Everybody who changes a piece waits for whoever is changing it, so that two panes that are saved at once both count.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from outreach.content import assets, markdown, pieces, prose_reading, prose_writing, queries, revisions, values
from outreach.content.kinds import EDITION_LINES, PICTURE_LINES, RICH, SHAPES, field_name
from outreach.content.manuscript import Manuscript, Picture, Section, Words
from outreach.content.mistakes import Mistake
from outreach.content.models import BlockKind, Piece, PieceKind, Revision
from outreach.foundation.errors import Conflict, NotFound, Refused
from outreach.foundation.locale import gettext as _
from outreach.foundation.settings import settings

EDITION: Final = "edition"
MOST_BLOCKS: Final = 100
BEGINNINGS: Final = {
    PieceKind.ISSUE: (BlockKind.TEXT, BlockKind.ARTICLE),
    PieceKind.RELEASE: (BlockKind.LEAD, BlockKind.TEXT, BlockKind.QUOTE, BlockKind.CONTACT, BlockKind.ABOUT),
}

Change = Callable[[Manuscript], Manuscript]


class Overtaken(Conflict):
    """Somebody else changed this text while you were writing; choose which of the two stays."""

    def __init__(self, theirs: Words) -> None:
        self.theirs = theirs
        super().__init__(_("Somebody else changed this text while you were writing; choose which of the two stays."))


class Unreadable(Refused):
    """One field cannot be taken as it is; `field` names it."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(_("%(field)s: %(mistake)s") % {"field": field_name(field).capitalize(), "mistake": sentence})


@dataclass(frozen=True)
class Written:
    """The words of a place as they stand after a change, with the piece around them."""

    words: Words
    manuscript: Manuscript

    @property
    def mark(self) -> str:
        """Return the mark of these words."""
        return mark(self.words)


def begin(
    session: Session, kind: PieceKind, title: str, *, by: str, language: str, others: Sequence[str] = ()
) -> Piece:
    """Make a piece with a title in one language, empty editions in others, and the blocks that its kind begins with.

    Raises Refused without a title.
    """
    words = _cleaned({"title": title}, EDITION_LINES, is_markdown=False)
    if not words:
        raise Refused(_("Give it a title; it can be changed later."))
    sections = [Section(f"{one.value}-1", one, _usual(one)) for one in BEGINNINGS[kind]]
    manuscript = Manuscript(
        key=_free_key(session, title),
        kind=kind,
        editions={**{one: {} for one in others}, language: words},
        sections=tuple(sections),
    )
    piece = pieces.save(session, manuscript)
    revisions.keep(session, piece, manuscript, by=by)
    return piece


def words_at(manuscript: Manuscript, place: str, language: str) -> Words:
    """Return the words that stand at a place in a language. Raises NotFound for a place that is not there."""
    if place == EDITION:
        if language not in manuscript.editions:
            raise NotFound
        return manuscript.editions[language]
    return _holder(manuscript, place).texts.get(language, {})


def mark(words: Words) -> str:
    """Return what tells two versions of words apart."""
    return sha256(json.dumps(dict(words), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def write(
    session: Session,
    key: str,
    place: str,
    language: str,
    given: Mapping[str, str],
    *,
    by: str,
    began_from: str,
    is_markdown: bool = False,
) -> Written:
    """Put words at a place; fields that are not given stay, empty ones go.

    Rich fields are HTML, or Markdown where `is_markdown`. Raises Overtaken where the words there are not those that
    `began_from` marks, Unreadable for a field that cannot be taken, NotFound for a place that is not there.
    """
    written: list[Words] = []

    def change(manuscript: Manuscript) -> Manuscript:
        before = words_at(manuscript, place, language)
        if mark(before) != began_from:
            raise Overtaken(before)
        new = _cleaned(given, fields_of(manuscript, place), is_markdown=is_markdown)
        kept = {name: value for name, value in before.items() if name not in given}
        written.append({**kept, **new})
        return _with_words(manuscript, place, language, written[0])

    manuscript = _changed(session, key, change, by=by)
    return Written(written[0], manuscript)


def fields_of(manuscript: Manuscript, place: str) -> tuple[str, ...]:
    """Return the fields that are written at a place. Raises NotFound for a place that is not there."""
    if place == EDITION:
        return EDITION_LINES
    holder = _holder(manuscript, place)
    return SHAPES[holder.kind].fields if isinstance(holder, Section) else PICTURE_LINES


def share(session: Session, key: str, block: str, given: Mapping[str, str], *, by: str) -> Manuscript:
    """Set what is the same in every language of a block; an empty value goes. Raises Unreadable, NotFound."""

    def change(manuscript: Manuscript) -> Manuscript:
        section = _section(manuscript, block)
        shared = dict(section.shared)
        for name in SHAPES[section.kind].shared:
            if name in given:
                shared.pop(name, None)
                if text := given[name].strip():
                    shared[name] = _read(name, text, values.SHARED[name])
        if shared.get("image") and manuscript.picture(shared["image"]) is None:
            raise Unreadable("image", _("choose one of the pictures of this piece."))
        return _with_section(manuscript, replace(section, shared=shared))

    return _changed(session, key, change, by=by)


def add(session: Session, key: str, kind: BlockKind, *, by: str, after: str = "") -> str:
    """Add an empty block after another, or at the end; return its key. Raises Refused where there is no room."""
    added: list[str] = []

    def change(manuscript: Manuscript) -> Manuscript:
        section = Section(_free_block(manuscript, kind.value), kind, _usual(kind))
        added.append(section.key)
        return _inserted(manuscript, section, after)

    _changed(session, key, change, by=by)
    return added[0]


def duplicate(session: Session, key: str, block: str, *, by: str) -> str:
    """Add a copy of a block below it; return the key of the copy."""
    added: list[str] = []

    def change(manuscript: Manuscript) -> Manuscript:
        section = _section(manuscript, block)
        copy = replace(section, key=_free_block(manuscript, re.sub(r"-\d+$", "", section.key)))
        added.append(copy.key)
        return _inserted(manuscript, copy, block)

    _changed(session, key, change, by=by)
    return added[0]


def move(session: Session, key: str, block: str, *, by: str, to: int) -> None:
    """Put a block at another place in the order, counted from 0; beyond either end it is the first or the last."""

    def change(manuscript: Manuscript) -> Manuscript:
        section = _section(manuscript, block)
        others = [one for one in manuscript.sections if one is not section]
        others.insert(max(0, min(to, len(others))), section)
        return replace(manuscript, sections=tuple(others))

    _changed(session, key, change, by=by)


def remove(session: Session, key: str, block: str, *, by: str) -> UUID:
    """Take a block out, with its words in every language; return the revision that still has it."""

    def change(manuscript: Manuscript) -> Manuscript:
        section = _section(manuscript, block)
        return replace(manuscript, sections=tuple(one for one in manuscript.sections if one is not section))

    return _changed_apart(session, key, change, by=by)


def choose_topics(session: Session, key: str, topics: Sequence[str], *, by: str) -> None:
    """Say what a piece is about: who may get it depends on that."""
    _changed(session, key, lambda manuscript: replace(manuscript, topics=tuple(dict.fromkeys(topics))), by=by)


def open_edition(session: Session, key: str, language: str, *, by: str) -> None:
    """Begin an edition in another language; one that is there stays as it is."""
    _changed(
        session,
        key,
        lambda manuscript: replace(manuscript, editions={language: {}, **manuscript.editions}),
        by=by,
    )


def add_picture(session: Session, key: str, name: str, content: bytes, *, by: str, block: str = "") -> str:
    """Keep a picture with a piece, and show it in a block where one is named; return its name.

    Raises Refused as `assets.store` does. A name that another picture of the piece has gets a number.
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", _ascii(name.rpartition(".")[0])).strip("-_")[:80] or "picture"
    ending = name.rpartition(".")[2].lower()
    stored = assets.store(f"{plain}.{ending}", content)
    added: list[str] = []

    def change(manuscript: Manuscript) -> Manuscript:
        same = next((one for one in manuscript.pictures if one.sha256 == stored.sha256), None)
        taken = {one.name.rpartition(".")[0].lower() for one in manuscript.pictures}
        own = same.name if same else f"{_free(plain, taken)}.{ending}"
        added.append(own)
        if same is None:
            picture = Picture(own, stored.sha256, stored.media_type, stored.width, stored.height)
            manuscript = replace(manuscript, pictures=(*manuscript.pictures, picture))
        if block:
            section = _section(manuscript, block)
            manuscript = _with_section(manuscript, replace(section, shared={**section.shared, "image": own}))
        return manuscript

    _changed(session, key, change, by=by)
    return added[0]


def remove_picture(session: Session, key: str, name: str, *, by: str) -> UUID:
    """Take a picture out of a piece; return the revision that still has it. Raises Refused while a block shows it."""

    def change(manuscript: Manuscript) -> Manuscript:
        if any(one.shared.get("image") == name for one in manuscript.sections):
            raise Refused(_("A block still shows this picture; choose another one there first."))
        return replace(manuscript, pictures=tuple(one for one in manuscript.pictures if one.name != name))

    return _changed_apart(session, key, change, by=by)


def restore(session: Session, key: str, revision: Revision, *, by: str) -> None:
    """Put a piece back to what it was in one of its revisions; what it was until now stays among them."""
    _changed_apart(session, key, lambda _now: revisions.manuscript_of(revision), by=by)


def _changed(session: Session, key: str, change: Change, *, by: str) -> Manuscript:
    pieces.hold(session, key)
    piece = queries.by_key(session, key)
    before = pieces.load(session, piece)
    manuscript = change(before)
    revisions.begin(session, piece, before)
    piece = pieces.save(session, manuscript)
    revisions.keep(session, piece, manuscript, by=by)
    return manuscript


def _changed_apart(session: Session, key: str, change: Change, *, by: str) -> UUID:
    """Change a piece so that what was before has a revision of its own, however little time has passed; return it."""
    pieces.hold(session, key)
    piece = queries.by_key(session, key)
    kept = revisions.close(session, piece, pieces.load(session, piece))
    _changed(session, key, change, by=by)
    return kept


def _cleaned(given: Mapping[str, str], fields: Sequence[str], *, is_markdown: bool) -> dict[str, str]:
    def rich(text: str) -> str:
        return prose_writing.to_html(markdown.read(text, file="")) if is_markdown else prose_reading.normal(text)

    found = {name: _read(name, given[name], rich if name in RICH else values.line) for name in fields if name in given}
    return {name: value for name, value in found.items() if value}


def _read(name: str, text: str, check: Callable[[str], Any]) -> Any:
    try:
        return check(text)
    except Mistake as mistake:
        raise Unreadable(name, mistake.message.partition(": ")[2]) from mistake
    except Refused as refusal:
        raise Unreadable(name, refusal.message) from refusal


def _holder(manuscript: Manuscript, place: str) -> Section | Picture:
    what, _colon, name = place.partition(":")
    if what == "block":
        return _section(manuscript, name)
    picture = manuscript.picture(name) if what == "picture" else None
    if picture is None:
        raise NotFound
    return picture


def _section(manuscript: Manuscript, block: str) -> Section:
    section = next((one for one in manuscript.sections if one.key == block), None)
    if section is None:
        raise NotFound(_("This block is not there any more; somebody else has taken it out."))
    return section


def _with_words(manuscript: Manuscript, place: str, language: str, words: Words) -> Manuscript:
    if place == EDITION:
        return replace(manuscript, editions={**manuscript.editions, language: words})
    holder = _holder(manuscript, place)
    texts = {**holder.texts, language: words}
    holder_texts = {one: text for one, text in texts.items() if text}
    if isinstance(holder, Section):
        return _with_section(manuscript, replace(holder, texts=holder_texts))
    pictures = (replace(one, texts=holder_texts) if one is holder else one for one in manuscript.pictures)
    return replace(manuscript, pictures=tuple(pictures))


def _with_section(manuscript: Manuscript, section: Section) -> Manuscript:
    return replace(
        manuscript, sections=tuple(section if one.key == section.key else one for one in manuscript.sections)
    )


def _inserted(manuscript: Manuscript, section: Section, after: str) -> Manuscript:
    sections = list(manuscript.sections)
    if len(sections) >= MOST_BLOCKS:
        raise Refused(_("A piece holds 100 blocks at most; make two pieces of it."))
    at = next((place + 1 for place, one in enumerate(sections) if one.key == after), len(sections))
    sections.insert(at, section)
    return replace(manuscript, sections=tuple(sections))


def _usual(kind: BlockKind) -> dict[str, Any]:
    if kind is BlockKind.HEADING:
        return {"level": 2}
    return {"time_zone": settings().timezones[0]} if kind is BlockKind.EVENT else {}


def _free_block(manuscript: Manuscript, stem: str) -> str:
    taken = {one.key for one in manuscript.sections}
    return next(key for number in range(1, len(taken) + 2) if (key := f"{stem[:70]}-{number}") not in taken)


def _free_key(session: Session, title: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", _ascii(title).lower()).strip("-")[:60].strip("-") or "piece"
    return _free(stem, set(session.exec(select(Piece.key).where(col(Piece.key).startswith(stem, autoescape=True)))))


def _free(stem: str, taken: set[str]) -> str:
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name.lower() not in taken)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
