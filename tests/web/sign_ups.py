"""How the stories of signing up fill in the form, and what became of it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import text
from sqlmodel import Session, select
from starlette.testclient import TestClient

from outreach.contacts.models import Contact
from outreach.delivery.models import Sender, Stream
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.signup import defences
from workers import signup

ADDRESS = "lin.mei@company.example"
NAMES = {"sv": "CSR-centret", "zh-Hans": "企业社会责任中心", "en": "The CSR Centre"}


def add_sender(session: Session) -> None:
    """Set up who confirmations come from."""
    session.add(Sender(key="system", stream=Stream.SYSTEM, address="noreply@csr-centre.example", names=NAMES))


def filled_in(visitor: TestClient, *, language: str = "sv", seconds: float = 20, **entered: Any) -> dict[str, Any]:
    """Open the page and fill in its form, having taken some seconds over it."""
    page = visitor.get(f"/subscribe?language={language}").text
    with clock.fixed(clock.now() - timedelta(seconds=seconds)):
        stamp = defences.stamp()
    shown = re.findall(r'name="shown" value="([0-9a-f]{64})"', page)
    transfer = {"transfer": "true"} if language == "zh-Hans" else {}
    form = {"email": ADDRESS, "topics": ["labour", "environment"], "letters_in": language}
    return form | transfer | {"form": "hosted", "stamp": stamp, "shown": shown} | entered


def post(visitor: TestClient, *, language: str = "sv", seconds: float = 20, **entered: Any) -> httpx2.Response:
    """Sign up."""
    form = filled_in(visitor, language=language, seconds=seconds, **entered)
    return visitor.post(f"/subscribe?language={language}", data=form)


def letters() -> list[Any]:
    """Let a worker write, and return all letters of the product's own, the oldest first."""
    signup.write()
    with transaction() as session:
        return list(
            session.execute(
                text(
                    """
                    SELECT delivery.id, delivery.address, delivery.contact_id, delivery.language,
                        message.subject, message.html, message.text
                    FROM delivery JOIN message ON message.id = delivery.message_id
                    JOIN mailing ON mailing.id = delivery.mailing_id
                    WHERE mailing.stream = 'system' ORDER BY delivery.id
                    """
                )
            )
        )


def link(letter: Any) -> str:
    """Return where the button of a letter leads, on our host."""
    found = re.search(r"https?://\S+/(?:confirm|preferences)/\S+", letter.text)
    assert found, letter.text
    return urlsplit(found[0]).path


def contact(address: str = ADDRESS) -> Contact | None:
    """Return who is known by an address."""
    with transaction() as session:
        return session.exec(select(Contact).where(Contact.address == address)).one_or_none()


def count(table: str) -> int:
    """Count the rows of a table."""
    with transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - one of ours


def let_pass(days: float) -> None:
    """Let so much time be over for everybody who signed up."""
    with transaction() as session:
        for statement in _LET_PASS:
            session.execute(text(statement), {"seconds": days * 86_400})


_LET_PASS = (
    "UPDATE sign_up SET created_at = created_at - make_interval(secs => :seconds)",
    """
    UPDATE sign_up_letter SET
        last_at = last_at - make_interval(secs => :seconds),
        before = ARRAY(SELECT one - make_interval(secs => :seconds) FROM unnest(before) AS one)
    """,
)
