"""Two contacts become one: what is chosen, what moves, what is stricter, and that nothing is forgotten."""

import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from outreach.accounts.models import AuditEntry
from outreach.consent import ledger, permission, topics
from outreach.consent.models import ConsentAction, ConsentRecord, Subscription
from outreach.contacts import duplicates, editing, notes, queries
from outreach.contacts.duplicates import Reason
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, ContactAlias, ContactNote
from outreach.delivery import suppression
from outreach.delivery.models import Delivery, DeliveryState, SuppressionReason
from outreach.foundation.errors import Conflict, NotFound
from outreach.foundation.tables import uuid7
from outreach.privacy import exporting, merging
from tests import mailings
from tests.contacts import cast
from tests.privacy.cast import everywhere, held

BY = "officer@csr-centre.example"
BY_ITSELF = {"tally_change.contact_id", "tally_place.contact_id"}  # made anew from the contacts that there are


@pytest.fixture
def two(session: Session) -> tuple[Contact, Contact]:
    """Anna, and Anna once more at another address."""
    topics.ensure(session)
    anna = cast.anna(session)
    again = Details(
        email="anna.lindfors@gmail.example",
        language="en",
        source="met at a fair",
        given_name="Anna",
        family_name="Lindfors",
        title="Head of purchasing",
        organisation_id=anna.organisation_id,
        tags=("fair",),
    )
    return anna, editing.add(session, again, actor=BY)


def decide(session: Session, one: Contact, action: ConsentAction, *, topic: str = "labour") -> None:
    ledger.record(session, one, action=action, topic=topics.by_keys(session, [topic])[0], source="form")


def test_each_field_is_taken_from_whom_it_was_chosen(session: Session, two: tuple[Contact, Contact]) -> None:
    anna, other = two

    one = merging.merge(session, anna.id, other.id, theirs=["title", "email"], by=BY)

    assert (one.id, one.address, one.title) == (anna.id, "anna.lindfors@gmail.example", "Head of purchasing")
    assert (one.language, one.source) == ("sv", "sign-up form")
    assert one.tags == ["fair", "vip"]
    assert session.get(Contact, other.id) is None
    logged = session.exec(select(AuditEntry).where(AuditEntry.action == "contact.merge")).one()
    assert logged.detail == {"merged": str(other.id), "theirs": ["email", "title"]}


@pytest.mark.parametrize("which", [0, 1])
def test_who_has_left_under_one_address_has_left(session: Session, two: tuple[Contact, Contact], which: int) -> None:
    left, stayed = two[which], two[1 - which]
    decide(session, left, ConsentAction.GIVEN)
    decide(session, left, ConsentAction.WITHDRAWN)
    ledger.record(
        session,
        stayed,
        action=ConsentAction.GIVEN,
        topic=topics.by_keys(session, ["labour"])[0],
        source="list",
        actor=BY,
    )

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    assert not permission.check(session, one, ["labour"]).allowed
    lines = session.exec(select(ConsentRecord).where(col(ConsentRecord.contact_id) == one.id)).all()
    assert len(lines) >= 3  # evidence of both, and perhaps why the stricter holds


def test_what_only_one_agreed_to_still_holds(session: Session, two: tuple[Contact, Contact]) -> None:
    decide(session, two[1], ConsentAction.GIVEN, topic="events")

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    assert permission.check(session, one, ["events"]).allowed
    assert session.exec(select(Subscription).where(col(Subscription.contact_id) == two[1].id)).all() == []


@pytest.mark.parametrize(
    ("reason", "stops"),
    [
        (SuppressionReason.COMPLAINT, True),
        (SuppressionReason.UNSUBSCRIBED, True),
        (SuppressionReason.MANUAL, True),
        (SuppressionReason.HARD_BOUNCE, False),
    ],
)
def test_a_wish_follows_the_person_and_a_bounce_stays_with_its_address(
    session: Session, two: tuple[Contact, Contact], reason: SuppressionReason, stops: bool
) -> None:
    suppression.add(session, [two[1].address], reason)

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    refused = permission.check(session, one, ["labour"]).reason is permission.Refusal.SUPPRESSED
    assert refused is stops


def test_notes_and_corrections_come_along(session: Session, two: tuple[Contact, Contact]) -> None:
    notes.write(session, two[1], "Prefers Tuesdays.", by=BY)

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    assert session.exec(select(ContactNote.contact_id)).all() == [one.id]


def test_the_other_id_and_address_lead_to_the_person(session: Session, two: tuple[Contact, Contact]) -> None:
    address, number = two[1].email, two[1].id

    one = merging.merge(session, two[0].id, number, theirs=[], by=BY)

    assert queries.merged_into(session, number) == one.id
    found = queries.reached(session, number)
    assert found is not None
    assert found.id == one.id
    with pytest.raises(Conflict):
        editing.add(session, Details(email=address, language="sv", source="file"), actor=BY)
    assert session.exec(select(ContactAlias.address)).all() == [address]


@pytest.mark.parametrize(
    ("kept", "gone", "after"),
    [
        (DeliveryState.PLANNED, DeliveryState.PLANNED, ("planned", "suppressed")),
        (DeliveryState.DELIVERED, DeliveryState.PLANNED, ("delivered", "suppressed")),
        (DeliveryState.PLANNED, DeliveryState.DELIVERED, ("suppressed", "delivered")),
        (DeliveryState.DELIVERED, DeliveryState.AMBIGUOUS, ("delivered", "ambiguous, never again")),
        (DeliveryState.DELIVERED, DeliveryState.DELIVERED, ("delivered", "delivered")),
    ],
)
def test_of_one_campaign_one_letter_leaves(
    session: Session,
    two: tuple[Contact, Contact],
    kept: DeliveryState,
    gone: DeliveryState,
    after: tuple[str, str],
) -> None:
    for one in two:
        decide(session, one, ConsentAction.GIVEN)
    mailing = mailings.send(session, *two, state=DeliveryState.PLANNED).mailing
    letters = {one.contact_id: one for one in session.exec(select(Delivery)).all()}
    ours, theirs = letters[two[0].id], letters[two[1].id]
    ours.state, theirs.state = kept, gone
    session.flush()

    merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    session.expire_all()
    told = [
        f"{one.state.value}, never again" if one.withdrawn and one.state is DeliveryState.AMBIGUOUS else one.state.value
        for one in (ours, theirs)
    ]
    assert tuple(told) == after
    assert ours.mailing_id == mailing.id


def test_letters_of_other_campaigns_come_along(session: Session, two: tuple[Contact, Contact]) -> None:
    mailings.send(session, two[1])

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    assert session.exec(select(Delivery.contact_id)).all() == [one.id]


def test_a_letter_that_waits_for_who_has_left_does_not_leave(session: Session, two: tuple[Contact, Contact]) -> None:
    decide(session, two[0], ConsentAction.GIVEN)
    decide(session, two[1], ConsentAction.GIVEN)
    mailings.send(session, two[0], state=DeliveryState.PLANNED)
    decide(session, two[1], ConsentAction.WITHDRAWN)

    merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)

    session.expire_all()
    assert session.exec(select(Delivery.state)).all() == [DeliveryState.SUPPRESSED]


def test_whoever_is_gone_already_cannot_be_merged(session: Session, two: tuple[Contact, Contact]) -> None:
    with pytest.raises(NotFound):
        merging.merge(session, two[0].id, uuid7(), theirs=[], by=BY)
    with pytest.raises(Conflict):
        merging.merge(session, two[0].id, two[0].id, theirs=[], by=BY)


def test_whoever_left_a_trace_everywhere_leaves_none_behind(session: Session) -> None:
    traces = everywhere(session)
    held(session, traces.anna)
    gone = traces.anna.id

    merging.merge(session, traces.bo.id, gone, theirs=[], by=BY)

    for place in merging.MOVED.keys() - {"bulk_change.until", "delivery.contact_id", *BY_ITSELF}:
        table, column = place.split(".")
        named = SQLModel.metadata.tables[table].c[column] == gone
        assert session.execute(sa.select(sa.func.count()).where(named)).scalar_one() == 0, place
    moved = exporting.export(session, traces.bo).rows
    assert {"pauses", "moves", "leavings", "lists", "sign_ups", "told", "holds", "notes"} <= {
        key for key, rows in moved.items() if rows
    }


def test_no_table_that_names_a_contact_is_forgotten() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.name == "contact_id" or any(key.target_fullname == "contact.id" for key in column.foreign_keys)
    }

    assert named == merging.MOVED.keys() - {"bulk_change.until"}


def test_the_same_person_is_found_once_and_not_again_when_somebody_knows_better(
    session: Session, two: tuple[Contact, Contact]
) -> None:
    assert duplicates.find(session) == 1
    pair = duplicates.listed(session).items[0]

    duplicates.set_apart(session, pair, by=BY)

    assert pair.reasons == (Reason.NAME,)
    assert {pair.first_id, pair.second_id} == {one.id for one in two}
    assert duplicates.find(session) == 0
    assert duplicates.of(session, two[0]) == []


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"email": "lin+press@yunfan.example", "native_name": "王伟"}, (Reason.ADDRESS,)),
        ({"native_name": "林晓岚"}, (Reason.NAME,)),
        ({"native_name": "", "latin_name": "Xiaolan Lin"}, (Reason.ORDER,)),
        ({"native_name": "", "given_name": "Xiaolan", "family_name": "Lin"}, (Reason.ORDER,)),
        ({"native_name": "林晓岚", "organisation_id": None}, ()),
        ({"native_name": "林晓"}, ()),
    ],
)
def test_people_are_suggested_for_a_reason(
    session: Session, change: dict[str, object], reasons: tuple[Reason, ...]
) -> None:
    lin = cast.lin(session)
    other = editing.details_of(lin, email="second@yunfan.example", latin_name="")
    editing.add(session, editing.details_of(lin, **{**vars(other), **change}), actor=BY)

    duplicates.find(session)

    found = duplicates.of(session, lin)
    assert tuple(reason for pair in found for reason in pair.reasons) == reasons


def test_that_two_are_two_is_known_of_the_person_whom_one_becomes(
    session: Session, two: tuple[Contact, Contact]
) -> None:
    third = editing.add(session, editing.details_of(two[0], email="third@x.example"), actor=BY)
    duplicates.set_apart(session, duplicates.pair(session, two[1].id, third.id), by=BY)

    one = merging.merge(session, two[0].id, two[1].id, theirs=[], by=BY)
    duplicates.find(session)

    assert duplicates.of(session, one) == []
    assert session.execute(text("SELECT count(*) FROM contact_pair")).scalar_one() == 1
