"""What a launch writes into each delivery."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from outreach.consent import ledger, topics
from outreach.consent.models import ConsentAction
from outreach.contacts.models import Contact
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.rendering import merge
from tests.web import office

EVERY_FIELD = "".join(f'<span data-merge="{name}">x</span>' for name in merge.PERSONAL)


@pytest.fixture
def centre(database: embedded.Addresses, tmp_path: Path) -> office.Office:
    """An office on an ordinary day."""
    return office.open_office(tmp_path)


def test_a_delivery_keeps_of_a_person_what_its_letters_have_room_for(centre: office.Office) -> None:
    number = office.launched()

    # the greeting's, and the topics that are named below each letter
    assert _values(number, centre.people["eva"]) == {"first_name": "Eva", "topics": "Miljö"}


def test_a_letter_names_the_organisation_and_the_chosen_topics_in_its_own_language(
    centre: office.Office, tmp_path: Path
) -> None:
    office.rewrite(tmp_path, "piece.yaml", "[environment]", "[environment, labour]")
    office.rewrite(tmp_path, "greeting.sv.md", "Hej", f"{EVERY_FIELD} hej")
    with transaction() as session:
        wenli = session.get_one(Contact, centre.people["wenli"])
        (labour,) = topics.by_keys(session, ["labour"])
        ledger.record(session, wenli, action=ConsentAction.GIVEN, topic=labour, source="sign-up form")
        names = {one.key: one.names for one in topics.by_keys(session, ["environment", "labour"])}
        in_order = sorted(topics.by_keys(session, ["environment", "labour"]), key=lambda one: one.position)

    number = office.launched()

    assert _values(number, centre.people["eva"]) == {
        "first_name": "Eva",
        "full_name": "Eva",
        "organisation": "Färgeriet AB",
        "topics": names["environment"]["sv"],
    }
    assert _values(number, wenli.id) == {
        "first_name": "Wenli",
        "full_name": "文丽",
        "organisation": "",
        "topics": "、".join(names[one.key]["zh-Hans"] for one in in_order),
    }


def test_everybody_of_a_batch_has_the_same_letter_and_the_batch_knows_how_many_they_are(centre: office.Office) -> None:
    number = office.launched()

    with transaction() as session:
        batches = session.execute(
            text(
                """
                SELECT batch.size, count(*) AS found, count(DISTINCT delivery.message_id) AS letters
                FROM batch JOIN delivery ON delivery.batch_id = batch.id
                WHERE batch.mailing_id = :mailing GROUP BY batch.id, batch.size
                """
            ),
            {"mailing": number},
        ).all()
    assert [(one.size, one.found, one.letters) for one in batches] == [(1, 1, 1), (1, 1, 1)]


def _values(mailing: UUID, contact: UUID) -> Any:
    with transaction() as session:
        return session.execute(
            text("SELECT values FROM delivery WHERE mailing_id = :mailing AND contact_id = :contact"),
            {"mailing": mailing, "contact": contact},
        ).scalar_one()
