-- How many rows each log has, counted as they come and go: of users, and of all others. Counting them for each page
-- took longer than reading the page.

CREATE TABLE log_counts (
    log      TEXT    NOT NULL,
    of_users INTEGER NOT NULL,                      -- 1: rows that have a user
    rows     INTEGER NOT NULL,
    PRIMARY KEY (log, of_users)
) STRICT, WITHOUT ROWID;

INSERT INTO log_counts (log, of_users, rows) SELECT 'activity', 0, count(*) FROM activity;
INSERT INTO log_counts (log, of_users, rows) SELECT 'sign_ins', user IS NOT NULL, count(*) FROM sign_ins GROUP BY 2;
INSERT INTO log_counts (log, of_users, rows) SELECT 'refusals', user IS NOT NULL, count(*) FROM refusals GROUP BY 2;
INSERT INTO log_counts (log, of_users, rows) SELECT 'stream_errors', 0, count(*) FROM stream_errors;
INSERT INTO log_counts (log, of_users, rows) SELECT 'happenings', 0, count(*) FROM happenings;
INSERT INTO log_counts (log, of_users, rows) SELECT 'restreams', 0, count(*) FROM restreams;

CREATE TRIGGER activity_are_counted AFTER INSERT ON activity BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('activity', 0, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER activity_that_go_are_counted AFTER DELETE ON activity BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'activity' AND of_users = (0);
END;
CREATE TRIGGER sign_ins_are_counted AFTER INSERT ON sign_ins BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('sign_ins', NEW.user IS NOT NULL, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER sign_ins_that_go_are_counted AFTER DELETE ON sign_ins BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'sign_ins' AND of_users = (OLD.user IS NOT NULL);
END;
CREATE TRIGGER refusals_are_counted AFTER INSERT ON refusals BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('refusals', NEW.user IS NOT NULL, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER refusals_that_go_are_counted AFTER DELETE ON refusals BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'refusals' AND of_users = (OLD.user IS NOT NULL);
END;
CREATE TRIGGER stream_errors_are_counted AFTER INSERT ON stream_errors BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('stream_errors', 0, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER stream_errors_that_go_are_counted AFTER DELETE ON stream_errors BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'stream_errors' AND of_users = (0);
END;
CREATE TRIGGER happenings_are_counted AFTER INSERT ON happenings BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('happenings', 0, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER happenings_that_go_are_counted AFTER DELETE ON happenings BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'happenings' AND of_users = (0);
END;
CREATE TRIGGER restreams_are_counted AFTER INSERT ON restreams BEGIN
    INSERT INTO log_counts (log, of_users, rows) VALUES ('restreams', 0, 1)
        ON CONFLICT (log, of_users) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER restreams_that_go_are_counted AFTER DELETE ON restreams BEGIN
    UPDATE log_counts SET rows = rows - 1 WHERE log = 'restreams' AND of_users = (0);
END;
