-- All lines of a user change hands at once when the user is deleted, and users move with all the lines below them. What
-- a line costs alone is too much a hundred thousand times: only who sees them newly, and who sees them no more, is
-- written, and for all of them together.

-- While it has a row, the lines of the giver go to the taker, and no line keeps its own rows. Otherwise it is empty.
CREATE TABLE line_moves (giver INTEGER NOT NULL, taker INTEGER NOT NULL CHECK (taker <> giver)) STRICT;

DROP TRIGGER a_line_changes_hands;
CREATE TRIGGER a_line_changes_hands AFTER UPDATE OF owner, delivery ON lines
WHEN (NEW.owner <> OLD.owner OR NEW.delivery <> OLD.delivery) AND NOT EXISTS (SELECT 1 FROM line_moves) BEGIN
    UPDATE row_blocks SET rows = rows - 1
        WHERE list = 'line ' || OLD.delivery AND ancestor = 0 AND level = 0 AND block = OLD.id >> 9;
    INSERT INTO row_blocks (list, ancestor, level, block, rows) VALUES ('line ' || NEW.delivery, 0, 0, NEW.id >> 9, 1)
        ON CONFLICT (list, ancestor, level, block) DO UPDATE SET rows = rows + 1;
    DELETE FROM line_reach WHERE line = OLD.id AND delivery = OLD.delivery
        AND ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.owner);
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT ancestor, NEW.delivery, NEW.id FROM user_reach WHERE user = NEW.owner;
END;
CREATE TRIGGER lines_change_hands AFTER INSERT ON line_moves BEGIN
    DELETE FROM line_reach WHERE ancestor IN (
            SELECT ancestor FROM user_reach WHERE user = NEW.giver
            EXCEPT SELECT ancestor FROM user_reach WHERE user = NEW.taker)
        AND (delivery, line) IN (SELECT delivery, id FROM lines WHERE owner = NEW.giver);
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT up.ancestor, own.delivery, own.id FROM user_reach up, lines own
        WHERE up.user = NEW.taker AND own.owner = NEW.giver
            AND up.ancestor NOT IN (SELECT ancestor FROM user_reach WHERE user = NEW.giver);
END;

DROP TRIGGER a_user_moves;
CREATE TRIGGER a_user_moves AFTER UPDATE OF parent ON users WHEN NEW.parent IS NOT OLD.parent BEGIN
    SELECT RAISE(ABORT, 'nobody stands below oneself')
        WHERE EXISTS (SELECT 1 FROM user_reach WHERE ancestor = NEW.id AND user = NEW.parent);
    DELETE FROM line_reach WHERE ancestor IN (
            SELECT ancestor FROM user_reach WHERE user = OLD.parent
            EXCEPT SELECT ancestor FROM user_reach WHERE user = NEW.parent)
        AND (delivery, line) IN (SELECT delivery, line FROM line_reach WHERE ancestor = NEW.id);
    INSERT INTO line_reach (ancestor, delivery, line)
        SELECT up.ancestor, down.delivery, down.line FROM user_reach up, line_reach down
        WHERE up.user = NEW.parent AND down.ancestor = NEW.id
            AND up.ancestor NOT IN (SELECT ancestor FROM user_reach WHERE user = OLD.parent);
    DELETE FROM user_reach WHERE ancestor IN (SELECT ancestor FROM user_reach WHERE user = OLD.parent)
        AND user IN (SELECT user FROM user_reach WHERE ancestor = NEW.id);
    INSERT INTO user_reach (ancestor, user)
        SELECT up.ancestor, down.user FROM user_reach up, user_reach down
        WHERE up.user = NEW.parent AND down.ancestor = NEW.id;
END;
