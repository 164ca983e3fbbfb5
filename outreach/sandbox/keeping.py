"""Small named values kept in the file: switches, and how far the reports have come."""

import sqlite3


def keep(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a value under a name."""
    db.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )


def kept(db: sqlite3.Connection, name: str, default: str) -> str:
    """Return the value kept under a name."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default
