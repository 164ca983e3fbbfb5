"""The centre on an ordinary day: staff who are signed in, an issue in two languages, and a few people.

a reader who agreed, in Swedish   Eva, at a dye works
a reader who agreed, in Chinese   文丽, at the same
one who left                      Olle
one who never agreed              Nina
a journalist                      Petra, who follows the press only
"""

import io
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from PIL import Image
from sqlalchemy import text
from sqlmodel import Session, select
from starlette.testclient import TestClient

from outreach.accounts import signin
from outreach.accounts.models import LoginSession, Role, User
from outreach.accounts.signin import LASTS
from outreach.campaigns import launching, planning, steering
from outreach.campaigns.models import Campaign
from outreach.consent import ledger, topics
from outreach.consent.models import ConsentAction
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector
from outreach.content import approval, files, queries
from outreach.delivery.models import Sender, Stream
from outreach.foundation import clock
from outreach.foundation.database import transaction
from outreach.segments import rules
from outreach.web import cookies

ISSUE = "vatten-2026-01"
APPROVER = "elin@csr-centre.example"
PIECE = """\
kind: issue
key: vatten-2026-01
topics: [environment]
assets:
  - file: kran.jpg
blocks:
  - id: greeting
    kind: text
  - id: water
    kind: article
    image: kran.jpg
    url: https://csr-centre.example/water
"""
WORDS = {
    "edition.sv.md": "---\ntitle: Vatten först\nsubject: Mät först\n---\n",
    "edition.zh-Hans.md": "---\ntitle: 先测量\nsubject: 先测量，再投资\n---\n",
    "greeting.sv.md": 'Hej <span data-merge="first_name">Namn</span>!\n',
    "greeting.zh-Hans.md": "各位读者：\n",
    "water.sv.md": "---\nheading: Mät vattnet\nlink_label: Om vatten\n---\n\nVarje dag.\n",
    "water.zh-Hans.md": "---\nheading: 测量用水\nlink_label: 关于用水\n---\n\n每天。\n",
    "assets/kran.sv.md": "---\nalt: En kran.\n---\n",
    "assets/kran.zh-Hans.md": "---\nalt: 水龙头。\n---\n",
}


@dataclass(frozen=True)
class Office:
    """Who and what is there, by id."""

    works: UUID
    people: dict[str, UUID]


def open_office(folder: Path) -> Office:
    """Put everything in its place; the issue is complete in Swedish and Chinese, and nobody has approved it."""
    with transaction() as session:
        _senders(session)
        works = _organisation(session, "dye-works", "Färgeriet AB", OrganisationKind.COMPANY, Sector.TEXTILES)
        paper = _organisation(session, "paper", "Dagens Färg", OrganisationKind.MEDIA, Sector.MEDIA)
        people = {
            "eva": _person(session, "eva", "sv", works, "environment"),
            "wenli": _person(session, "wenli", "zh-Hans", works, "environment", native="文丽"),
            "olle": _person(session, "olle", "sv", works, "environment", left=True),
            "nina": _person(session, "nina", "sv", works),
            "petra": _person(session, "petra", "sv", paper, "press"),
        }
        files.import_folder(session, issue(folder))
    return Office(works, people)


def sign_in(client: TestClient, role: Role, *, language: str = "en") -> TestClient:
    """Let somebody of a role come in, past the door."""
    client.cookies.set(cookies.full(cookies.SESSION), session_of(role, language=language))
    return client


def session_of(role: Role, *, language: str = "en") -> str:
    """Start a session for a new member of staff and return its secret."""
    secret = f"a secret of {role.value} in {language}"
    with transaction() as session:
        email = APPROVER if role is Role.APPROVER else f"{role.value}@csr-centre.example"
        user = User(email=email, name=role.value.title(), role=role, password_hash="", language=language)
        session.add(user)
        session.flush()
        session.add(
            LoginSession(
                user_id=user.id, secret_hash=sha256(secret.encode()).hexdigest(), expires_at=clock.now() + LASTS
            )
        )
    return secret


def shut_out(role: Role) -> None:
    """End the employment of the member of staff with a role."""
    with transaction() as session:
        user = session.exec(select(User).where(User.role == role)).one()
        signin.shut_out(session, user, actor="test")


def issue(folder: Path) -> Path:
    """Lay the issue out as a folder."""
    place = folder / ISSUE
    (place / "assets").mkdir(parents=True)
    (place / "piece.yaml").write_text(PIECE, encoding="utf-8")
    for name, words in WORDS.items():
        (place / name).write_text(words, encoding="utf-8")
    picture = io.BytesIO()
    Image.new("RGB", (64, 36), "steelblue").save(picture, "JPEG")
    (place / "assets" / "kran.jpg").write_bytes(picture.getvalue())
    return place


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    """Change one file of the issue and take the issue in again."""
    file = folder / ISSUE / name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with transaction() as session:
        files.import_folder(session, folder / ISSUE)


def planned(*, approved: bool = False, name: str = "January", rule: str = "kind=company") -> UUID:
    """Plan a campaign of the issue."""
    with transaction() as session:
        piece = queries.by_key(session, ISSUE)
        if approved:
            approval.approve(session, piece, by=APPROVER)
        campaign = planning.create(session, piece, name=name, include=rules.parse_text(rule), by=APPROVER)
        return campaign.id


def launched(**how: str) -> UUID:
    """Plan, approve and launch a campaign of the issue."""
    number = planned(approved=True, **how)
    with transaction() as session:
        launching.launch(session, session.get_one(Campaign, number), by=APPROVER)
    return number


def let_everything_arrive(number: UUID, *, left_over: int = 0) -> None:
    """Deliver the letters of a campaign, save the last few, and let the campaign notice that it is done."""
    with transaction() as session:
        session.execute(
            text(
                """
                UPDATE delivery SET state = 'delivered', accepted_at = now(), delivered_at = now(), changed_at = now()
                WHERE id IN (
                    SELECT id FROM delivery WHERE mailing_id = :number ORDER BY id
                    LIMIT (SELECT count(*) - :left_over FROM delivery WHERE mailing_id = :number)
                )
                """
            ),
            {"number": number, "left_over": left_over},
        )
        session.execute(
            text(
                """
                UPDATE batch SET state = 'settled'
                WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE batch_id = batch.id AND delivery.state = 'planned')
                """
            )
        )
        steering.follow_ledger(session)


def campaign(number: UUID) -> Campaign:
    """Return a campaign as it stands now."""
    with transaction() as session:
        return session.get_one(Campaign, number)


def _senders(session: Session) -> None:
    for stream in (Stream.NEWSLETTER, Stream.PRESS):
        session.add(Sender(key=stream.value, stream=stream, address="brev@csr-centre.example", names={"sv": "Brev"}))


def _organisation(session: Session, key: str, name: str, kind: OrganisationKind, sector: Sector) -> UUID:
    one = Organisation(key=key, names={"sv": name}, kind=kind, sector=sector, country="SE", language="sv")
    session.add(one)
    session.flush()
    return one.id


def _person(
    session: Session, name: str, language: str, at: UUID, *keys: str, native: str = "", left: bool = False
) -> UUID:
    address = f"{name}@firma.example"
    one = Contact(
        email=address,
        address=address,
        given_name=name.title(),
        native_name=native,
        language=language,
        organisation_id=at,
        source="sign-up form",
    )
    session.add(one)
    session.flush()
    for topic in topics.by_keys(session, keys):
        ledger.record(session, one, action=ConsentAction.GIVEN, topic=topic, source="sign-up form")
        if left:
            ledger.record(session, one, action=ConsentAction.WITHDRAWN, topic=topic, source="unsubscribe link")
    if keys:
        ledger.record(session, one, action=ConsentAction.GIVEN, topic=None, source="sign-up form")
    return one.id


def person_at(centre: Office, name: str, language: str, *keys: str) -> UUID:
    """Let one more person work at the dye works."""
    with transaction() as session:
        return _person(session, name, language, centre.works, *keys)
