"""The notice that a first letter carries: where we have somebody's address from (GDPR Art. 14), in their language.

Of two campaigns at once only one carries it. The day is that on which the provider took the letter; where it never did,
the next letter carries the notice.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from outreach.contacts.models import SourceKind
from outreach.foundation import locale
from outreach.foundation.locale import gettext as _
from outreach.foundation.locale import pgettext

_SOURCE: Final = "\x01"  # no text that a person typed holds it


def stage(session: Session) -> bool:
    """Write out the notices of those in the table `frozen` who are owed one, as the table `told`; False for nobody."""
    words = [(kind.value, tag, sentence(kind, tag)) for kind in SourceKind for tag in locale.LANGUAGES]
    kinds, languages, sentences = zip(*words, strict=True)
    session.execute(
        text(
            """
            CREATE TEMP TABLE told ON COMMIT DROP AS
            SELECT frozen.contact_id, replace(said.words, :mark, contact.source) AS words
            FROM frozen
            JOIN contact_notice AS owed ON owed.contact_id = frozen.contact_id
                AND owed.told_at IS NULL AND owed.mailing_id IS NULL
            JOIN contact ON contact.id = frozen.contact_id
            JOIN unnest(CAST(:kinds AS text[]), CAST(:languages AS text[]), CAST(:sentences AS text[]))
                AS said (kind, language, words)
                ON said.kind = contact.source_kind AND said.language = frozen.language
            WHERE frozen.reason IS NULL
            """
        ),
        {"mark": _SOURCE, "kinds": list(kinds), "languages": list(languages), "sentences": list(sentences)},
    )
    return bool(session.execute(text("SELECT EXISTS (SELECT FROM told)")).scalar_one())


def carry(session: Session, mailing_id: UUID) -> None:
    """Note which mailing carries the notices that `stage` wrote."""
    session.execute(
        text(
            """
            UPDATE contact_notice SET mailing_id = :mailing FROM told WHERE told.contact_id = contact_notice.contact_id
            """
        ),
        {"mailing": mailing_id},
    )


def settle(session: Session) -> None:
    """Note who was told by campaigns that are over, and let the next letter tell the others."""
    over = session.scalars(_OVER).all()
    if over:
        for statement in (_TOLD, _NOT_TOLD):
            session.execute(statement, {"mailings": over})


def sentence(kind: SourceKind, tag: str, source: str = _SOURCE) -> str:
    """Say where an address comes from and what may be done about it, as the end of a paragraph of a letter."""
    with locale.use(tag):
        how = _kinds().get(kind)
        from_ = _("%(source)s (%(how)s)") % {"source": source, "how": how} if how else source
        said = _(
            "We have your address from: %(source)s. You can object at any time by the links below or by "
            "answering, and ask what we keep about you."
        ) % {"source": from_}
    return said if tag == "zh-Hans" else f" {said}"


def _kinds() -> dict[SourceKind, str]:
    return {
        SourceKind.EMPLOYER: pgettext("source", "given by your organisation or a colleague"),
        SourceKind.PUBLISHED: pgettext("source", "published for being written to"),
        SourceKind.TAKEN_OVER: pgettext("source", "a list that was passed on to us"),
    }


_OVER: Final = text(
    """
    SELECT id FROM campaign WHERE state IN ('finished', 'cancelled')
        AND EXISTS (SELECT FROM contact_notice WHERE mailing_id = campaign.id AND told_at IS NULL)
    """
)

_TOLD: Final = text(
    """
    UPDATE contact_notice SET told_at = coalesce(delivery.accepted_at, delivery.changed_at) FROM delivery
    WHERE contact_notice.mailing_id = ANY (:mailings) AND told_at IS NULL
        AND delivery.mailing_id = contact_notice.mailing_id AND delivery.contact_id = contact_notice.contact_id
        AND delivery.state IN ('accepted', 'delivered', 'complained')
    """
)

# What is still unclear may turn out to have arrived.
_NOT_TOLD: Final = text(
    """
    UPDATE contact_notice SET mailing_id = NULL
    WHERE mailing_id = ANY (:mailings) AND told_at IS NULL AND NOT EXISTS (
        SELECT FROM delivery WHERE delivery.mailing_id = contact_notice.mailing_id
            AND delivery.contact_id = contact_notice.contact_id AND delivery.state IN ('ambiguous', 'claimed')
    )
    """
)
