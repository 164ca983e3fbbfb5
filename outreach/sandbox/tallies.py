"""Running totals, kept beside the rows so that a count never walks a million of them."""

import sqlite3


def add(db: sqlite3.Connection, name: str, count: int = 1) -> None:
    """Add to a total."""
    db.execute(
        "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count", (name, count)
    )


def total(db: sqlite3.Connection, name: str) -> int:
    """Return a total, 0 when nothing was ever added."""
    row = db.execute("SELECT count FROM tally WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0
