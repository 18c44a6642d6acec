-- The control database: one per data directory. Which tenants there are, by which doors they
-- are reached and which plugins they have. It knows nothing of what is inside a tenant.

CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;

-- The first number of the next block of ids, by kind.
CREATE TABLE id_blocks (kind TEXT PRIMARY KEY, next INTEGER NOT NULL CHECK (next > 0)) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    name       TEXT    NOT NULL UNIQUE,
    hosts      TEXT    NOT NULL,                    -- JSON array, in the operator's order
    suspended  INTEGER NOT NULL,
    quotas     TEXT    NOT NULL,                    -- JSON object
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tenant_hosts (
    host   TEXT    PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX tenant_hosts_by_tenant ON tenant_hosts (tenant);

-- Tenants that are gone; their directories are removed, at the next start at the latest.
CREATE TABLE deleted_tenants (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TRIGGER tenant_is_gone AFTER DELETE ON tenants BEGIN
    INSERT INTO deleted_tenants (id, name) VALUES (old.id, old.name);
END;

CREATE TABLE access_codes (
    id                INTEGER PRIMARY KEY,
    version           INTEGER NOT NULL,
    tenant            INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    surface           TEXT    NOT NULL,
    code              TEXT    NOT NULL UNIQUE,
    allowed_addresses TEXT    NOT NULL,             -- JSON array
    enabled           INTEGER NOT NULL
) STRICT;
CREATE INDEX access_codes_by_tenant ON access_codes (tenant);

CREATE TABLE plugins (
    id             INTEGER PRIMARY KEY,
    version        INTEGER NOT NULL,
    tenant         INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    plugin_version TEXT    NOT NULL,
    digest         TEXT    NOT NULL,
    source         TEXT    NOT NULL CHECK (source IN ('shipped', 'foreign')),
    granted        TEXT    NOT NULL,                -- JSON object
    enabled        INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    settings       TEXT    NOT NULL,                -- JSON object
    added_at       INTEGER NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

-- What every database has: the audit chain, the outbox, replies under idempotency keys.

CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       INTEGER,
    key_prefix  TEXT,
    address     TEXT,
    action      TEXT    NOT NULL,
    object_kind TEXT,
    object      INTEGER,
    before      TEXT    NOT NULL,
    after       TEXT    NOT NULL,
    request     TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_object ON audit (object_kind, object);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

-- One link per commit group: over the link before and the rows up to `last`.
CREATE TABLE audit_chain (
    id   INTEGER PRIMARY KEY,
    last INTEGER NOT NULL UNIQUE,
    hash BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    effect   TEXT    NOT NULL,                      -- JSON object
    due_at   INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    dead     INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (dead, due_at);

CREATE TABLE idempotency (
    user    INTEGER NOT NULL,
    key     TEXT    NOT NULL,
    request BLOB    NOT NULL CHECK (length(request) = 32),
    reply   BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (at);
