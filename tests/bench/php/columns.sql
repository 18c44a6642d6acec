-- The whole row of a line, as `user/info` of api.php shows it, with the same lines as a sign-in looks at.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    member_id INTEGER DEFAULT 2,
    username TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    exp_date INTEGER,
    admin_enabled INTEGER NOT NULL DEFAULT 1,
    enabled INTEGER NOT NULL DEFAULT 1,
    admin_notes TEXT NOT NULL DEFAULT '',
    reseller_notes TEXT NOT NULL DEFAULT '',
    bouquet TEXT NOT NULL DEFAULT '[]',
    max_connections INTEGER NOT NULL DEFAULT 1,
    is_restreamer INTEGER NOT NULL DEFAULT 0,
    allowed_ips TEXT NOT NULL DEFAULT '[]',
    allowed_ua TEXT NOT NULL DEFAULT '[]',
    is_trial INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL DEFAULT 2,
    pair_id INTEGER,
    is_mag INTEGER NOT NULL DEFAULT 0,
    is_e2 INTEGER NOT NULL DEFAULT 0,
    force_server_id INTEGER NOT NULL DEFAULT 0,
    is_isplock INTEGER NOT NULL DEFAULT 0,
    is_stalker INTEGER NOT NULL DEFAULT 0,
    bypass_ua INTEGER NOT NULL DEFAULT 0,
    isp_desc TEXT,
    forced_country TEXT NOT NULL DEFAULT '',
    package_id INTEGER,
    allowed_outputs TEXT NOT NULL DEFAULT '[1,2,3]'
);
INSERT INTO users (id, username, password, created_at) SELECT id, username, password, created_at FROM lines;
CREATE TABLE bouquets (id INTEGER PRIMARY KEY, channels TEXT NOT NULL, series TEXT NOT NULL);
