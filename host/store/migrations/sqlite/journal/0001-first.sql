-- A tenant's journal: what happened, for people to search. It may lose its last second.

CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;

CREATE TABLE entries (
    id      INTEGER PRIMARY KEY,
    line    INTEGER,
    refusal INTEGER NOT NULL,
    entry   TEXT    NOT NULL                        -- JSON object
) STRICT;
CREATE INDEX entries_by_line ON entries (line);
CREATE INDEX entries_by_refusal ON entries (refusal);
