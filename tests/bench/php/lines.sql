-- The columns that a sign-in of a panel in PHP looks at.
PRAGMA journal_mode = WAL;
CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    exp_date INTEGER,
    enabled INTEGER NOT NULL DEFAULT 1,
    admin_enabled INTEGER NOT NULL DEFAULT 1,
    is_trial INTEGER NOT NULL DEFAULT 0,
    max_connections INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    allowed_ips TEXT NOT NULL DEFAULT '',
    allowed_ua TEXT NOT NULL DEFAULT '',
    allowed_outputs TEXT NOT NULL DEFAULT ''
);
CREATE TABLE connections (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, started_at INTEGER NOT NULL);
CREATE INDEX connections_of_line ON connections (line);
