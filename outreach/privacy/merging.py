"""Two contacts become one person: what is said of them is chosen field by field, and everything else moves.

Of what they decided the stricter holds. Who has left under either record has left, and an address to which a person
wanted no letters takes the one that stays with it. The other id and address lead to the person from here on, so that
no link in an old letter breaks and no import makes a second contact of them again.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.consent import ledger, topics
from outreach.consent.models import Subscription, SubscriptionState, Topic
from outreach.contacts import corrections
from outreach.contacts.models import Contact
from outreach.delivery import ledger as deliveries
from outreach.delivery import suppression
from outreach.delivery.models import Stream, Suppression, SuppressionReason
from outreach.foundation import clock
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.locale import gettext as _

# What is chosen from one of the two; everything that a contact says and no other verb decides.
FIELDS: Final = (
    *("email", "given_name", "family_name", "native_name", "latin_name", "title", "language"),
    *("organisation_id", "country", "time_zone", "source"),
)
# Every table that names a contact, and what becomes of it; a test compares this with the schema.
MOVED: Final = {
    "bulk_change.until": "a bound in the order of ids, not a person",
    "consent_record.contact_id": "by ledger.move",
    "contact_alias.contact_id": "moves",
    "contact_change.contact_id": "moves",
    "contact_import_row.contact_id": "moves, and an undoing leaves the person alone",
    "contact_note.contact_id": "moves",
    "contact_notice.contact_id": "moves where ours was never told or owed anything",
    "contact_pair.first_id": "moves where it says that two are two",
    "contact_pair.second_id": "moves where it says that two are two",
    "delivery.contact_id": "by ledger.reassign, but for the second letter of one mailing",
    "fresh_link.contact_id": "goes, for it was mailed to another address",
    "legal_hold.contact_id": "moves where there is none",
    "move.contact_id": "moves, and one that waits is stopped",
    "parting.contact_id": "moves",
    "reader_pause.contact_id": "the later end holds",
    "said_organisation.contact_id": "moves where there is none",
    "segment_member.contact_id": "moves where both do not stand there",
    "sign_up.contact_id": "moves",
    "exclusion.contact_id": "moves where the campaign did not leave both out",
    "subscription.contact_id": "by ledger.move",
    "tally_change.contact_id": "follows by itself",
    "tally_place.contact_id": "follows by itself",
    "tracking_choice.contact_id": "by ledger.move",
}
_OF_THE_PERSON: Final = frozenset(
    {
        SuppressionReason.COMPLAINT,
        SuppressionReason.UNSUBSCRIBED,
        SuppressionReason.MANUAL,
        SuppressionReason.ERASED,
    }
)


def merge(session: Session, kept_id: UUID, gone_id: UUID, *, theirs: Collection[str], by: str) -> Contact:
    """Make one person of two, and return them. It cannot be undone.

    `theirs` names the fields, and own fields as "fields.<key>", that are taken from the contact who goes. Tags are
    those of both. Raises NotFound where one of them is gone already, Conflict where both are the same.
    """
    if kept_id == gone_id:
        raise Conflict(_("Choose two different people."))
    kept, gone = _locked(session, kept_id, gone_id)
    values = _values(kept, gone, theirs)
    stopped = _stopped(session, {kept.address, gone.address} - {values["address"]})
    ledger.move(session, gone.id, kept.id, actor=by)
    deliveries.reassign(session, gone.id, kept.id)
    people = {"kept": kept.id, "gone": gone.id, "by": by, "address": _other_address(kept, gone, values)}
    for statement in _MOVES:
        session.execute(statement, people)
    corrections.keep(session, kept, values, by=by)
    session.flush()
    session.execute(_FORGET, people)  # by itself, so that the address is free before the other takes it
    session.expunge(gone)
    for name, value in values.items():
        setattr(kept, name, value)
    kept.updated_at = clock.now()
    session.add(kept)
    session.flush()
    if stopped is not None:
        suppression.add(session, [kept.address], stopped.reason, stopped.detail, by=by)
        deliveries.withdraw_planned(session, kept.id)
    _stop_what_was_left(session, kept.id)
    detail = {"merged": str(gone_id), "theirs": sorted(set(theirs))}
    audit.append(session, actor=by, action="contact.merge", subject=f"contact:{kept.id}", detail=detail)
    return kept


def _locked(session: Session, kept_id: UUID, gone_id: UUID) -> tuple[Contact, Contact]:
    both = select(Contact).where(col(Contact.id).in_([kept_id, gone_id])).order_by(col(Contact.id)).with_for_update()
    found = {one.id: one for one in session.exec(both)}
    if len(found) < 2:
        raise NotFound(_("One of the two is not there any more; they may have been merged already."))
    return found[kept_id], found[gone_id]


def _values(kept: Contact, gone: Contact, theirs: Collection[str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(gone if name in theirs else kept, name) for name in FIELDS}
    values["address"] = gone.address if "email" in theirs else kept.address
    values["tags"] = sorted({*kept.tags, *gone.tags})
    values["fields"] = _own_fields(kept.fields, gone.fields, theirs)
    return values


def _own_fields(ours: Mapping[str, Any], other: Mapping[str, Any], theirs: Collection[str]) -> dict[str, Any]:
    chosen = {key: value for key, value in other.items() if f"fields.{key}" in theirs or key not in ours}
    return {**ours, **chosen}


def _other_address(kept: Contact, gone: Contact, values: Mapping[str, Any]) -> str:
    return kept.address if values["address"] == gone.address else gone.address


def _stopped(session: Session, addresses: Collection[str]) -> Suppression | None:
    """Return what the person, or staff, decided about an address that goes; a bounce is the address's own."""
    found = session.exec(select(Suppression).where(col(Suppression.address).in_(addresses))).all()
    return next((one for one in found if one.reason in _OF_THE_PERSON), None)


def _stop_what_was_left(session: Session, contact_id: UUID) -> None:
    held = set(
        session.scalars(
            sa.select(col(Topic.key))
            .join(Subscription, col(Subscription.topic_id) == col(Topic.id))
            .where(col(Subscription.contact_id) == contact_id, col(Subscription.state) == SubscriptionState.SUBSCRIBED)
        )
    )
    for stream, keys in ((Stream.NEWSLETTER, topics.NEWSLETTER), (Stream.PRESS, (topics.PRESS,))):
        if not held & set(keys):
            deliveries.withdraw_planned(session, contact_id, stream=stream)


_MOVES: Final = tuple(
    sa.text(statement)
    for statement in (
        "UPDATE contact_note SET contact_id = :kept WHERE contact_id = :gone",
        "UPDATE contact_change SET contact_id = :kept WHERE contact_id = :gone",
        "UPDATE contact_alias SET contact_id = :kept WHERE contact_id = :gone",
        "INSERT INTO contact_alias (id, contact_id, address, by) VALUES (:gone, :kept, :address, :by)",
        "UPDATE contact_import_row SET contact_id = :kept, kept = 'edited' WHERE contact_id = :gone",
        """
        UPDATE exclusion SET contact_id = :kept WHERE contact_id = :gone AND NOT EXISTS (
            SELECT FROM exclusion AS ours WHERE ours.contact_id = :kept AND ours.campaign_id = exclusion.campaign_id
        )
        """,
        *(
            f"UPDATE {table} SET contact_id = :kept WHERE contact_id = :gone "  # noqa: S608 - names from here
            f"AND NOT EXISTS (SELECT FROM {table} WHERE contact_id = :kept)"
            for table in ("contact_notice", "said_organisation", "legal_hold")
        ),
        "DELETE FROM legal_hold WHERE contact_id = :gone",
        "UPDATE sign_up SET contact_id = :kept WHERE contact_id = :gone",
        "UPDATE parting SET contact_id = :kept WHERE contact_id = :gone",
        "DELETE FROM fresh_link WHERE contact_id = :gone",
        """
        UPDATE move SET contact_id = :kept, state = CASE state WHEN 'waiting' THEN 'stopped' ELSE state END
        WHERE contact_id = :gone
        """,
        """
        UPDATE segment_member SET contact_id = :kept WHERE contact_id = :gone AND NOT EXISTS (
            SELECT FROM segment_member AS ours
            WHERE ours.contact_id = :kept AND ours.segment_id = segment_member.segment_id
        )
        """,
        """
        INSERT INTO reader_pause (contact_id, stream, until, since)
        SELECT :kept, stream, until, since FROM reader_pause WHERE contact_id = :gone
        ON CONFLICT (contact_id, stream) DO UPDATE SET until = greatest(reader_pause.until, excluded.until)
        """,
        "DELETE FROM reader_pause WHERE contact_id = :gone",
        """
        INSERT INTO contact_pair (first_id, second_id, reasons, distinct_by, at)
        SELECT least(other, CAST(:kept AS uuid)), greatest(other, CAST(:kept AS uuid)), reasons, distinct_by, at
        FROM (
            SELECT CASE first_id WHEN :gone THEN second_id ELSE first_id END AS other, reasons, distinct_by, at
            FROM contact_pair WHERE :gone IN (first_id, second_id) AND distinct_by <> ''
        ) AS known
        WHERE other <> :kept
        ON CONFLICT (first_id, second_id) DO UPDATE SET distinct_by = excluded.distinct_by
        """,
    )
)

_FORGET: Final = sa.text("DELETE FROM contact WHERE id = :gone")
