"""One language of a piece as the letter workshop takes it."""

from sqlmodel import Session, col, select

from outreach.content import completeness, embargo, pieces
from outreach.content.brand import brand, demo_banner
from outreach.content.completeness import Missing
from outreach.content.letter_blocks import blocks
from outreach.content.manuscript import Manuscript
from outreach.content.models import Edition, Piece, PieceKind
from outreach.foundation import locale, urls
from outreach.foundation.errors import NotFound
from outreach.foundation.locale import LANGUAGES
from outreach.foundation.locale import gettext as _
from outreach.rendering.edition import EditionInput, Kind, Sibling


def languages(session: Session, piece: Piece) -> list[str]:
    """Return the languages that a piece has an edition in, in the product's order."""
    present = set(session.exec(select(Edition.language).where(col(Edition.piece_id) == piece.id)))
    return [language for language in LANGUAGES if language in present]


def missing(session: Session, piece: Piece, language: str) -> list[Missing]:
    """List what an edition lacks before it can be sent; empty when it is complete."""
    return completeness.gaps(pieces.load(session, piece), language)


def edition_of(manuscript: Manuscript, language: str) -> EditionInput:
    """Return one language of a manuscript for `rendering.message.render`; what is not written yet is left out.

    Raises NotFound where it has no such edition.
    """
    if language not in manuscript.editions:
        raise NotFound(
            _("“%(key)s” has no edition in %(language)s.")
            % {"key": manuscript.key, "language": locale.NAMES.get(language, language)}
        )
    words = manuscript.editions[language]
    own = brand(language)
    until = manuscript.embargo_until
    with locale.use(language):
        return EditionInput(
            kind=Kind(manuscript.kind.value),
            language=language,
            title=words.get("title", ""),
            subject=words.get("subject", ""),
            blocks=blocks(manuscript, language),
            brand=own,
            preheader=words.get("preheader", ""),
            from_name=words.get("from_name") or own.name,
            subtitle=words.get("subtitle", ""),
            date_line=words.get("date_line", ""),
            also_in=siblings(manuscript, language),
            embargo_line=embargo.sentence(until, language) if until and embargo.is_on(until) else None,
            demo_banner=demo_banner(),
        )


def siblings(manuscript: Manuscript, language: str) -> tuple[Sibling, ...]:
    """Return the other languages with their public pages, none under embargo, when these pages do not exist yet."""
    if embargo.is_on(manuscript.embargo_until):
        return ()
    address = urls.release if manuscript.kind is PieceKind.RELEASE else urls.archived
    return tuple(Sibling(one, address(manuscript.key, one)) for one in manuscript.languages if one != language)
