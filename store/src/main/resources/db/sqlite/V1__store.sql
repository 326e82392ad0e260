-- The embedded store. Times are milliseconds since 1970 in UTC, addresses are local@host without
-- quotes. docs/decisions/0004-store-layout.md says why it is laid out so.

-- Single numbers of the store itself: the number of this run, the ceiling of the ids given out.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- One row a message, narrow: queue list and search read many of them.
CREATE TABLE message (
    id INTEGER NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL,
    reverse_path TEXT NOT NULL,       -- empty: the null reverse-path
    size BIGINT NOT NULL,             -- octets
    header_size BIGINT NOT NULL,      -- octets, without the empty line
    chunks INTEGER NOT NULL,          -- 0: in content; else so many rows of chunk
    traits INTEGER NOT NULL,          -- 1 8-bit header, 2 8-bit body, 4 bare CR or LF, 8 octet 0
    longest_line BIGINT NOT NULL,     -- octets
    words TEXT NOT NULL               -- what a search looks into, one a line
);

-- What is read for one message at a time, as JSON.
CREATE TABLE record (
    message_id INTEGER NOT NULL PRIMARY KEY,
    envelope TEXT NOT NULL,
    facts TEXT NOT NULL,
    decisions TEXT NOT NULL
);

-- Header section, empty line and body, octet for octet, while a recipient waits.
CREATE TABLE content (
    message_id INTEGER NOT NULL PRIMARY KEY,
    octets BLOB NOT NULL
);

-- The same for a message of more than one chunk.
CREATE TABLE chunk (
    message_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    octets BLOB NOT NULL,
    PRIMARY KEY (message_id, n)
);

-- Messages whose chunks are being written. What is here when the store is opened never got its 250.
CREATE TABLE staging (
    message_id INTEGER NOT NULL PRIMARY KEY
);

-- One row a recipient that waits; how it ended is an event.
CREATE TABLE recipient (
    message_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,               -- without @: <Postmaster>
    notify TEXT,
    original_recipient TEXT,
    destination TEXT NOT NULL,
    state TEXT NOT NULL,              -- queued, held
    taken_by BIGINT NOT NULL,         -- the run in whose memory it is; 0: nobody's
    attempts INTEGER NOT NULL,
    due BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    delay_notice_sent INTEGER NOT NULL,
    last_detail TEXT NOT NULL,
    PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

-- A fresh message is in the memory of the run that took it, so that it pays for none of these.
CREATE INDEX recipient_due ON recipient (destination, due)
    WHERE state = 'queued' AND taken_by = 0;
CREATE INDEX recipient_deadline ON recipient (deadline)
    WHERE state = 'queued' AND taken_by = 0;
CREATE INDEX recipient_held ON recipient (message_id) WHERE state = 'held';

-- What happened, but for `received`, which the message says itself.
CREATE TABLE event (
    message_id INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    recipient INTEGER,                -- its number; null: the whole message
    detail TEXT NOT NULL,
    PRIMARY KEY (message_id, seq)
) WITHOUT ROWID;

CREATE TABLE value (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    octets BLOB NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
