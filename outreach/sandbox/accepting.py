"""Take a batch: one transaction, the letter once, one row per recipient, nothing rendered."""

import hashlib
import json
import secrets
import sqlite3
from typing import Literal, TypedDict

from pydantic_core import to_json

from outreach.sandbox import intake, tallies
from outreach.sandbox.behaviour import Behaviour, fate
from outreach.sandbox.intake import Batch

REMEMBERED = 24 * 3600
"""Seconds for which an idempotency key is honoured."""


class Accepted(TypedDict):
    """The answer for a recipient that was taken."""

    id: str
    status: Literal["accepted"]
    message_id: str


class Rejected(TypedDict):
    """The answer for a recipient that was not."""

    id: str
    status: Literal["rejected"]
    code: str
    reason: str


def take(
    db: sqlite3.Connection, batch: Batch, *, key: str | None, behaviour: Behaviour, now: float
) -> list[Accepted | Rejected]:
    """Keep every acceptable recipient of a batch and answer for each, in order.

    Recipients already taken under the same `key` within 24 hours are answered as they were then and not taken again.
    """
    taken = _taken(db, key, now) if key else {}
    letter = _letter(db, batch)
    first = _next_number(db)
    prefix = secrets.token_hex(8)
    answers: list[Accepted | Rejected] = []
    rows: list[tuple[object, ...]] = []
    for recipient in batch.recipients:
        if recipient.id in taken:
            answers.append({"id": recipient.id, "status": "accepted", "message_id": taken[recipient.id]})
            continue
        if refusal := intake.refusal(batch, recipient):
            answers.append({"id": recipient.id, "status": "rejected", "code": refusal.code, "reason": refusal.reason})
            continue
        message_id = f"{prefix}.{len(rows)}@sandbox.invalid"
        rows.append(
            (
                first + len(rows),
                letter,
                recipient.id,
                message_id,
                recipient.email,
                recipient.name,
                to_json(recipient.values).decode(),
                now,
                fate(recipient.email, behaviour),
            )
        )
        answers.append({"id": recipient.id, "status": "accepted", "message_id": message_id})
        if key:
            taken[recipient.id] = message_id
    db.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute("UPDATE letter SET messages = messages + ? WHERE id = ?", (len(rows), letter))
    tallies.add(db, "requests")
    tallies.add(db, "accepted", len(rows))
    if key and rows:
        _remember(db, key, now=now, first=first, last=first + len(rows) - 1)
    return answers


def _taken(db: sqlite3.Connection, key: str, now: float) -> dict[str, str]:
    return dict(
        db.execute(
            """
            SELECT message.delivery_id, message.message_id
              FROM taking JOIN message ON message.n BETWEEN taking.first_n AND taking.last_n
             WHERE taking.idempotency_key = ? AND taking.taken_at > ?
            """,
            (key, now - REMEMBERED),
        ).fetchall()
    )


def _letter(db: sqlite3.Connection, batch: Batch) -> int:
    content = (
        batch.sender.email,
        batch.sender.name,
        batch.reply_to,
        batch.subject,
        batch.html,
        batch.text,
        json.dumps(batch.headers, ensure_ascii=False),
        batch.language,
        batch.stream,
    )
    digest = hashlib.sha256(json.dumps(content).encode()).digest()
    db.execute(
        """
        INSERT INTO letter (digest, from_email, from_name, reply_to, subject, html, text, headers, language, stream)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
        """,
        (digest, *content),
    )
    return int(db.execute("SELECT id FROM letter WHERE digest = ?", (digest,)).fetchone()[0])


def _next_number(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'message'").fetchone()
    return int(row[0]) + 1 if row else 1


def _remember(db: sqlite3.Connection, key: str, *, now: float, first: int, last: int) -> None:
    db.execute("DELETE FROM taking WHERE taken_at <= ?", (now - REMEMBERED,))
    db.execute(
        "INSERT INTO taking (idempotency_key, taken_at, first_n, last_n) VALUES (?, ?, ?, ?)", (key, now, first, last)
    )
