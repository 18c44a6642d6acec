-- What failed of streams, what happened to the panel, and lines that other panels asked of. A row may stand for several
-- times within an hour. Streams and the panel are nobody's: these logs have no owner.

CREATE TABLE stream_errors (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,                       -- the first time
    last_at INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    stream  INTEGER NOT NULL,
    part    TEXT    NOT NULL,                       -- source, item, process
    place   INTEGER,                                -- of a source or an item, from 0 on
    reason  TEXT    NOT NULL
) STRICT;
CREATE INDEX stream_errors_by_stream ON stream_errors (stream);
CREATE INDEX stream_errors_by_time ON stream_errors (at);

CREATE TABLE happenings (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    event   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    message TEXT    NOT NULL
) STRICT;
CREATE INDEX happenings_by_time ON happenings (at);

CREATE TABLE restreams (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    owner   INTEGER,
    line    INTEGER NOT NULL,
    stream  INTEGER NOT NULL,
    address TEXT    NOT NULL,
    agent   TEXT    NOT NULL,
    sign    TEXT    NOT NULL
) STRICT;
CREATE INDEX restreams_by_owner ON restreams (owner);
CREATE INDEX restreams_by_line ON restreams (line);
CREATE INDEX restreams_by_time ON restreams (at);
