-- One letter as it came, once, however many batches bring it: its digest tells.
CREATE TABLE letter (
    id         INTEGER PRIMARY KEY,
    digest     BLOB    NOT NULL UNIQUE,
    from_email TEXT    NOT NULL,
    from_name  TEXT    NOT NULL,
    reply_to   TEXT,
    subject    TEXT    NOT NULL,
    html       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    headers    TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    stream     TEXT    NOT NULL,
    messages   INTEGER NOT NULL DEFAULT 0
);

-- One recipient of a letter. Nothing is rendered here: the values meet the letter when somebody reads it.
-- AUTOINCREMENT, so that a number is never given twice, not even after the mailbox was emptied.
CREATE TABLE message (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    letter      INTEGER NOT NULL REFERENCES letter,
    delivery_id TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    email       TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    field_values TEXT   NOT NULL,
    accepted_at REAL    NOT NULL,
    fate        TEXT    NOT NULL
);
-- The one index, for it is half the cost of a row: to look for an address walks the messages.
CREATE INDEX message_by_delivery ON message (delivery_id);

-- Which messages were taken under an idempotency key: always a run of numbers, since one writer takes a batch at a time.
CREATE TABLE taking (
    id              INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL,
    taken_at        REAL NOT NULL,
    first_n         INTEGER NOT NULL,
    last_n          INTEGER NOT NULL
);
CREATE INDEX taking_by_key ON taking (idempotency_key);

-- Calls to the webhook that wait for a 2xx; the row goes when it came.
CREATE TABLE webhook (
    id         INTEGER PRIMARY KEY,
    webhook_id TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_at     REAL    NOT NULL,
    given_up   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX webhook_by_time ON webhook (given_up, due_at);

CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
