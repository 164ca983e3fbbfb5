"""Questions about what was accepted: by delivery id, in order, and how much."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outreach.sandbox import events, merging, moments, tallies

MAX_IDS = 1000
MAX_PAGE = 1000


@dataclass(frozen=True)
class Content:
    """A letter as one recipient gets it."""

    subject: str
    html: str
    text: str
    headers: dict[str, str]


def merged(row: sqlite3.Row) -> Content:
    """Merge a letter with a recipient's values; the row holds the columns of both."""
    values: dict[str, str] = json.loads(row["field_values"])
    headers: dict[str, str] = json.loads(row["headers"])
    return Content(
        subject=merging.into_text(row["subject"], values),
        html=merging.into_html(row["html"], values),
        text=merging.into_text(row["text"], values),
        headers={name: merging.into_text(value, values) for name, value in headers.items()},
    )


def search(db: sqlite3.Connection, ids: Sequence[str]) -> bytes:
    """Find messages by delivery id (at most 1,000), in order of acceptance; a JSON list."""
    marks = ",".join("?" * len(ids))
    rows = db.execute(
        f"SELECT n, delivery_id, message_id, email, accepted_at FROM message WHERE delivery_id IN ({marks}) ORDER BY n",  # noqa: S608 - marks only
        ids,
    )
    return _list([_identity(row) for row in rows])


def following(db: sqlite3.Connection, *, after: int, limit: int, content: bool) -> bytes:
    """Return up to `limit` messages numbered above `after`, in order, merged when `content` is asked for; JSON."""
    rows = db.execute(
        "SELECT * FROM message JOIN letter ON letter.id = message.letter WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
    )
    emitted = events.cursor(db)
    return _list([_described(row, emitted) | (_content(row) if content else {}) for row in rows])


def count(db: sqlite3.Connection) -> dict[str, Any]:
    """Count requests, accepted messages, distinct delivery ids, ids accepted more than once, states and reports."""
    recipients, repeated = db.execute(
        "SELECT count(*), coalesce(sum(times > 1), 0) FROM (SELECT count(*) AS times FROM message GROUP BY delivery_id)"
    ).fetchone()
    some = db.execute("SELECT delivery_id FROM message GROUP BY delivery_id HAVING count(*) > 1 LIMIT 100").fetchall()
    return {
        "requests": tallies.total(db, "requests"),
        "accepted": tallies.total(db, "accepted"),
        "recipients": recipients,
        "duplicates": repeated,
        "duplicate_ids": [row[0] for row in some] if repeated else [],
        "states": events.states(db),
        "webhooks": events.reports(db),
    }


def empty(db: sqlite3.Connection) -> None:
    """Forget every message, letter, key, report and total; numbering goes on, switches stay."""
    for table in ("taking", "message", "letter", "webhook", "tally"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above


def _identity(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "n": row["n"],
        "id": row["delivery_id"],
        "message_id": row["message_id"],
        "email": row["email"],
        "accepted_at": moments.text(row["accepted_at"]),
    }


def _described(row: sqlite3.Row, emitted: int) -> dict[str, Any]:
    return _identity(row) | {
        "name": row["name"],
        "language": row["language"],
        "stream": row["stream"],
        "state": events.state(row, emitted),
    }


def _content(row: sqlite3.Row) -> dict[str, Any]:
    content = merged(row)
    return {
        "from": {"email": row["from_email"], "name": row["from_name"]},
        "reply_to": row["reply_to"],
        "subject": content.subject,
        "html": content.html,
        "text": content.text,
        "headers": content.headers,
    }


def _list(items: list[dict[str, Any]]) -> bytes:
    # One item at a time: a single dumps of twenty megabytes would hold the interpreter from the event loop.
    return b"[" + b",".join(json.dumps(item, ensure_ascii=False).encode() for item in items) + b"]"
