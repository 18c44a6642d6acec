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
