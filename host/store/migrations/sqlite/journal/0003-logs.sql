-- A table for each log instead of one of JSON. Times are seconds of UTC. `owner` is the user who owned the line
-- then, or the user themselves; null where that is not known, as of lines in rows that are older than this step.

CREATE TABLE activity (                             -- connections that ended
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,                    -- when it ended
    owner      INTEGER,
    line       INTEGER NOT NULL,
    stream     INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    agent      TEXT    NOT NULL,
    container  TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    bytes      INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_by_owner ON activity (owner);
CREATE INDEX activity_by_line ON activity (line);
CREATE INDEX activity_by_time ON activity (at);

CREATE TABLE sign_ins (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,                       -- the first time
    last_at INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    owner   INTEGER,
    user    INTEGER,
    line    INTEGER,
    surface TEXT    NOT NULL,
    network TEXT    NOT NULL,                       -- whose sign-ins within an hour are one row
    address TEXT    NOT NULL                        -- the last one
) STRICT;
CREATE INDEX sign_ins_by_owner ON sign_ins (owner);
CREATE INDEX sign_ins_by_line ON sign_ins (line) WHERE line IS NOT NULL;
CREATE INDEX sign_ins_by_user ON sign_ins (user) WHERE user IS NOT NULL;
CREATE INDEX sign_ins_by_time ON sign_ins (at);

CREATE TABLE refusals (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    owner   INTEGER,
    user    INTEGER,
    line    INTEGER,
    stream  INTEGER,
    surface TEXT    NOT NULL,
    code    TEXT    NOT NULL,
    address TEXT    NOT NULL,
    agent   TEXT    NOT NULL
) STRICT;
CREATE INDEX refusals_by_owner ON refusals (owner);
CREATE INDEX refusals_by_line ON refusals (line) WHERE line IS NOT NULL;
CREATE INDEX refusals_by_user ON refusals (user) WHERE user IS NOT NULL;
CREATE INDEX refusals_by_time ON refusals (at);

INSERT INTO activity (at, line, stream, address, agent, container, started_at, bytes)
    SELECT entry ->> '$.ended_at', entry ->> '$.line', entry ->> '$.stream', entry ->> '$.address',
        entry ->> '$.agent', entry ->> '$.container', entry ->> '$.started_at', entry ->> '$.bytes'
    FROM entries WHERE entry ->> '$.entry' = 'activity' ORDER BY id;
INSERT INTO sign_ins (at, last_at, times, owner, user, line, surface, network, address)
    SELECT min(entry ->> '$.at'), max(entry ->> '$.at'), count(*), entry ->> '$.user' AS user, entry ->> '$.user',
        entry ->> '$.line' AS line, entry ->> '$.surface' AS surface, entry ->> '$.address' AS address,
        entry ->> '$.address'
    FROM entries WHERE entry ->> '$.entry' = 'sign_in'
    GROUP BY user, line, surface, address, (entry ->> '$.at') / 3600 ORDER BY min(id);
INSERT INTO refusals (at, owner, user, line, stream, surface, code, address, agent)
    SELECT entry ->> '$.at', CASE WHEN line IS NULL THEN entry ->> '$.user' END, entry ->> '$.user', line,
        entry ->> '$.stream', entry ->> '$.surface', entry ->> '$.code', entry ->> '$.address', entry ->> '$.agent'
    FROM entries WHERE entry ->> '$.entry' = 'refused' ORDER BY id;
DROP TABLE entries;
