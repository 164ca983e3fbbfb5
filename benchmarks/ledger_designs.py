"""Ways to keep a ledger, measured before one was chosen: `python -m benchmarks.ledger_designs [ROWS]`.

Each takes the same mailing in batches of a thousand: freeze, claim, settle (one in a hundred is refused), then a report
of delivery for each recipient. Printed per recipient: microseconds of the server's processor, WAL bytes, bytes on disk;
and the share of updates that stayed on their page (HOT). See docs/decisions/0014-ledger.md.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psutil
import psycopg

from benchmarks.world import empty_database

BATCH = 1000
LEAN = (
    "ALTER TABLE delivery ADD PRIMARY KEY (id, mailing_id)",
    "ALTER TABLE delivery ADD UNIQUE (mailing_id, address)",
    "ALTER TABLE delivery ADD UNIQUE (contact_id, mailing_id)",
    "CREATE INDEX ON delivery (batch_id)",
)
FIRST_SCHEMA = (
    "ALTER TABLE delivery ADD PRIMARY KEY (id)",
    "ALTER TABLE delivery ADD UNIQUE (mailing_id, address)",
    "ALTER TABLE delivery ADD UNIQUE (mailing_id, contact_id)",
    "CREATE INDEX ON delivery (batch_id)",
    "CREATE INDEX ON delivery (contact_id)",
)


@dataclass(frozen=True)
class Design:
    """What a design does to the rows of one batch."""

    name: str
    settle: Callable[["Cursor", int], None]
    claims_rows: bool = False
    fillfactor: int = 100
    indexes: Sequence[LiteralString] = LEAN


Cursor = psycopg.Cursor[Any]


def on_each_row(cursor: Cursor, number: int) -> None:
    """Write the outcome of each delivery into its row."""
    ids, states, messages = _outcomes(cursor, number)
    cursor.execute(
        """
        UPDATE delivery SET state = result.state, provider_message_id = result.message, accepted_at = now(),
            changed_at = now()
        FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS result (id, state, message)
        WHERE delivery.id = result.id AND delivery.batch_id = (SELECT id FROM batch WHERE number = %s)
            AND delivery.state IN ('planned', 'claimed')
        """,
        (ids, states, messages, number),
    )
    cursor.execute("UPDATE batch SET state = 'settled' WHERE number = %s", (number,))


def on_the_batch(cursor: Cursor, number: int) -> None:
    """Write the outcome and all message ids into the batch, and only what was refused into rows."""
    ids, states, messages = _outcomes(cursor, number)
    refused = [one for one, state in zip(ids, states, strict=True) if state == "rejected"]
    cursor.execute("UPDATE delivery SET state = 'rejected', changed_at = now() WHERE id = ANY(%s::uuid[])", (refused,))
    cursor.execute("UPDATE batch SET state = 'settled', messages = %s::text[] WHERE number = %s", (messages, number))


def appended(cursor: Cursor, number: int) -> None:
    """Append a row per outcome by COPY; a delivery's state is its newest outcome."""
    outcomes = _outcomes(cursor, number)
    with cursor.copy("COPY outcome (delivery_id, state, message) FROM STDIN") as copy:
        for row in zip(*outcomes, strict=True):
            copy.write_row(row)
    cursor.execute("UPDATE batch SET state = 'settled' WHERE number = %s", (number,))


DESIGNS = (
    Design("a  row, at claim and settle, first schema", on_each_row, True, 70, FIRST_SCHEMA),
    Design("a  row, at claim and settle, 70", on_each_row, True, 70),
    Design("a  row, at claim and settle, 45", on_each_row, True, 45),
    Design("b  batch, exceptions on rows", on_the_batch),
    Design("c  outcomes appended by COPY", appended),
    Design("d  row, at settle only, 70", on_each_row, False, 70),
    Design("d  row, at settle only, 45", on_each_row, False, 45),
)


def main(rows: int) -> None:
    """Measure every design in a database of its own."""
    print(
        f"{rows:,} recipients; for each: µs of the processor and WAL bytes a step, bytes on disk; share of HOT updates"
    )
    print(f"{'':<42} {'freeze':>11} {'claim':>11} {'settle':>11} {'report':>11} {'disk':>6} {'HOT':>5}")
    for design in DESIGNS:
        with empty_database() as url, psycopg.connect(url, autocommit=True) as connection:
            print(f"{design.name:<42} " + _measured(connection.cursor(), design, rows), flush=True)


def _measured(cursor: Cursor, design: Design, rows: int) -> str:
    _make(cursor, design)
    batches = range(rows // BATCH)
    steps: dict[str, Callable[[], None]] = {
        "freeze": lambda: _freeze(cursor, rows),
        "claim": lambda: _each(batches, lambda one: _claim(cursor, one, design.claims_rows)),
        "settle": lambda: _each(batches, lambda one: design.settle(cursor, one)),
        "report": lambda: _each(batches, lambda one: _report(cursor, one, appends=design.settle is appended)),
    }
    found = []
    for work in steps.values():
        before, start = _wal(cursor), _processor(cursor)
        work()
        took = _processor(cursor) - start
        found.append(f"{took / rows * 1e6:5.1f} {(_wal(cursor) - before) / rows:5.0f}")
    disk = _number(cursor, "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN "
                   "('delivery', 'batch', 'outcome')") / rows  # fmt: skip
    cursor.execute("SELECT pg_stat_force_next_flush()")
    hot = _number(cursor, "SELECT coalesce(sum(n_tup_hot_upd) / nullif(sum(n_tup_upd), 0), 0) FROM pg_stat_user_tables "
                  "WHERE relname = 'delivery'")  # fmt: skip
    return " ".join([*found, f"{disk:6.0f} {hot:5.2f}"])


def _make(cursor: Cursor, design: Design) -> None:
    cursor.execute(
        """
        CREATE TABLE batch (number int PRIMARY KEY, id uuid DEFAULT uuidv7(), state text DEFAULT 'planned',
            attempt uuid, messages text[]);
        CREATE TABLE outcome (delivery_id uuid, state text, message text, at timestamptz DEFAULT now());
        CREATE INDEX ON outcome (delivery_id);
        CREATE TABLE delivery (
            id uuid, mailing_id uuid, batch_id uuid, message_id uuid, contact_id uuid, changed_at timestamptz,
            accepted_at timestamptz, delivered_at timestamptz, attempts int DEFAULT 0, address text, name text,
            language text, values jsonb, state text, provider_message_id text, reason text
        )
        """
    )
    cursor.execute(f"ALTER TABLE delivery SET (fillfactor = {design.fillfactor})")
    for index in design.indexes:
        cursor.execute(index)


def _freeze(cursor: Cursor, rows: int) -> None:
    cursor.execute("INSERT INTO batch (number) SELECT generate_series(0, %s)", (rows // BATCH - 1,))
    cursor.execute(
        """
        INSERT INTO delivery (id, mailing_id, batch_id, message_id, contact_id, address, name, language, values, state)
        SELECT uuidv7(), '00000000-0000-7000-8000-000000000001', batch.id, '00000000-0000-7000-8000-000000000002',
            uuidv7(), 'reader' || n || '@example.com', 'Reader No ' || n, 'sv',
            jsonb_build_object('first_name', 'Reader', 'full_name', 'Reader No ' || n, 'organisation',
                'The Embassy', 'topics', 'Labour'), 'planned'
        FROM generate_series(0, %s) AS n JOIN batch ON batch.number = n / %s ORDER BY n
        """,
        (rows - 1, BATCH),
    )


def _claim(cursor: Cursor, number: int, touches: bool) -> None:
    cursor.execute("UPDATE batch SET state = 'claimed', attempt = uuidv7() WHERE number = %s", (number,))
    if touches:
        cursor.execute(
            """
            UPDATE delivery SET state = 'claimed', attempts = attempts + 1, changed_at = now()
            WHERE batch_id = (SELECT id FROM batch WHERE number = %s) AND state = 'planned'
            RETURNING id, address, name, values
            """,
            (number,),
        )
    else:
        cursor.execute(
            """
            SELECT id, address, name, values FROM delivery
            WHERE batch_id = (SELECT id FROM batch WHERE number = %s) AND state = 'planned'
            """,
            (number,),
        )
    cursor.fetchall()


def _outcomes(cursor: Cursor, number: int) -> tuple[list[UUID], list[str], list[str]]:
    ids = _ids(cursor, number)
    return ids, ["accepted" if place % 100 else "rejected" for place in range(len(ids))], [str(one) for one in ids]


def _report(cursor: Cursor, number: int, *, appends: bool) -> None:
    ids = _ids(cursor, number)
    if appends:
        cursor.execute("INSERT INTO outcome (delivery_id, state) SELECT unnest(%s::uuid[]), 'delivered'", (ids,))
    else:
        cursor.execute(
            "UPDATE delivery SET state = 'delivered', delivered_at = now(), changed_at = now() "
            "WHERE id = ANY(%s::uuid[])",
            (ids,),
        )


def _ids(cursor: Cursor, number: int) -> list[UUID]:
    cursor.execute("SELECT id FROM delivery WHERE batch_id = (SELECT id FROM batch WHERE number = %s)", (number,))
    return [row[0] for row in cursor.fetchall()]


def _each(batches: range, work: Callable[[int], None]) -> None:
    for one in batches:
        work(one)


def _processor(cursor: Cursor) -> float:
    """Return the seconds that the server has worked for this connection; unlike a clock's, they bear neighbours."""
    used = psutil.Process(cursor.connection.info.backend_pid).cpu_times()
    return used.user + used.system


def _wal(cursor: Cursor) -> float:
    return _number(cursor, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")


def _number(cursor: Cursor, query: LiteralString) -> float:
    row = cursor.execute(query).fetchone()
    return float(row[0]) if row else 0.0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
