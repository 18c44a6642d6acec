-- What a line is sold as and which group a user is in are references: neither goes while it is
-- named. Where one had gone already, nothing is named. A look for who names a row goes by index.

UPDATE lines SET package = NULL WHERE package NOT IN (SELECT id FROM packages);
ALTER TABLE lines ADD COLUMN sold_as INTEGER REFERENCES packages (id);
UPDATE lines SET sold_as = package WHERE package IS NOT NULL;
ALTER TABLE lines DROP COLUMN package;
ALTER TABLE lines RENAME COLUMN sold_as TO package;
CREATE INDEX lines_by_package ON lines (package);

UPDATE users SET user_group = NULL WHERE user_group NOT IN (SELECT id FROM groups);
ALTER TABLE users ADD COLUMN of_group INTEGER REFERENCES groups (id);
UPDATE users SET of_group = user_group WHERE user_group IS NOT NULL;
ALTER TABLE users DROP COLUMN user_group;
ALTER TABLE users RENAME COLUMN of_group TO user_group;
CREATE INDEX users_by_group ON users (user_group);

CREATE INDEX streams_by_guide_source ON streams (guide_source) WHERE guide_source IS NOT NULL;

-- A trial counts for its reseller and for every reseller above.
INSERT INTO trials (user, at)
    WITH RECURSIVE up (user, at, depth) AS (
        SELECT u.parent, t.at, 1 FROM trials t JOIN users u ON u.id = t.user WHERE u.parent IS NOT NULL
        UNION ALL
        SELECT u.parent, up.at, up.depth + 1 FROM up JOIN users u ON u.id = up.user
            WHERE u.parent IS NOT NULL AND up.depth < 5
    )
    SELECT up.user, up.at FROM up JOIN users u ON u.id = up.user WHERE u.role = 'reseller';
