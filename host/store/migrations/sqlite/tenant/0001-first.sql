-- A tenant's database: everything of one panel except its journal. Times are seconds of UTC,
-- credits are ten-thousandths, switches are 0 or 1. Lists of ids are text such as `,3,17,`
-- (`,` is the empty list), so that one id can be removed from many rows by one statement.

CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;

-- The first number of the next block of ids, by kind.
CREATE TABLE id_blocks (kind TEXT PRIMARY KEY, next INTEGER NOT NULL CHECK (next > 0)) STRICT, WITHOUT ROWID;

-- People -----------------------------------------------------------------------------------

CREATE TABLE groups (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL,
    name     TEXT    NOT NULL UNIQUE,
    document TEXT    NOT NULL                       -- JSON object
) STRICT;

CREATE TABLE users (
    id             INTEGER PRIMARY KEY CHECK (id > 0),
    version        INTEGER NOT NULL,
    parent         INTEGER REFERENCES users (id) CHECK (parent <> id),
    role           TEXT    NOT NULL CHECK (role IN ('admin', 'reseller')),
    user_group     INTEGER,
    username       TEXT    NOT NULL,
    folded         TEXT    NOT NULL UNIQUE,         -- the user name in lower case
    password       TEXT    NOT NULL,                -- Argon2id
    email          TEXT    NOT NULL,
    enabled        INTEGER NOT NULL,
    reseller_dns   TEXT    NOT NULL,
    notes          TEXT    NOT NULL,
    package_prices TEXT    NOT NULL,                -- JSON object
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX users_by_parent ON users (parent);

CREATE TABLE api_keys (
    id                INTEGER PRIMARY KEY,
    version           INTEGER NOT NULL,
    user              INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name              TEXT    NOT NULL,
    prefix            TEXT    NOT NULL,
    digest            BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    allowed_addresses TEXT    NOT NULL,             -- JSON array
    header_only       INTEGER NOT NULL,
    writes_by_get     INTEGER NOT NULL,
    expires_at        INTEGER,
    revoked           INTEGER NOT NULL,
    created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user);

-- Credits: a double-entry ledger. Account 0 is the panel itself, all others are users ---------

CREATE TABLE accounts (
    account INTEGER PRIMARY KEY,
    balance INTEGER NOT NULL CHECK (account = 0 OR balance >= 0)
) STRICT;
INSERT INTO accounts (account, balance) VALUES (0, 0);

CREATE TABLE transfers (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    from_account INTEGER NOT NULL,
    to_account   INTEGER NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    reason       TEXT    NOT NULL,
    object_kind  TEXT,
    object       INTEGER,
    actor        INTEGER,
    note         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    idempotency  TEXT,                              -- the key of the request that caused it
    CHECK (from_account <> to_account)
) STRICT;
CREATE INDEX transfers_by_giver ON transfers (from_account);
CREATE INDEX transfers_by_taker ON transfers (to_account);
CREATE TRIGGER transfers_are_kept BEFORE DELETE ON transfers
    BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END;
CREATE TRIGGER transfers_are_fixed BEFORE UPDATE ON transfers
    BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;
CREATE TRIGGER users_leave_no_credits BEFORE DELETE ON users
    WHEN EXISTS (SELECT 1 FROM accounts WHERE account = OLD.id AND balance <> 0)
    BEGIN SELECT RAISE(ABORT, 'a user with a balance cannot be deleted'); END;

-- Lines and what they are sold as -----------------------------------------------------------

CREATE TABLE packages (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL,
    name     TEXT    NOT NULL UNIQUE,
    bouquets TEXT    NOT NULL,                      -- id list
    document TEXT    NOT NULL                       -- JSON object
) STRICT;

CREATE TABLE lines (
    id                INTEGER PRIMARY KEY,
    version           INTEGER NOT NULL,
    owner             INTEGER NOT NULL REFERENCES users (id),
    username          TEXT    NOT NULL UNIQUE,
    password          BLOB    NOT NULL,             -- sealed
    password_mac      BLOB    NOT NULL CHECK (length(password_mac) = 32),
    package           INTEGER,
    expires_at        INTEGER,                      -- none: never
    trial             INTEGER NOT NULL,
    enabled           INTEGER NOT NULL,
    admin_enabled     INTEGER NOT NULL,
    max_connections   INTEGER NOT NULL,             -- 0: any number
    allowed_addresses TEXT    NOT NULL,             -- JSON array
    allowed_agents    TEXT    NOT NULL,             -- JSON array
    allowed_outputs   TEXT    NOT NULL,             -- JSON array
    bouquets          TEXT    NOT NULL,             -- id list
    isp_lock          INTEGER NOT NULL,
    isp               TEXT,
    country           TEXT,
    restreamer        INTEGER NOT NULL,
    admin_notes       TEXT    NOT NULL,
    reseller_notes    TEXT    NOT NULL,
    created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX lines_by_owner ON lines (owner);

-- Trials that were made; kept when the line is deleted, so that the quota cannot be won back.
CREATE TABLE trials (id INTEGER PRIMARY KEY, user INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX trials_by_user ON trials (user, at);

-- The catalogue -----------------------------------------------------------------------------

CREATE TABLE categories (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE series (
    id          INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    categories  TEXT    NOT NULL,                   -- id list
    cover       TEXT    NOT NULL,
    details     TEXT    NOT NULL,                   -- JSON object
    modified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE series_categories (
    category INTEGER NOT NULL,
    series   INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    PRIMARY KEY (category, series)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_categories_by_series ON series_categories (series);

CREATE TABLE streams (
    id             INTEGER PRIMARY KEY,
    version        INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    enabled        INTEGER NOT NULL,
    series         INTEGER REFERENCES series (id) ON DELETE CASCADE,
    season         INTEGER,
    episode        INTEGER,
    name           TEXT    NOT NULL,
    categories     TEXT    NOT NULL,                -- id list
    icon           TEXT    NOT NULL,
    sources        TEXT    NOT NULL,                -- JSON array
    delivery       TEXT    NOT NULL,
    guide_channel  TEXT    NOT NULL,
    guide_source   INTEGER,
    guide_offset   INTEGER NOT NULL,
    archive_days   INTEGER NOT NULL,
    custom_sid     TEXT    NOT NULL,
    adult          INTEGER NOT NULL,
    container      TEXT    NOT NULL,
    details        TEXT    NOT NULL,                -- JSON object
    notes          TEXT    NOT NULL,
    added_at       INTEGER NOT NULL,
    origin_source  TEXT,
    origin_url     TEXT,
    origin_tvg_id  TEXT,
    origin_name    TEXT,
    origin_edited  TEXT,                            -- JSON array
    origin_missing INTEGER,
    origin_seen_at INTEGER,
    UNIQUE (origin_source, origin_url),
    CHECK ((series IS NULL) = (season IS NULL) AND (series IS NULL) = (episode IS NULL)),
    CHECK ((origin_source IS NULL) = (origin_url IS NULL))
) STRICT;
CREATE INDEX streams_by_series ON streams (series, season, episode);
CREATE INDEX streams_by_origin_name ON streams (origin_source, origin_tvg_id, origin_name);

CREATE TABLE stream_categories (
    category INTEGER NOT NULL,
    stream   INTEGER NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    PRIMARY KEY (category, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_categories_by_stream ON stream_categories (stream);

CREATE TABLE bouquets (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL,
    name     TEXT    NOT NULL UNIQUE,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE bouquet_members (
    bouquet  INTEGER NOT NULL REFERENCES bouquets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    stream   INTEGER REFERENCES streams (id) ON DELETE CASCADE,
    series   INTEGER REFERENCES series (id) ON DELETE CASCADE,
    PRIMARY KEY (bouquet, position),
    UNIQUE (stream, bouquet),
    UNIQUE (series, bouquet),
    CHECK ((stream IS NULL) <> (series IS NULL))
) STRICT, WITHOUT ROWID;

-- The guide: built beside the one that is read, and switched by `guide_sources.current` --------

CREATE TABLE guide_sources (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    name       TEXT    NOT NULL UNIQUE,
    current    INTEGER NOT NULL,
    latest     INTEGER NOT NULL,
    programmes INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE guide_channels (
    source INTEGER NOT NULL,
    build  INTEGER NOT NULL,
    id     TEXT    NOT NULL,
    name   TEXT    NOT NULL,
    icon   TEXT    NOT NULL,
    PRIMARY KEY (source, build, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE programmes (
    id          INTEGER PRIMARY KEY,
    source      INTEGER NOT NULL,
    build       INTEGER NOT NULL,
    channel     TEXT    NOT NULL,
    start       INTEGER NOT NULL,
    stop        INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    language    TEXT    NOT NULL
) STRICT;
CREATE INDEX programmes_by_channel ON programmes (source, build, channel, start);

-- The rest of the configuration -------------------------------------------------------------

CREATE TABLE blocks (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('address', 'agent', 'isp')),
    value      TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    version  INTEGER NOT NULL,
    document TEXT    NOT NULL                       -- JSON object
) STRICT;

CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    cursor     INTEGER NOT NULL,
    counts     TEXT    NOT NULL,                    -- JSON object
    error      TEXT,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
