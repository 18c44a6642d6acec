-- Soft state: what was last seen of a thing. Written every few seconds, all of it together.
CREATE TABLE sightings (
    kind    TEXT    NOT NULL,
    id      INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    address TEXT    NOT NULL,
    agent   TEXT    NOT NULL,
    facts   TEXT    NOT NULL,                       -- JSON object
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER a_line_is_seen_no_more AFTER DELETE ON lines
BEGIN DELETE FROM sightings WHERE kind = 'line' AND id = OLD.id; END;
CREATE TRIGGER a_user_is_seen_no_more AFTER DELETE ON users
BEGIN DELETE FROM sightings WHERE kind = 'user' AND id = OLD.id; END;
CREATE TRIGGER a_key_is_seen_no_more AFTER DELETE ON api_keys
BEGIN DELETE FROM sightings WHERE kind = 'api_key' AND id = OLD.id; END;
CREATE TRIGGER a_stream_is_seen_no_more AFTER DELETE ON streams
BEGIN DELETE FROM sightings WHERE kind = 'stream' AND id = OLD.id; END;
CREATE TRIGGER a_guide_source_is_seen_no_more AFTER DELETE ON guide_sources
BEGIN DELETE FROM sightings WHERE kind = 'guide_source' AND id = OLD.id; END;
CREATE TRIGGER a_document_is_seen_no_more AFTER DELETE ON documents
BEGIN DELETE FROM sightings WHERE kind = 'document' AND id = OLD.id; END;
