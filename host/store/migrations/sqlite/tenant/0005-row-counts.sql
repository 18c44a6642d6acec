-- How many rows there are of what has a quota. The rows keep it themselves, so that nobody counts
-- a million lines to sell one more.
CREATE TABLE row_counts (
    kind TEXT    PRIMARY KEY,
    rows INTEGER NOT NULL CHECK (rows >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO row_counts (kind, rows) SELECT 'line', count(*) FROM lines;
INSERT INTO row_counts (kind, rows) SELECT 'user', count(*) FROM users;

CREATE TRIGGER lines_are_counted AFTER INSERT ON lines
BEGIN UPDATE row_counts SET rows = rows + 1 WHERE kind = 'line'; END;
CREATE TRIGGER lines_that_go_are_counted AFTER DELETE ON lines
BEGIN UPDATE row_counts SET rows = rows - 1 WHERE kind = 'line'; END;
CREATE TRIGGER users_are_counted AFTER INSERT ON users
BEGIN UPDATE row_counts SET rows = rows + 1 WHERE kind = 'user'; END;
CREATE TRIGGER users_that_go_are_counted AFTER DELETE ON users
BEGIN UPDATE row_counts SET rows = rows - 1 WHERE kind = 'user'; END;
