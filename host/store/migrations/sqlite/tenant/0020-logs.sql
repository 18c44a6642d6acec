-- What users did, and what it cost them, is read by who did it.
CREATE INDEX audit_by_actor ON audit (actor) WHERE actor IS NOT NULL;
ALTER TABLE transfers ADD COLUMN request TEXT;                  -- of which it was a part; none in older rows
CREATE INDEX transfers_by_request ON transfers (request) WHERE request IS NOT NULL;
