-- Documents: what is stored without a table of its own, of plain kinds of the host and of plugins' collections.
CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    collection TEXT    NOT NULL,
    fields     TEXT    NOT NULL,
    searched   TEXT    NOT NULL
) STRICT;
CREATE INDEX documents_by_collection ON documents (collection);

-- By what they are found. The values are bytes in the order of what they stand for.
CREATE TABLE document_entries (
    collection TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    document   INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (collection, name, value, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_entries_of ON document_entries (document);

CREATE TABLE document_keys (
    collection TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    document   INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (collection, name, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_keys_of ON document_keys (document);

CREATE TABLE document_references (
    kind     TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    field    TEXT    NOT NULL,
    PRIMARY KEY (kind, number, document, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_references_of ON document_references (document);

-- How many a collection has, and by which shape they stand in the tables above.
CREATE TABLE collections (
    name      TEXT    PRIMARY KEY,
    documents INTEGER NOT NULL DEFAULT 0 CHECK (documents >= 0),
    shape     TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TRIGGER documents_are_counted AFTER INSERT ON documents
BEGIN
    INSERT INTO collections (name, documents) VALUES (NEW.collection, 1)
    ON CONFLICT (name) DO UPDATE SET documents = documents + 1;
END;
CREATE TRIGGER documents_that_go_are_counted AFTER DELETE ON documents
BEGIN UPDATE collections SET documents = documents - 1 WHERE name = OLD.collection; END;

-- Entries of block lists become documents; they keep their ids.
INSERT INTO documents (id, version, collection, fields, searched)
SELECT id, version, 'block',
       json_object('created_at', created_at, 'kind', kind, 'note', note, 'value', value),
       value || char(10) || note
FROM blocks;
INSERT INTO id_blocks (kind, next) SELECT 'document', next FROM id_blocks WHERE kind = 'block';
DELETE FROM id_blocks WHERE kind = 'block';
DROP TABLE blocks;
