"""Every place that may say something about a person: the one list that export and erasure are held against.

A table that points at a contact, an address or a letter, and any column that may hold anything at all (JSON, lists),
has to stand here; a test walks the schema and fails for one that does not. Whoever adds such a table says here where a
person's own copy shows it and what erasing does to it, and makes `exporting` and `erasing` do so.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """What becomes of a place when its person is erased."""

    DELETED = "deleted"  # the rows go
    CUT = "cut"  # the rows stay without anything that tells whose they are
    FOLDED = "folded"  # the rows become numbers
    CODED = "coded"  # an address becomes a keyed code
    LEADS_NOWHERE = "leads_nowhere"  # only an id stands there, and what it named is gone


@dataclass(frozen=True)
class Place:
    """A table with what in it is about subscribers; `section` is where their own copy shows it."""

    table: str
    columns: tuple[str, ...]
    fate: Fate
    section: str


PLACES: Final = (
    Place("contact", ("id", "email", "address", "tags", "fields", "organisation_id"), Fate.DELETED, "person"),
    Place("contact_note", ("contact_id",), Fate.DELETED, "notes"),
    Place("contact_change", ("contact_id", "before", "after"), Fate.DELETED, "corrections"),
    Place("contact_alias", ("contact_id", "address"), Fate.DELETED, "merged"),
    Place("contact_pair", ("first_id", "second_id", "reasons"), Fate.DELETED, "pairs"),
    Place("contact_notice", ("contact_id",), Fate.DELETED, "told"),
    Place("sign_up", ("contact_id", "email", "address", "delivery_id", "topics", "wordings"), Fate.DELETED, "sign_ups"),
    Place("said_organisation", ("contact_id",), Fate.DELETED, "sign_ups"),
    Place("segment_member", ("contact_id",), Fate.DELETED, "lists"),
    Place("legal_hold", ("contact_id",), Fate.DELETED, "holds"),  # it has to be lifted first
    Place("subscription", ("contact_id",), Fate.DELETED, "permissions"),
    Place("tracking_choice", ("contact_id",), Fate.DELETED, "permissions"),
    Place("consent_record", ("contact_id", "evidence"), Fate.DELETED, "evidence"),
    Place("consent_upkeep", ("source", "target"), Fate.LEADS_NOWHERE, "upkeep"),
    Place("delivery", ("id", "contact_id", "address", "values"), Fate.CUT, "letters"),
    Place("tracking_event", ("delivery_id", "mailing_id"), Fate.FOLDED, "events"),
    Place("provider_event", ("delivery_id", "raw"), Fate.CUT, "reports"),
    Place("suppression", ("address", "delivery_id"), Fate.CODED, "suppressions"),
    Place("exclusion", ("contact_id",), Fate.CUT, "left_out"),
    Place("test_send", ("reader_id", "delivery_id"), Fate.DELETED, "tests"),
    Place("contact_import_row", ("contact_id", "email", "address", "raw", "before"), Fate.DELETED, "imports"),
    Place("reader_pause", ("contact_id",), Fate.DELETED, "pauses"),
    Place("parting", ("contact_id", "delivery_id", "kept"), Fate.CUT, "leavings"),
    Place("move", ("contact_id", "email", "address", "old_address"), Fate.DELETED, "moves"),
    Place("fresh_link", ("contact_id",), Fate.DELETED, "fresh_links"),
    Place("audit_entry", ("subject", "detail"), Fate.LEADS_NOWHERE, "log"),
)

# Columns that look as if they could hold a person and do not, with the reason.
NOBODY: Final = {
    "asset_text": "pictures of a piece",
    "block.shared": "what was written for everybody",
    "block_text.fields": "what was written for everybody",
    "bulk_change.detail": "what was done to a group",
    "bulk_change.wanted": "a rule about groups",
    "campaign.exclude": "a rule about groups",
    "campaign.include": "a rule about groups",
    "campaign.languages": "languages of a campaign",
    "consent_wording": "sentences that are shown to everybody",
    "contact_field.choices": "words of forms",
    "contact_field.names": "words of forms",
    "contact_import.choices": "what staff said of a whole file",
    "contact_import.counts": "numbers",
    "contact_import.domains": "names in the DNS",
    "contact_import.header": "the names of a file's columns",
    "contact_import.mapping": "the names of a file's columns",
    "disposal.counts": "numbers",
    "edition.fields": "what was written for everybody",
    "goal.kept": "numbers",
    "goal.population": "a rule about groups",
    "mailing.braked": "numbers",
    "mailing.topics": "subjects of a piece",
    "message.headers": "the same for every recipient; merge fields are not filled in there",
    "organisation.names": "names of organisations",
    "piece.codes": "subjects of a piece",
    "piece.topics": "subjects of a piece",
    "piece_revision.content": "what was written for everybody, as it was",
    "segment.exclude": "a rule about groups",
    "segment.include": "a rule about groups",
    "sender.address": "an address of the centre itself",
    "sender.dkim_selectors": "names in the DNS",
    "sender.names": "names of the centre itself",
    "sender_check.results": "what the DNS said",
    "sign_up.texts": "which texts stood on a page",
    "sign_up_letter.address": "a keyed code that leads to nobody, kept for 30 days",
    "staff.recovery": "keyed codes of members of staff",
    "staff.email": "members of staff, who have an account of their own",
    "tally.left": "topics of a group that is alike",
    "tally.subscribed": "topics of a group that is alike",
    "tally_change": "ids that are to be counted anew; what they named is gone",
    "tally_place": "which group an id was counted in last; what it named is gone",
    "topic.names": "names of topics",
    "warm_up.steps": "numbers",
}
