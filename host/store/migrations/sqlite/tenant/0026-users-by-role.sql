-- Users are counted as they are listed: in all by their role, and in a tree those who are below its root.

DROP TRIGGER a_user_is_counted;
DROP TRIGGER a_user_that_goes_is_counted;
DROP TRIGGER a_user_is_reached;
DROP TRIGGER a_user_is_reached_no_more;
DELETE FROM row_blocks WHERE list = 'user';
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'user ' || role, 0, 0, id >> 9, count(*) FROM users GROUP BY role, id >> 9;
INSERT INTO row_blocks (list, ancestor, level, block, rows)
    SELECT 'user below', ancestor, 0, user >> 9, count(*) FROM user_reach WHERE user <> ancestor
    GROUP BY ancestor, user >> 9;

CREATE TRIGGER a_user_is_counted AFTER INSERT ON users BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('user ' || NEW.role, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
    INSERT INTO user_reach (ancestor, user)
        SELECT ancestor, NEW.id FROM user_reach WHERE user = NEW.parent
        UNION ALL SELECT NEW.id, NEW.id;
END;
CREATE TRIGGER a_user_changes_role AFTER UPDATE OF role ON users WHEN NEW.role <> OLD.role BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'user ' || OLD.role AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('user ' || NEW.role, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER a_user_that_goes_is_counted AFTER DELETE ON users BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'user ' || OLD.role AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    DELETE FROM user_reach WHERE user = OLD.id;
    DELETE FROM row_blocks WHERE ancestor = OLD.id
        AND list IN ('user below', 'line line', 'line mag', 'line enigma', 'line code');
END;
CREATE TRIGGER a_user_is_reached AFTER INSERT ON user_reach WHEN NEW.user <> NEW.ancestor BEGIN
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('user below', NEW.ancestor, 0, NEW.user >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER a_user_is_reached_no_more AFTER DELETE ON user_reach WHEN OLD.user <> OLD.ancestor BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'user below' AND ancestor = OLD.ancestor AND level = 0 AND block = OLD.user >> 9;
END;
