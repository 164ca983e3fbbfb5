"""What a second worker adds, and what a million older deliveries take away."""

from collections.abc import Callable

from sqlalchemy import text

from benchmarks.figures import RUNS, Figure, against
from benchmarks.sending import WORKERS, send
from benchmarks.world import campaign, senders, world
from outreach.foundation.database import transaction

SECONDS = 1.0  # that the sink thinks about each call, as providers do: workers wait, the database does not
OLDER = 10  # mailings to everybody


def workers() -> list[Figure]:
    """Measure two worker processes against one, with a provider that takes its time."""
    pairs = []
    for _number in range(RUNS):
        two, one = (_with(count) for count in (WORKERS, 1))
        pairs.append((two, one))
    return [against("send.workers.2", "recipients/s", pairs)]


def growth() -> list[Figure]:
    """Measure 100,000 recipients beside a million older deliveries, against the same beside none."""
    pairs = []
    for _number in range(RUNS):
        with world(100_000), senders(WORKERS) as group:
            first = send(campaign(), 100_000, group).rate
            _grow_old()
            pairs.append((send(campaign(), 100_000, group).rate, first))
    return [against("send.growth.1m", "recipients/s", pairs)]


def _with(count: int) -> float:
    with world(10_000), senders(count, seconds=SECONDS) as group:
        return send(campaign(), 10_000, group).pace


def _grow_old() -> None:
    """Let the mailing that was sent have been sent some times more, to the same people."""
    with transaction() as session:
        for _number in range(OLDER):
            session.execute(_AGAIN)
    with transaction() as session:
        session.execute(text("ANALYZE delivery"))


_AGAIN = text(
    """
    WITH older AS (
        INSERT INTO mailing (id, stream, priority, state, sender_id, provider)
        SELECT uuidv7(), stream, priority, state, sender_id, provider FROM mailing ORDER BY created_at LIMIT 1
        RETURNING id
    ),
    letter AS (
        INSERT INTO message (id, mailing_id, language, layout, tracked, from_address, from_name, subject, html, text)
        SELECT uuidv7(), older.id, 'sv', 'single', false, '', '', '', '', '' FROM older RETURNING id, mailing_id
    ),
    share AS (
        INSERT INTO batch (id, mailing_id, message_id, priority, size, state, attempts)
        SELECT uuidv7(), letter.mailing_id, letter.id, 20, 1000, 'settled', 1 FROM letter, generate_series(1, 100)
        RETURNING id, mailing_id, message_id
    ),
    numbered AS (SELECT *, row_number() OVER (ORDER BY id) - 1 AS number FROM share),
    reader AS (
        SELECT *, (row_number() OVER (ORDER BY contact_id) - 1) / 1000 AS number FROM delivery
        WHERE mailing_id = (SELECT id FROM mailing ORDER BY created_at LIMIT 1)
    )
    INSERT INTO delivery (id, mailing_id, batch_id, message_id, contact_id, address, name, language, values, state,
        attempts, provider_message_id, changed_at, accepted_at)
    SELECT uuidv7(), numbered.mailing_id, numbered.id, numbered.message_id, reader.contact_id, reader.address,
        reader.name, reader.language, reader.values, reader.state, 1, reader.provider_message_id, reader.changed_at,
        reader.accepted_at
    FROM reader JOIN numbered USING (number)
    """
)

FIGURES: dict[str, Callable[[], list[Figure]]] = {"send.workers.2": workers, "send.growth.1m": growth}
