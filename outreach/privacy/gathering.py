"""What is read for a person's own copy, section by section; ids of rows stay out where they say nothing to a reader."""

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from outreach.contacts import queries as contacts
from outreach.contacts.models import Contact

Row = dict[str, Any]


def _reading(*statements: str) -> Callable[[Session, Contact], list[Row]]:
    def gather(session: Session, contact: Contact) -> list[Row]:
        whose = {
            "contact": contact.id,
            "known_as": [contact.id, *contacts.earlier_ids(session, contact.id)],
            "address": contact.address,
            "subject": f"contact:{contact.id}",
        }
        return [dict(row._mapping) for statement in statements for row in session.execute(sa.text(statement), whose)]

    return gather


# Who of the staff it was is not the person's to know (EU Court of Justice, C-579/21); that it was staff is.
_STAFF: Final = "CASE WHEN strpos({0}, '@') > 0 THEN 'staff' ELSE {0} END AS {0}"
_THEIR_LETTERS: Final = "(SELECT id FROM delivery WHERE contact_id = ANY(:known_as))"

SECTIONS: Final[dict[str, Callable[[Session, Contact], list[Row]]]] = {
    "person": _reading(
        """
        SELECT contact.id, email, given_name, family_name, native_name, latin_name, title, contact.language,
            organisation.names AS organisation, contact.country, time_zone, source, source_kind, tags, fields,
            contact.created_at, updated_at
        FROM contact LEFT JOIN organisation ON organisation.id = organisation_id
        WHERE contact.id = :contact
        """
    ),
    "notes": _reading(
        f"SELECT at, {_STAFF.format('by')}, text FROM contact_note "  # noqa: S608 # a constant of our own
        "WHERE contact_id = :contact ORDER BY id"
    ),
    "corrections": _reading(
        f"SELECT at, {_STAFF.format('by')}, before, after FROM contact_change "  # noqa: S608 # as above
        "WHERE contact_id = :contact ORDER BY id"
    ),
    "merged": _reading("SELECT at, address FROM contact_alias WHERE contact_id = :contact ORDER BY id"),
    "pairs": _reading("SELECT at, reasons FROM contact_pair WHERE :contact IN (first_id, second_id) ORDER BY at"),
    "told": _reading("SELECT since, told_at FROM contact_notice WHERE contact_id = :contact"),
    "sign_ups": _reading(
        """
        SELECT created_at, email, language, topics, tracking, organisation, sector, form, page_language, wordings,
            confirmed_at
        FROM sign_up WHERE contact_id = :contact OR address = :address
            OR address IN (SELECT contact_alias.address FROM contact_alias WHERE contact_id = :contact)
        ORDER BY created_at, email
        """,
        "SELECT at AS created_at, name AS organisation, sector FROM said_organisation WHERE contact_id = :contact",
    ),
    "lists": _reading(
        """
        SELECT segment.name FROM segment_member JOIN segment ON segment.id = segment_id
        WHERE contact_id = :contact ORDER BY segment.name
        """
    ),
    "permissions": _reading(
        """
        SELECT topic.key AS topic, state, since
        FROM subscription JOIN topic ON topic.id = topic_id
        WHERE contact_id = :contact ORDER BY topic.position, topic.key
        """,
        """
        SELECT 'tracking' AS topic, CASE WHEN given THEN 'subscribed' ELSE 'unsubscribed' END AS state, since
        FROM tracking_choice WHERE contact_id = :contact
        """,
    ),
    "evidence": _reading(
        f"""
        SELECT at, purpose, topic.key AS topic, action, basis, wording.text AS wording, consent_record.language, source,
            {_STAFF.format("actor")}, evidence
        FROM consent_record
        LEFT JOIN topic ON topic.id = topic_id LEFT JOIN consent_wording AS wording ON wording.id = wording_id
        WHERE contact_id = :contact ORDER BY consent_record.id
        """  # noqa: S608 # a constant of our own
    ),
    "upkeep": _reading(
        "SELECT at, what, entries FROM consent_upkeep WHERE source = :contact OR target = :contact ORDER BY id"
    ),
    "letters": _reading(
        """
        SELECT delivery.id, mailing.created_at AS planned_at, mailing.stream, campaign.name AS campaign,
            message.subject, message.from_address, delivery.address, delivery.name, delivery.language,
            delivery.values, delivery.state, delivery.reason, delivery.accepted_at, delivery.delivered_at,
            delivery.bounced_at, delivery.complained_at, mailing.provider, delivery.provider_message_id
        FROM delivery
        JOIN mailing ON mailing.id = delivery.mailing_id JOIN message ON message.id = delivery.message_id
        LEFT JOIN campaign ON campaign.id = delivery.mailing_id
        WHERE delivery.contact_id = ANY(:known_as) ORDER BY delivery.id
        """
    ),
    "events": _reading(
        f"""
        SELECT tracking_event.delivery_id AS letter, hour, kind, actor, link.label AS link, link.url
        FROM tracking_event LEFT JOIN link ON link.key = link_key
        WHERE delivery_id IN {_THEIR_LETTERS} ORDER BY tracking_event.id
        """  # noqa: S608 # a constant of our own
    ),
    "reports": _reading(
        f"""
        SELECT provider, delivery_id AS letter, received_at, raw AS report FROM provider_event
        WHERE delivery_id IN {_THEIR_LETTERS}
            OR delivery_id IS NULL AND strpos(lower(CAST(raw AS text)), :address) > 0
        ORDER BY received_at, id
        """  # noqa: S608 # as above
    ),
    "suppressions": _reading(
        f"SELECT reason, detail, {_STAFF.format('made_by')}, created_at FROM suppression "  # noqa: S608 # as above
        "WHERE address = :address"
    ),
    "left_out": _reading(
        """
        SELECT campaign.name AS campaign, campaign.launched_at, exclusion.reason, exclusion.language
        FROM campaign JOIN exclusion ON exclusion.campaign_id = campaign.id AND exclusion.contact_id = ANY(:known_as)
        ORDER BY campaign.id
        """
    ),
    "tests": _reading(
        f"SELECT at, {_STAFF.format('by')}, language FROM test_send "  # noqa: S608 # as above
        "WHERE reader_id = ANY(:known_as) ORDER BY id"
    ),
    "imports": _reading(
        """
        SELECT contact_import.name AS file, contact_import.created_at, row.line, row.verdict,
            to_jsonb(row) - ARRAY['import_id', 'position', 'line', 'verdict', 'contact_id', 'said_language',
                'organisation_key', 'kept'] AS cells
        FROM contact_import_row AS row JOIN contact_import ON contact_import.id = row.import_id
        WHERE row.contact_id = :contact OR row.address = :address
        ORDER BY row.import_id, row.position
        """
    ),
    "pauses": _reading("SELECT stream, since, until FROM reader_pause WHERE contact_id = :contact ORDER BY stream"),
    "leavings": _reading(
        "SELECT at, everything, why, undone_at, kept, delivery_id AS letter FROM parting WHERE contact_id = :contact "
        "ORDER BY at"
    ),
    "moves": _reading(
        "SELECT asked_at, old_address, email, state, agreed_by_old_at, agreed_by_new_at FROM move "
        "WHERE contact_id = :contact ORDER BY asked_at"
    ),
    "fresh_links": _reading(
        "SELECT asked_at, expires_at, visit IS NOT NULL AS opened FROM fresh_link WHERE contact_id = :contact "
        "ORDER BY asked_at"
    ),
    "holds": _reading("SELECT at, reason FROM legal_hold WHERE contact_id = :contact"),
    "log": _reading(
        f"SELECT at, {_STAFF.format('actor')}, action, detail FROM audit_entry "  # noqa: S608 # as above
        "WHERE subject = :subject ORDER BY id"
    ),
}
