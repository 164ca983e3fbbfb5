"""The list of the mailbox: filtered, newest first, paged by number."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, NamedTuple

from outreach.sandbox import events, merging

PAGE = 30
_BEGINNING = 600


@dataclass(frozen=True)
class Filter:
    """What the reader looks for; an empty field asks for nothing."""

    search: str = ""
    language: str = ""
    stream: str = ""
    address: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the query parameters that say the same (the address stands in the path)."""
        named = {"search": self.search, "language": self.language, "stream": self.stream}
        return {name: value for name, value in named.items() if value}


class Line(NamedTuple):
    """One message in the list."""

    n: int
    subject: str
    beginning: str
    name: str
    email: str
    language: str
    stream: str
    state: str
    accepted_at: float


class Page(NamedTuple):
    """One page of the list, and from where the pages beside it start."""

    lines: list[Line]
    newer: int | None
    older: int | None


class Totals(NamedTuple):
    """How many messages there are, by stream and by language."""

    messages: int
    streams: dict[str, int]
    languages: dict[str, int]


def page(db: sqlite3.Connection, wanted: Filter, *, before: int | None = None, after: int | None = None) -> Page:
    """Return the messages numbered below `before`, or the ones next above `after`, newest first."""
    ascending = after is not None and before is None
    rows = db.execute(
        f"""
        SELECT n, email, name, field_values, accepted_at, fate, letter.language, letter.stream, letter.subject,
               substr(letter.text, 1, {_BEGINNING}) AS text
          FROM message JOIN letter ON letter.id = message.letter
         WHERE {_conditions(wanted)}
           AND {"n > :edge" if ascending else "n < :edge"}
         ORDER BY n {"ASC" if ascending else "DESC"} LIMIT {PAGE}
        """,  # noqa: S608 - conditions are written below, values are bound
        {**_values(wanted), "edge": after if ascending else before or 2**62},
    ).fetchall()
    if ascending:
        rows.reverse()
    emitted = events.cursor(db)
    lines = [_line(row, emitted) for row in rows]
    if not lines:
        return Page([], None, None)
    return Page(
        lines,
        newer=lines[0].n if _nearest(db, wanted, "min(n)", "n >", lines[0].n) else None,
        older=lines[-1].n if _nearest(db, wanted, "max(n)", "n <", lines[-1].n) else None,
    )


def neighbours(db: sqlite3.Connection, wanted: Filter, n: int) -> tuple[int | None, int | None]:
    """Return the numbers of the next newer and the next older message."""

    return _nearest(db, wanted, "min(n)", "n >", n), _nearest(db, wanted, "max(n)", "n <", n)


def totals(db: sqlite3.Connection) -> Totals:
    """Count messages per stream and per language; costs one look at each letter, not at each message."""
    streams: dict[str, int] = {}
    languages: dict[str, int] = {}
    for stream, language, count in db.execute(
        """
        SELECT stream, language, sum(messages) FROM letter
         WHERE messages > 0 GROUP BY stream, language ORDER BY stream, language
        """
    ):
        streams[stream] = streams.get(stream, 0) + count
        languages[language] = languages.get(language, 0) + count
    return Totals(sum(streams.values()), streams, languages)


def _conditions(wanted: Filter) -> str:
    conditions = {
        "search": "(instr(fold(email), fold(:search)) OR instr(fold(name), fold(:search)))",
        "language": "letter.language = :language",
        "stream": "letter.stream = :stream",
        "address": "email = :address COLLATE NOCASE",
    }
    return " AND ".join(sql for name, sql in conditions.items() if getattr(wanted, name)) or "1"


def _values(wanted: Filter) -> dict[str, Any]:
    return {"search": wanted.search, "language": wanted.language, "stream": wanted.stream, "address": wanted.address}


def _nearest(db: sqlite3.Connection, wanted: Filter, which: str, comparison: str, edge: int) -> int | None:
    found: int | None = db.execute(
        f"""
        SELECT {which} FROM message JOIN letter ON letter.id = message.letter
         WHERE {_conditions(wanted)} AND {comparison} :edge
        """,  # noqa: S608 - as above
        {**_values(wanted), "edge": edge},
    ).fetchone()[0]
    return found


def _line(row: sqlite3.Row, emitted: int) -> Line:
    values: dict[str, str] = json.loads(row["field_values"])
    return Line(
        n=row["n"],
        subject=merging.into_text(row["subject"], values),
        beginning=" ".join(merging.into_text(row["text"], values).split())[:160],
        name=row["name"],
        email=row["email"],
        language=row["language"],
        stream=row["stream"],
        state=events.state(row, emitted),
        accepted_at=row["accepted_at"],
    )
