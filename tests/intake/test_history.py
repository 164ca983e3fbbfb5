"""What a file changes stands in the history of those it is about, under whichever address they were known."""

from sqlmodel import select

from outreach.contacts import editing
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, ContactChange
from outreach.foundation import embedded
from outreach.foundation.database import transaction
from outreach.privacy import merging
from tests.intake import lists


def add(email: str, **known: str) -> Contact:
    with transaction() as session:
        return editing.add(session, Details(email=email, language="sv", source="fair", **known), actor=lists.OFFICER)


def test_what_a_file_changes_is_kept_with_what_was_there_before(database: embedded.Addresses) -> None:
    anna = add("anna@x.example", title="chef", given_name="Anna")

    lists.applied(lists.written(["email", "title", "given name"], ["anna@x.example", "direktör", "Anna"]))

    with transaction() as session:
        change = session.exec(select(ContactChange)).one()
    assert (change.contact_id, change.by) == (anna.id, lists.OFFICER)
    assert (change.before, change.after) == ({"title": "chef"}, {"title": "direktör"})


def test_the_old_address_of_somebody_who_was_merged_makes_nobody_new(database: embedded.Addresses) -> None:
    anna, again = add("anna@x.example"), add("anna@old.example")
    with transaction() as session:
        merging.merge(session, anna.id, again.id, theirs=[], by=lists.OFFICER)

    lists.applied(lists.written(["email", "title"], ["Anna@Old.example", "direktör"]))

    with transaction() as session:
        people = session.exec(select(Contact)).all()
    assert [(one.id, one.email, one.title) for one in people] == [(anna.id, "anna@x.example", "direktör")]
