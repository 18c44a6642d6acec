-- A line may be a box, known by its MAC address, or a code that is redeemed later.

ALTER TABLE lines ADD COLUMN mac TEXT;
ALTER TABLE lines ADD COLUMN lock_device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lines ADD COLUMN code TEXT;
ALTER TABLE lines ADD COLUMN terms TEXT NOT NULL DEFAULT '[]';
ALTER TABLE lines ADD COLUMN redeemed_at INTEGER;
CREATE UNIQUE INDEX lines_by_mac ON lines (mac) WHERE mac IS NOT NULL;
CREATE UNIQUE INDEX lines_by_code ON lines (code) WHERE code IS NOT NULL;

-- Both are searched like user names.
DROP TRIGGER lines_are_found;
DROP TRIGGER lines_are_found_anew;
DROP TRIGGER lines_are_found_no_more;
DROP TABLE lines_search;
CREATE VIRTUAL TABLE lines_search USING fts5
    (username, reseller_notes, mac, code, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO lines_search (rowid, username, reseller_notes) SELECT id, username, reseller_notes FROM lines;
CREATE TRIGGER lines_are_found AFTER INSERT ON lines
BEGIN INSERT INTO lines_search (rowid, username, reseller_notes, mac, code)
    VALUES (NEW.id, NEW.username, NEW.reseller_notes, NEW.mac, NEW.code); END;
CREATE TRIGGER lines_are_found_anew AFTER UPDATE OF username, reseller_notes, mac, code ON lines
WHEN NEW.username <> OLD.username OR NEW.reseller_notes <> OLD.reseller_notes
    OR NEW.mac IS NOT OLD.mac OR NEW.code IS NOT OLD.code
BEGIN UPDATE lines_search SET username = NEW.username, reseller_notes = NEW.reseller_notes, mac = NEW.mac, code = NEW.code
    WHERE rowid = NEW.id; END;
CREATE TRIGGER lines_are_found_no_more AFTER DELETE ON lines
BEGIN DELETE FROM lines_search WHERE rowid = OLD.id; END;
