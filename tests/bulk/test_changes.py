"""Changes to many people: what each does, whom it leaves alone, and what is kept of it."""

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.accounts.models import AuditEntry
from outreach.bulk import asking, working
from outreach.bulk.asking import Asked
from outreach.bulk.models import BulkAction, BulkChange
from outreach.consent import ledger, permission, topics, whom
from outreach.consent.models import Basis, ConsentAction, ConsentRecord
from outreach.consent.whom import Whom
from outreach.contacts import editing
from outreach.contacts.editing import Details
from outreach.contacts.models import Contact, ContactChange
from outreach.contacts.search import Search
from outreach.delivery.models import Suppression
from outreach.foundation.errors import Refused
from tests.contacts import cast

_MANY = text(
    """
    INSERT INTO contact (email, address, given_name, family_name, native_name, latin_name, title, language, country,
        time_zone, source, tags)
    SELECT n || '@many.example', n || '@many.example', '', '', '', '', '', 'sv', '', 'Europe/Stockholm', 'fair',
        '{fair}'
    FROM generate_series(1, :number) AS n
    """
)
FAIR = Whom(Search(tag="fair"))
BY = "officer@csr-centre.example"


@pytest.fixture
def people(session: Session) -> list[Contact]:
    """Three people from a fair, and one who was not there."""
    topics.ensure(session)
    names = ("ann", "bo", "cai", "dag")
    return [
        editing.add(
            session,
            Details(email=f"{name}@x.example", language="sv", source="fair", tags=("fair",) if name != "dag" else ()),
            actor=BY,
        )
        for name in names
    ]


def change(session: Session, asked: Asked, found: Whom = FAIR) -> BulkChange:
    return asking.begin(session, found, asked, expected=whom.count(session, found), by=BY)


def test_a_tag_is_given_to_all_who_are_found_and_kept_in_their_history(session: Session, people: list[Contact]) -> None:
    done = change(session, Asked(BulkAction.TAG, tag=" met 2026 "))

    session.expire_all()
    assert [one.tags for one in people] == [["fair", "met 2026"]] * 3 + [[]]
    assert (done.total, done.done, done.changed) == (3, 3, 3)
    assert session.exec(select(ContactChange.after)).all() == [{"tags": ["fair", "met 2026"]}] * 3


def test_taking_away_the_tag_by_which_people_are_found_misses_nobody(session: Session, people: list[Contact]) -> None:
    session.execute(_MANY, {"number": 2 * working.PEOPLE})

    done = change(session, Asked(BulkAction.UNTAG, tag="fair"))
    steps = [working.step(session, done.id) for _step in range(4)]

    session.expire_all()
    assert [one.tags for one in people] == [[], [], [], []]
    assert done.changed == 2 * working.PEOPLE + 3
    assert steps == [True, True, False, False]


def test_people_are_put_in_an_organisation(session: Session, people: list[Contact]) -> None:
    works = cast.norrstrand(session)

    change(session, Asked(BulkAction.EMPLOY, organisation=str(works.id)))

    session.expire_all()
    assert [one.organisation_id for one in people] == [works.id] * 3 + [None]


def test_a_permission_needs_its_ground_and_never_brings_back_who_left(session: Session, people: list[Contact]) -> None:
    ann, bo, cai, _dag = people
    labour = topics.by_keys(session, ["labour"])[0]
    ledger.record(session, bo, action=ConsentAction.GIVEN, topic=labour, source="form")
    ledger.record(session, bo, action=ConsentAction.WITHDRAWN, topic=labour, source="link")
    agreed = Asked(
        BulkAction.SUBSCRIBE,
        topic="labour",
        source="list of the fair",
        wording="Yes, write to me.",
        given_on="2026-05-12",
    )

    done = change(session, agreed)

    allowed = [permission.check(session, one, ["labour"]).allowed for one in people]
    assert allowed == [True, False, True, False]
    assert done.changed == 2
    evidence = session.exec(select(ConsentRecord).where(col(ConsentRecord.contact_id) == cai.id)).one()
    assert (evidence.basis, evidence.source, evidence.actor) == (Basis.CONSENT, "list of the fair", BY)
    assert evidence.evidence == {"bulk": str(done.id), "given_on": "2026-05-12"}
    assert ann.id != cai.id


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Asked(BulkAction.TAG), "Write the tag"),
        (Asked(BulkAction.SUBSCRIBE, topic="labour"), "where the addresses come from"),
        (Asked(BulkAction.SUBSCRIBE, topic="labour", source="fair"), "Consent is proved"),
        (Asked(BulkAction.SUBSCRIBE, topic="sport", source="x", basis="contract"), "not a topic"),
        (Asked(BulkAction.SUBSCRIBE, topic="labour", source="x", basis="because"), "ground"),
        (Asked(BulkAction.SUBSCRIBE, topic="labour", source="x", wording="y", given_on="2999-01-01"), "still to come"),
        (Asked(BulkAction.LEAVE, topic="labour"), "how you know"),
        (Asked(BulkAction.SUPPRESS), "Say why"),
        (Asked(BulkAction.EMPLOY, organisation="nowhere"), "does not exist"),
    ],
)
def test_what_is_missing_is_refused_before_anybody_is_changed(
    session: Session, people: list[Contact], asked: Asked, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        change(session, asked)

    assert session.exec(select(BulkChange)).all() == []


def test_leaving_a_topic_for_many_is_evidence_for_each(session: Session, people: list[Contact]) -> None:
    labour = topics.by_keys(session, ["labour"])[0]
    for one in people:
        ledger.record(session, one, action=ConsentAction.GIVEN, topic=labour, source="form")

    done = change(session, Asked(BulkAction.LEAVE, topic="labour", source="their letter"))

    allowed = [permission.check(session, one, ["labour"]).allowed for one in people]
    assert (allowed, done.changed) == ([False, False, False, True], 3)


def test_nothing_is_sent_any_more_to_those_who_are_stopped(session: Session, people: list[Contact]) -> None:
    done = change(session, Asked(BulkAction.SUPPRESS, why="the fair's list was wrong"))

    stopped = session.exec(select(Suppression)).all()
    assert sorted(one.address for one in stopped) == ["ann@x.example", "bo@x.example", "cai@x.example"]
    assert {(one.detail, one.made_by) for one in stopped} == {("the fair's list was wrong", BY)}
    assert done.changed == 3
    logged = session.exec(select(AuditEntry).where(AuditEntry.action == "contacts.bulk.suppress")).one()
    assert logged.detail == {"people": 3}


def test_a_list_that_has_grown_since_it_was_confirmed_is_asked_about_again(
    session: Session, people: list[Contact]
) -> None:
    with pytest.raises(Refused, match="grown"):
        asking.begin(session, FAIR, Asked(BulkAction.TAG, tag="x"), expected=2, by=BY)


def test_whoever_comes_in_afterwards_is_not_changed(session: Session, people: list[Contact]) -> None:
    session.execute(text("SELECT 1"))
    later = change(session, Asked(BulkAction.TAG, tag="first"))
    newcomer = editing.add(
        session, Details(email="new@x.example", language="sv", source="fair", tags=("fair",)), actor=BY
    )
    later.finished_at = None
    session.flush()

    working.step(session, later.id)

    session.refresh(newcomer)
    assert newcomer.tags == ["fair"]


def test_whom_a_list_means_is_kept_and_read_again() -> None:
    wanted = Whom(Search(text="åsa", tag="vip", field="level", value="gold"), topic="labour", stopped="no")

    assert whom.read(whom.stored(wanted)) == wanted
