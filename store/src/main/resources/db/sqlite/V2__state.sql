-- Small state that has to outlive the process: token buckets, greylisting, lock-outs, suspensions.
-- Many short rows that change often, unlike `value`, which holds few that are set once.
CREATE TABLE state (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    octets BLOB NOT NULL,
    expires BIGINT,                   -- may be deleted from then on; null: never by itself
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE INDEX state_expires ON state (expires) WHERE expires IS NOT NULL;
