-- Links that are made with the panel's key, and replies that age by a clock of their own.

ALTER TABLE audit_chain ADD COLUMN keyed INTEGER NOT NULL DEFAULT 0 CHECK (keyed IN (0, 1));

-- Seconds that have passed between replies, none of them counted for more than an hour: a clock
-- that is set forward makes none of them old.
ALTER TABLE idempotency ADD COLUMN clock INTEGER NOT NULL DEFAULT 0;
DROP INDEX idempotency_by_age;
