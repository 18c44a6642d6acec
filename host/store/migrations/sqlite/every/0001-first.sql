-- What every database has: the audit chain, the outbox, replies under idempotency keys.

CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       INTEGER,
    key_prefix  TEXT,
    address     TEXT,
    action      TEXT    NOT NULL,
    object_kind TEXT,
    object      INTEGER,
    before      TEXT    NOT NULL,
    after       TEXT    NOT NULL,
    request     TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_object ON audit (object_kind, object);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

-- One link per commit group: over the link before and the rows up to `last`.
CREATE TABLE audit_chain (
    id   INTEGER PRIMARY KEY,
    last INTEGER NOT NULL UNIQUE,
    hash BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    effect   TEXT    NOT NULL,                      -- JSON object
    due_at   INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    dead     INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (dead, due_at);

CREATE TABLE idempotency (
    user    INTEGER NOT NULL,
    key     TEXT    NOT NULL,
    request BLOB    NOT NULL CHECK (length(request) = 32),
    reply   BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (at);
