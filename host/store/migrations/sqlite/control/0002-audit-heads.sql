-- The last link of each audit chain that was noted outside of its database, so that a chain that
-- was cut at its end is found. Place 0 is this database, the others are tenants.
CREATE TABLE audit_heads (
    place INTEGER PRIMARY KEY,
    link  INTEGER NOT NULL,                         -- 0: none yet
    hash  BLOB    NOT NULL CHECK (length(hash) = 32),
    seal  BLOB    NOT NULL CHECK (length(seal) = 32) -- over the rest, with the panel's key
) STRICT;
CREATE TRIGGER tenant_takes_its_head AFTER DELETE ON tenants BEGIN
    DELETE FROM audit_heads WHERE place = old.id;
END;

-- These are sealed at the next start.
INSERT INTO audit_heads (place, link, hash, seal) SELECT id, 0, zeroblob(32), zeroblob(32) FROM tenants;
INSERT INTO audit_heads (place, link, hash, seal) VALUES (0, 0, zeroblob(32), zeroblob(32));
