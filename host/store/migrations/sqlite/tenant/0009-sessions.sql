-- Sign-ins that go on by a token: a session goes with its user or line, and with the key that it was issued to.
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    surface    TEXT    NOT NULL,
    user       INTEGER REFERENCES users (id) ON DELETE CASCADE,
    line       INTEGER REFERENCES lines (id) ON DELETE CASCADE,
    api_key    INTEGER REFERENCES api_keys (id) ON DELETE CASCADE,
    digest     BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    bound      TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
    CHECK ((user IS NULL) <> (line IS NULL))
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user, surface) WHERE user IS NOT NULL;
CREATE INDEX sessions_by_line ON sessions (line, surface) WHERE line IS NOT NULL;
CREATE INDEX sessions_by_key ON sessions (api_key) WHERE api_key IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (expires_at);
