-- Events for boxes, which wait until a box asks. They are a log too, so they stay when their box is deleted.

CREATE TABLE box_events (
    id            INTEGER PRIMARY KEY,
    version       INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    owner         INTEGER NOT NULL,
    event         TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    needs_confirm INTEGER NOT NULL CHECK (needs_confirm IN (0, 1)),
    reboots       INTEGER NOT NULL CHECK (reboots IN (0, 1)),
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'done')),
    sent_at       INTEGER,
    confirmed_at  INTEGER
) STRICT;
CREATE INDEX box_events_by_owner ON box_events (owner);
CREATE INDEX box_events_by_line ON box_events (line);
CREATE INDEX box_events_open ON box_events (line, id) WHERE state <> 'done';

-- Codes that were sold together: the id of the first of them.
ALTER TABLE lines ADD COLUMN batch INTEGER;
CREATE INDEX lines_by_batch ON lines (batch, id) WHERE batch IS NOT NULL;
