-- What a line is delivered to.
ALTER TABLE lines ADD COLUMN delivery TEXT NOT NULL DEFAULT 'line'
    CHECK (delivery IN ('line', 'mag', 'enigma', 'code'));
CREATE INDEX lines_by_delivery ON lines (delivery);
-- What admins filter by and few lines are: an index of those few.
CREATE INDEX lines_that_are_banned ON lines (delivery) WHERE admin_enabled = 0;
CREATE INDEX lines_that_are_switched_off ON lines (delivery) WHERE enabled = 0;
CREATE INDEX lines_on_trial ON lines (delivery) WHERE trial = 1;

-- Flat lists: who stands above whom, and above which lines, is kept as rows, so that the page of a
-- tree is a range of an index. The rows keep themselves: nothing else writes these tables.

-- A user with itself and everybody above it.
CREATE TABLE user_reach (
    ancestor INTEGER NOT NULL,
    user     INTEGER NOT NULL,
    PRIMARY KEY (ancestor, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_reach_upwards ON user_reach (user, ancestor);

-- A line with its owner and everybody above that.
CREATE TABLE line_reach (
    ancestor INTEGER NOT NULL,
    delivery TEXT    NOT NULL,
    line     INTEGER NOT NULL,
    PRIMARY KEY (ancestor, delivery, line)
) STRICT, WITHOUT ROWID;

-- How many rows a list has, in blocks of 512 ids, of 32,768 and in all, so that nobody counts a million rows, nor
-- reads those that a page skips. `ancestor` is 0 for the list of all. The lowest level is written, the others follow.
CREATE TABLE row_blocks (
    list     TEXT    NOT NULL,                      -- `user`, or `line` or `stream` with its type
    ancestor INTEGER NOT NULL,
    level    INTEGER NOT NULL CHECK (level IN (0, 1, 2)),
    block    INTEGER NOT NULL,
    rows     INTEGER NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (list, ancestor, level, block)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER a_block_is_new AFTER INSERT ON row_blocks WHEN NEW.level = 0 BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows)
        VALUES (NEW.list, NEW.ancestor, 1, NEW.block >> 6, NEW.rows), (NEW.list, NEW.ancestor, 2, 0, NEW.rows)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + excluded.rows;
END;
CREATE TRIGGER a_block_changes AFTER UPDATE OF rows ON row_blocks WHEN NEW.level = 0 BEGIN
    UPDATE row_blocks SET rows = rows + NEW.rows - OLD.rows
        WHERE list = NEW.list AND ancestor = NEW.ancestor AND level = 1 AND block = NEW.block >> 6;
    UPDATE row_blocks SET rows = rows + NEW.rows - OLD.rows
        WHERE list = NEW.list AND ancestor = NEW.ancestor AND level = 2 AND block = 0;
END;
DROP TRIGGER lines_are_counted;
DROP TRIGGER lines_that_go_are_counted;
DROP TRIGGER users_are_counted;
DROP TRIGGER users_that_go_are_counted;
DROP TABLE row_counts;

INSERT INTO user_reach (ancestor, user)
    WITH RECURSIVE up (user, ancestor, depth) AS (
        SELECT id, id, 0 FROM users UNION ALL
        SELECT up.user, u.parent, up.depth + 1 FROM up JOIN users u ON u.id = up.ancestor
            WHERE u.parent IS NOT NULL AND up.depth < 5
    )
    SELECT ancestor, user FROM up;
INSERT INTO line_reach (ancestor, delivery, line)
    SELECT r.ancestor, l.delivery, l.id FROM user_reach r JOIN lines l ON l.owner = r.user ORDER BY 1, 2, 3;
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'line ' || delivery, ancestor, 0, line >> 9, count(*) FROM line_reach GROUP BY ancestor, delivery, line >> 9;
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'line ' || delivery, 0, 0, id >> 9, count(*) FROM lines GROUP BY delivery, id >> 9;
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'user', ancestor, 0, user >> 9, count(*) FROM user_reach GROUP BY ancestor, user >> 9;
INSERT INTO row_blocks (list, ancestor, level, block, rows) SELECT 'user', 0, 0, id >> 9, count(*) FROM users GROUP BY id >> 9;

CREATE TRIGGER a_line_is_counted AFTER INSERT ON lines BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('line ' || NEW.delivery, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT ancestor, NEW.delivery, NEW.id FROM user_reach WHERE user = NEW.owner;
END;
CREATE TRIGGER a_line_that_goes_is_counted AFTER DELETE ON lines BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'line ' || OLD.delivery AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    DELETE FROM line_reach WHERE line = OLD.id AND delivery = OLD.delivery
        AND ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.owner);
END;
CREATE TRIGGER a_line_changes_hands AFTER UPDATE OF owner, delivery ON lines
WHEN NEW.owner <> OLD.owner OR NEW.delivery <> OLD.delivery BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'line ' || OLD.delivery AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('line ' || NEW.delivery, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
    DELETE FROM line_reach WHERE line = OLD.id AND delivery = OLD.delivery
        AND ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.owner);
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT ancestor, NEW.delivery, NEW.id FROM user_reach WHERE user = NEW.owner;
END;
CREATE TRIGGER a_line_is_reached AFTER INSERT ON line_reach BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows)
        VALUES ('line ' || NEW.delivery, NEW.ancestor, 0, NEW.line >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER a_line_is_reached_no_more AFTER DELETE ON line_reach BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'line ' || OLD.delivery AND ancestor = OLD.ancestor AND level = 0 AND block = OLD.line >> 9;
END;

CREATE TRIGGER a_user_is_counted AFTER INSERT ON users BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('user', 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
    INSERT INTO user_reach (ancestor, user)
        SELECT ancestor, NEW.id FROM user_reach WHERE user = NEW.parent
        UNION ALL SELECT NEW.id, NEW.id;
END;
CREATE TRIGGER a_user_that_goes_is_counted AFTER DELETE ON users BEGIN
    UPDATE row_blocks SET rows = rows - 1 WHERE list = 'user' AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    DELETE FROM user_reach WHERE user = OLD.id;
    DELETE FROM row_blocks WHERE ancestor = OLD.id
        AND list IN ('user', 'line line', 'line mag', 'line enigma', 'line code');
END;
CREATE TRIGGER a_user_moves AFTER UPDATE OF parent ON users WHEN NEW.parent IS NOT OLD.parent BEGIN
    SELECT RAISE(ABORT, 'nobody stands below oneself')
        WHERE EXISTS (SELECT 1 FROM user_reach WHERE ancestor = NEW.id AND user = NEW.parent);
    DELETE FROM line_reach WHERE ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.parent)
        AND (delivery, line) IN (SELECT delivery, line FROM line_reach WHERE ancestor = NEW.id);
    DELETE FROM user_reach WHERE ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.parent)
        AND user IN (SELECT user FROM user_reach WHERE ancestor = NEW.id);
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT up.ancestor, down.delivery, down.line FROM user_reach up, line_reach down
        WHERE up.user = NEW.parent AND down.ancestor = NEW.id;
    INSERT INTO user_reach (ancestor, user)
        SELECT up.ancestor, down.user FROM user_reach up, user_reach down
        WHERE up.user = NEW.parent AND down.ancestor = NEW.id;
END;
CREATE TRIGGER a_user_is_reached AFTER INSERT ON user_reach BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('user', NEW.ancestor, 0, NEW.user >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER a_user_is_reached_no_more AFTER DELETE ON user_reach BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'user' AND ancestor = OLD.ancestor AND level = 0 AND block = OLD.user >> 9;
END;

CREATE INDEX streams_by_kind ON streams (kind);
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'stream ' || kind, 0, 0, id >> 9, count(*) FROM streams GROUP BY kind, id >> 9;
CREATE TRIGGER a_stream_is_counted AFTER INSERT ON streams BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('stream ' || NEW.kind, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER a_stream_that_goes_is_counted AFTER DELETE ON streams BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'stream ' || OLD.kind AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
END;
CREATE TRIGGER a_stream_of_another_kind_is_counted AFTER UPDATE OF kind ON streams WHEN NEW.kind <> OLD.kind BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'stream ' || OLD.kind AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('stream ' || NEW.kind, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
