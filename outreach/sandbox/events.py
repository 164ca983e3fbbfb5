"""What becomes of accepted messages, and the calls that report it.

Nothing is written per message until its time has come: a cursor walks the messages in order, and the reports due are
written as ready calls of up to 500 events in the transaction that moves the cursor. A restart loses none.
"""

import json
import secrets
import sqlite3
from collections import Counter
from typing import Any

from outreach.sandbox import keeping, moments, tallies
from outreach.sandbox.behaviour import Behaviour, Fate

PER_CALL = 500
PER_STEP = 5000

DIAGNOSTICS = {
    Fate.BOUNCED_HARD: "550 5.1.1 There is no mailbox of this name",
    Fate.BOUNCED_SOFT: "452 4.2.2 The mailbox is full",
}

_chance = secrets.SystemRandom()


def advance(db: sqlite3.Connection, *, behaviour: Behaviour, now: float, reporting: bool) -> float | None:
    """Let the next messages whose time has come meet their fate, and write the reports when `reporting`.

    Returns the seconds until the next message is due (0 when some are due already), None when no message waits.
    """
    rows = db.execute(
        """
        SELECT n, delivery_id, message_id, email, accepted_at, fate FROM message
         WHERE n > ? AND accepted_at <= ? ORDER BY n LIMIT ?
        """,
        (cursor(db), now - behaviour.delivered_after, PER_STEP),
    ).fetchall()
    if rows:
        keeping.keep(db, "cursor", str(rows[-1]["n"]))
        for fated, count in Counter(row["fate"] for row in rows).items():
            tallies.add(db, f"fate:{fated}", count)
        if reporting and behaviour.events:
            _write_calls(db, rows, behaviour, now)
    oldest = db.execute("SELECT accepted_at FROM message WHERE n > ? ORDER BY n LIMIT 1", (cursor(db),)).fetchone()
    return max(0.0, oldest[0] + behaviour.delivered_after - now) if oldest else None


def cursor(db: sqlite3.Connection) -> int:
    """Return the number of the last message whose fate has come."""
    return int(keeping.kept(db, "cursor", "0"))


def state(row: sqlite3.Row, emitted: int) -> str:
    """Return a message's state: its fate, or `accepted` until that has come."""
    return str(row["fate"]) if row["n"] <= emitted else "accepted"


def states(db: sqlite3.Connection) -> dict[str, int]:
    """Count messages per state; the sum is everything accepted."""
    fated = {fate.value: tallies.total(db, f"fate:{fate}") for fate in Fate}
    return {"accepted": tallies.total(db, "accepted") - sum(fated.values()), **fated}


def reports(db: sqlite3.Connection) -> dict[str, int]:
    """Count the calls to the webhook: waiting for a 2xx, answered by one, given up until the next start."""
    calls, given_up = db.execute("SELECT count(*), coalesce(sum(given_up), 0) FROM webhook").fetchone()
    return {"waiting": calls - given_up, "sent": tallies.total(db, "webhooks_sent"), "given_up": given_up}


def _write_calls(db: sqlite3.Connection, rows: list[sqlite3.Row], behaviour: Behaviour, now: float) -> None:
    events = [event for row in rows for event in _events(row, behaviour.delivered_after)]
    if behaviour.shuffle:
        _chance.shuffle(events)
    calls = [
        ("msg_" + secrets.token_hex(12), json.dumps({"events": events[start : start + PER_CALL]}).encode(), now)
        for start in range(0, len(events), PER_CALL)
        for _ in range(behaviour.repeat)
    ]
    if behaviour.shuffle:
        _chance.shuffle(calls)
    db.executemany("INSERT INTO webhook (webhook_id, body, due_at) VALUES (?, ?, ?)", calls)


def _events(row: sqlite3.Row, after: float) -> list[dict[str, Any]]:
    fated = Fate(row["fate"])
    due = row["accepted_at"] + after
    if fated is Fate.DELIVERED:
        return [_event(row, "delivered", due)]
    if fated is Fate.COMPLAINED:
        return [_event(row, "delivered", due), _event(row, "complained", due)]
    diagnostic = DIAGNOSTICS[fated]
    if fated is Fate.BOUNCED_SOFT:
        return [
            _event(row, "deferred", row["accepted_at"], diagnostic=diagnostic),
            _event(row, "bounced", due, bounce_class="soft", diagnostic=diagnostic),
        ]
    return [_event(row, "bounced", due, bounce_class="hard", diagnostic=diagnostic)]


def _event(
    row: sqlite3.Row, kind: str, at: float, *, bounce_class: str | None = None, diagnostic: str | None = None
) -> dict[str, Any]:
    return {
        "event_id": f"{row['message_id'].partition('@')[0]}.{kind}",
        "type": kind,
        "delivery_id": row["delivery_id"],
        "message_id": row["message_id"],
        "email": row["email"],
        "occurred_at": moments.text(at),
        "bounce_class": bounce_class,
        "diagnostic": diagnostic,
    }
