-- Keys for old scripts, which post whole forms: what a write does not know is passed over, not refused.
ALTER TABLE api_keys ADD COLUMN compatible INTEGER NOT NULL DEFAULT 0;
