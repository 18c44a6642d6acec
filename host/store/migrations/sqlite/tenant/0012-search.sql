-- What is searched is found by any three characters that it has in a row, without reading the rows.
-- The texts stand in their own tables; here are only the places of their characters.

CREATE VIRTUAL TABLE lines_search USING fts5
    (username, reseller_notes, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO lines_search (rowid, username, reseller_notes) SELECT id, username, reseller_notes FROM lines;
CREATE TRIGGER lines_are_found AFTER INSERT ON lines
BEGIN INSERT INTO lines_search (rowid, username, reseller_notes) VALUES (NEW.id, NEW.username, NEW.reseller_notes); END;
CREATE TRIGGER lines_are_found_anew AFTER UPDATE OF username, reseller_notes ON lines
WHEN NEW.username <> OLD.username OR NEW.reseller_notes <> OLD.reseller_notes
BEGIN UPDATE lines_search SET username = NEW.username, reseller_notes = NEW.reseller_notes WHERE rowid = NEW.id; END;
CREATE TRIGGER lines_are_found_no_more AFTER DELETE ON lines
BEGIN DELETE FROM lines_search WHERE rowid = OLD.id; END;

CREATE VIRTUAL TABLE users_search USING fts5
    (username, email, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO users_search (rowid, username, email) SELECT id, username, email FROM users;
CREATE TRIGGER users_are_found AFTER INSERT ON users
BEGIN INSERT INTO users_search (rowid, username, email) VALUES (NEW.id, NEW.username, NEW.email); END;
CREATE TRIGGER users_are_found_anew AFTER UPDATE OF username, email ON users
WHEN NEW.username <> OLD.username OR NEW.email <> OLD.email
BEGIN UPDATE users_search SET username = NEW.username, email = NEW.email WHERE rowid = NEW.id; END;
CREATE TRIGGER users_are_found_no_more AFTER DELETE ON users
BEGIN DELETE FROM users_search WHERE rowid = OLD.id; END;

CREATE VIRTUAL TABLE streams_search USING fts5
    (name, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO streams_search (rowid, name) SELECT id, name FROM streams;
CREATE TRIGGER streams_are_found AFTER INSERT ON streams
BEGIN INSERT INTO streams_search (rowid, name) VALUES (NEW.id, NEW.name); END;
CREATE TRIGGER streams_are_found_anew AFTER UPDATE OF name ON streams
WHEN NEW.name <> OLD.name
BEGIN UPDATE streams_search SET name = NEW.name WHERE rowid = NEW.id; END;
CREATE TRIGGER streams_are_found_no_more AFTER DELETE ON streams
BEGIN DELETE FROM streams_search WHERE rowid = OLD.id; END;

CREATE VIRTUAL TABLE series_search USING fts5
    (name, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO series_search (rowid, name) SELECT id, name FROM series;
CREATE TRIGGER series_are_found AFTER INSERT ON series
BEGIN INSERT INTO series_search (rowid, name) VALUES (NEW.id, NEW.name); END;
CREATE TRIGGER series_are_found_anew AFTER UPDATE OF name ON series
WHEN NEW.name <> OLD.name
BEGIN UPDATE series_search SET name = NEW.name WHERE rowid = NEW.id; END;
CREATE TRIGGER series_are_found_no_more AFTER DELETE ON series
BEGIN DELETE FROM series_search WHERE rowid = OLD.id; END;

CREATE VIRTUAL TABLE documents_search USING fts5
    (searched, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO documents_search (rowid, searched) SELECT id, searched FROM documents;
CREATE TRIGGER documents_are_found AFTER INSERT ON documents
BEGIN INSERT INTO documents_search (rowid, searched) VALUES (NEW.id, NEW.searched); END;
CREATE TRIGGER documents_are_found_anew AFTER UPDATE OF searched ON documents
WHEN NEW.searched <> OLD.searched
BEGIN UPDATE documents_search SET searched = NEW.searched WHERE rowid = NEW.id; END;
CREATE TRIGGER documents_are_found_no_more AFTER DELETE ON documents
BEGIN DELETE FROM documents_search WHERE rowid = OLD.id; END;
