"""Put the demo's senders, staff, people and content into an empty database."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session

from outreach.accounts import signin
from outreach.accounts.models import Role
from outreach.cli.demo import people
from outreach.cli.demo.people import DemoContact, Standing
from outreach.consent import loading as consents
from outreach.consent import topics
from outreach.consent.loading import Entry
from outreach.consent.models import Basis, ConsentAction
from outreach.contacts import addresses
from outreach.contacts.models import Contact, Organisation, OrganisationKind, Sector, SourceKind
from outreach.content import approval, files, pieces
from outreach.content.models import PieceKind
from outreach.delivery import suppression
from outreach.delivery.models import Sender, Stream, SuppressionReason
from outreach.foundation import clock
from outreach.foundation.settings import settings
from outreach.foundation.tables import uuid7

HERE = Path(__file__).parent
ACTOR = "demo"
STAFF = (
    ("officer@csr-centre.example", "Maja Ek", Role.OFFICER, "sv"),
    ("approver@csr-centre.example", "Elin Sandberg", Role.APPROVER, "en"),
    ("administrator@csr-centre.example", "陈思雨", Role.ADMINISTRATOR, "zh-Hans"),
)
NEWSLETTER = {"sv": "Ansvar i praktiken", "zh-Hans": "责任实践", "en": "Responsibility in Practice"}
CENTRE = {"sv": "CSR-centret", "zh-Hans": "企业社会责任中心", "en": "The CSR Centre"}


def steps(session: Session, password: str) -> list[Callable[[], None]]:
    """Return the steps of loading, in order; each is quick, so that progress can be shown between them."""
    known: dict[str, UUID] = {}
    return [
        lambda: topics.ensure(session),
        lambda: _senders(session),
        lambda: _staff(session, password),
        lambda: known.update(_organisations(session)),
        lambda: _subscribers(session, known),
        lambda: _press_contacts(session, known),
        lambda: _content(session),
    ]


def _senders(session: Session) -> None:
    press, letters = "press@csr-centre.example", "brev@csr-centre.example"
    session.add_all(
        [
            Sender(key="newsletter", stream=Stream.NEWSLETTER, address=letters, names=NEWSLETTER, reply_to=letters),
            Sender(key="press", stream=Stream.PRESS, address=press, names=CENTRE, reply_to=press),
            Sender(key="system", stream=Stream.SYSTEM, address="noreply@csr-centre.example", names=CENTRE),
        ]
    )
    session.flush()


def _staff(session: Session, password: str) -> None:
    for email, name, role, language in STAFF:
        signin.add_user(session, email=email, name=name, role=role, password=password, language=language)


def _organisations(session: Session) -> dict[str, UUID]:
    rows = []
    for row in (*_csv("organisations.csv"), *_csv("outlets.csv")):
        names = {"sv": row["name_sv"], "zh-Hans": row["name_zh"], "en": row["name_en"]}
        rows.append(
            {
                "id": uuid7(),
                "key": row["key"],
                "names": {language: name for language, name in names.items() if name},
                "kind": OrganisationKind(row["kind"]),
                "sector": Sector(row["sector"]),
                "country": row["country"],
                "language": row["language"],
                "note": " · ".join(one for one in (row.get("outlet_kind"), row.get("beat")) if one),
            }
        )
    session.execute(insert(Organisation), rows)
    return {str(row["key"]): UUID(str(row["id"])) for row in rows}


def _subscribers(session: Session, organisations: dict[str, UUID]) -> None:
    everybody = people.contacts()
    ids = {one.key: uuid7() for one in everybody}
    session.execute(
        insert(Contact),
        [
            {
                "id": ids[one.key],
                "email": one.email,
                "address": addresses.normalise(one.email).normalised,
                "given_name": one.given_name,
                "family_name": one.family_name,
                "native_name": one.native_name,
                "latin_name": one.latin_name,
                "title": one.title,
                "language": one.language,
                "organisation_id": organisations.get(one.organisation or ""),
                "country": one.country,
                "time_zone": one.time_zone,
                "source": one.source,
                "source_kind": SourceKind.THEMSELVES,
                "tags": list(one.tags),
            }
            for one in everybody
        ],
    )
    consents.write(session, (entry for one in everybody for entry in _consents(one, ids[one.key])))
    for reason in SuppressionReason:
        suppression.add(session, [one.email for one in everybody if one.suppressed is reason], reason, "demo")


def _consents(one: DemoContact, contact: UUID) -> Iterator[Entry]:
    def entry(action: ConsentAction, topic: str | None, at: datetime | None) -> Entry:
        wording = "tracking-2024-1" if topic is None else "newsletter-2024-1"
        return Entry(contact, action, topic, one.source, ACTOR, wording=wording, language=one.language, at=at)

    for topic in one.topics:
        yield entry(ConsentAction.ASKED, topic, one.asked_at)
        if one.standing in {Standing.SUBSCRIBED, Standing.UNSUBSCRIBED}:
            yield entry(ConsentAction.GIVEN, topic, one.confirmed_at)
        if one.standing is Standing.UNSUBSCRIBED:
            yield entry(ConsentAction.WITHDRAWN, topic, one.left_at)
    if one.tracking_at:
        yield entry(ConsentAction.GIVEN, None, one.tracking_at)


def _press_contacts(session: Session, organisations: dict[str, UUID]) -> None:
    rows = [row for row in _csv("press_contacts.csv") if row["state"] != "refused"]
    ids = {row["key"]: uuid7() for row in rows}
    session.execute(
        insert(Contact),
        [
            {
                "id": ids[row["key"]],
                "email": row["email"],
                "address": addresses.normalise(row["email"]).normalised,
                "given_name": row["given_name"],
                "family_name": row["family_name"],
                "native_name": row["native_name"],
                "latin_name": row["latin_name"],
                "language": row["language"],
                "organisation_id": organisations[row["outlet"]],
                "country": row["country"],
                "time_zone": row["time_zone"],
                "source": row["source"],
                "tags": [f"trust-{row['trust']}"],
            }
            for row in rows
        ],
    )
    consents.write(session, (entry for row in rows for entry in _press_consents(row, ids[row["key"]])))
    bounced = [row["email"] for row in rows if row["state"] == "hard_bounce"]
    suppression.add(session, bounced, SuppressionReason.HARD_BOUNCE, "demo")
    objected = [row["email"] for row in rows if row["state"] == "objected"]
    suppression.add(session, objected, SuppressionReason.UNSUBSCRIBED, "demo")


def _press_consents(row: dict[str, str], contact: UUID) -> Iterator[Entry]:
    basis = Basis(row["basis"])
    date = row["basis_date"]
    at = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(row["time_zone"])) if date else clock.now()
    for topic in row["topics"].split(";"):
        yield Entry(
            contact, ConsentAction.GIVEN, topic, row["source"], ACTOR, basis=basis, language=row["language"], at=at
        )
    if basis is Basis.CONSENT:
        yield Entry(contact, ConsentAction.GIVEN, None, row["source"], ACTOR, language=row["language"], at=at)


def _content(session: Session) -> None:
    for piece in files.import_tree(session, HERE / "content"):
        if piece.kind is PieceKind.ISSUE and piece.published_on:  # the demo sends it today, whatever its date line says
            today = clock.today(settings().timezones[0])
            pieces.save(session, replace(pieces.load(session, piece), published_on=min(piece.published_on, today)))
        if piece.key == "2026-09-hostprogram":  # out since September, so that the newsroom has something to show
            approval.approve(session, piece, by="approver@csr-centre.example")


def _csv(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
