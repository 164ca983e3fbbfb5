"""Leaving by mail: the token decides, whoever the mail says it is from, and a quoted link does nothing."""

from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from outreach.consent import topics
from outreach.consent.models import ConsentAction, ConsentRecord, Subscription, SubscriptionState, Topic
from outreach.contacts.models import Contact
from outreach.delivery.models import DeliveryState, Stream
from outreach.foundation import signing
from outreach.foundation.signing import Purpose
from outreach.foundation.tables import uuid7
from outreach.readers import mailto
from outreach.readers.mailto import Verdict
from tests import mailings
from tests.mailings import Sent

INBOUND = "unsubscribe@brev.csr-centre.example"


@pytest.fixture
def letter(session: Session) -> Sent:
    topics.ensure(session)
    return mailings.send(session, mailings.reader(session, "anna", keys=("labour", "press")))


def token(letter: Sent, purpose: Purpose = Purpose.UNSUBSCRIBE) -> str:
    return signing.sign(purpose, letter["anna"])


def mail(subject: str, *, to: str = INBOUND, text: str = "", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("From", "Anna <anna@firma.example>")
    message["To"] = to
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return bytes(message)


def held(session: Session) -> set[str]:
    query = select(Topic.key).join(Subscription).where(Subscription.state == SubscriptionState.SUBSCRIBED)
    return set(session.exec(query))


def test_a_mail_with_the_letters_token_as_subject_leaves_and_stops_what_is_planned(
    session: Session, letter: Sent
) -> None:
    anna = session.exec(select(Contact)).one()
    planned = mailings.send(session, anna, state=DeliveryState.PLANNED, link_key="planned____")

    assert mailto.read(session, mail(token(letter))) is Verdict.LEFT

    assert held(session) == {"press"}
    session.expire_all()
    assert mailings.delivery(session, planned["anna"]).state is DeliveryState.SUPPRESSED
    last = session.exec(select(ConsentRecord).where(ConsentRecord.action == ConsentAction.WITHDRAWN)).one()
    assert (last.source, last.language, last.evidence) == ("mail", "sv", {"delivery": str(letter["anna"])})


def test_twice_is_as_good_as_once(session: Session, letter: Sent) -> None:
    for _turn in range(3):
        assert mailto.read(session, mail(token(letter))) is Verdict.LEFT

    assert session.scalar(sa.text("SELECT count(*) FROM consent_record WHERE action = 'withdrawn'")) == 1


@pytest.mark.parametrize("sender", ["bo@firma.example", "MAILER-DAEMON@x.example", "", "=?utf-8?q?=00?= <a@b>"])
def test_who_it_says_it_is_from_makes_no_difference(session: Session, letter: Sent, sender: str) -> None:
    raw = mail(token(letter)).replace(b"From: Anna <anna@firma.example>", f"From: {sender}".encode())

    assert mailto.read(session, raw) is Verdict.LEFT


def test_from_alone_is_nobodys_word(session: Session, letter: Sent) -> None:
    assert mailto.read(session, mail("unsubscribe", text="Please stop!")) is Verdict.OTHER

    assert held(session) == {"labour", "press"}


@pytest.mark.parametrize("subject", ["{}", "unsubscribe {}", "Re: {}", "{} (sent from my phone)", "退订 {}", "<{}>"])
def test_the_token_may_stand_among_other_words(session: Session, letter: Sent, subject: str) -> None:
    assert mailto.read(session, mail(subject.format(token(letter)))) is Verdict.LEFT


@pytest.mark.parametrize("name", ["To", "Delivered_To", "X_Original_To"])
def test_the_token_may_stand_in_the_address_that_it_came_to(session: Session, letter: Sent, name: str) -> None:
    tagged = f"u+{token(letter)}@csr.example"
    raw = mail("", to=tagged) if name == "To" else mail("", **{name: tagged})

    assert mailto.read(session, raw) is Verdict.LEFT


@pytest.mark.parametrize("place", ["text", "In_Reply_To", "References", "List_Unsubscribe", "From"])
def test_a_bounce_or_a_forwarded_letter_that_quotes_a_link_leaves_nobody(
    session: Session, letter: Sent, place: str
) -> None:
    link = f"<https://x.example/unsubscribe/{token(letter)}>"
    raw = mail("Undelivered Mail", text=link) if place == "text" else mail("Undelivered Mail", **{place: link})

    assert mailto.read(session, raw) is Verdict.OTHER
    assert held(session) == {"labour", "press"}


def test_a_forged_token_and_one_for_something_else_leave_nobody(session: Session, letter: Sent) -> None:
    genuine = token(letter)
    for wrong in (
        genuine[:-2] + "AA",
        token(letter, Purpose.PREFERENCES),
        genuine.replace("v1.", "v2."),
        genuine + "x",
    ):
        assert mailto.read(session, mail(wrong)) is Verdict.OTHER

    assert held(session) == {"labour", "press"}


def test_a_press_letter_leaves_the_press(session: Session, letter: Sent) -> None:
    anna = session.exec(select(Contact)).one()
    release = mailings.send(session, anna, stream=Stream.PRESS, link_key="press______")

    mailto.read(session, mail(token(release)))

    assert held(session) == {"labour"}


def test_a_letter_that_is_not_there_any_more_is_said_to_be_gone(session: Session, letter: Sent) -> None:
    nowhere = signing.sign(Purpose.UNSUBSCRIBE, uuid7())

    assert mailto.read(session, mail(nowhere)) is Verdict.GONE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"Subject: =?no-such-charset?b?////?=\r\n\r\n",
        b"Subject: =?utf-8?b?not base64?=\r\n\r\n",
        b"Subject: \xff\xfe v1.a.u.b\r\n\r\n",
        b"Subject: " + b"v1.abcd.u." * 100_000,
        b"no header at all",
    ],
)
def test_what_is_no_mail_harms_nothing(session: Session, letter: Sent, raw: bytes) -> None:
    assert mailto.read(session, raw) is Verdict.OTHER
