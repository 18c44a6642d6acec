-- Which panel this is, wherever its files lie and whatever its number there: its keys are drawn by it from those of the
-- data directory. A panel that has lines already keeps those that their passwords were sealed with.
CREATE TABLE identity (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    uid      TEXT    NOT NULL CHECK (length(uid) = 32),
    own_keys INTEGER NOT NULL
) STRICT;
INSERT INTO identity (id, uid, own_keys)
    SELECT 1, lower(hex(randomblob(16))), NOT EXISTS (SELECT 1 FROM lines);
CREATE TRIGGER a_panel_stays_itself BEFORE UPDATE ON identity
    BEGIN SELECT RAISE(ABORT, 'a panel stays itself'); END;
CREATE TRIGGER a_panel_keeps_its_identity BEFORE DELETE ON identity
    BEGIN SELECT RAISE(ABORT, 'a panel stays itself'); END;
