-- Guides are fetched from where they are kept, by a schedule.

ALTER TABLE guide_sources ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE guide_sources ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';      -- JSON object
ALTER TABLE guide_sources ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE guide_sources ADD COLUMN every INTEGER NOT NULL DEFAULT 24;       -- hours
ALTER TABLE guide_sources ADD COLUMN at TEXT NOT NULL DEFAULT '';            -- time of day
ALTER TABLE guide_sources ADD COLUMN days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE guide_sources ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;        -- minutes
ALTER TABLE guide_sources ADD COLUMN channels INTEGER NOT NULL DEFAULT 0;
ALTER TABLE guide_sources ADD COLUMN intact INTEGER NOT NULL DEFAULT 0;
ALTER TABLE guide_sources ADD COLUMN due_at INTEGER;
ALTER TABLE guide_sources ADD COLUMN tried_at INTEGER;
ALTER TABLE guide_sources ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE guide_sources ADD COLUMN error TEXT;
ALTER TABLE guide_sources ADD COLUMN job INTEGER;

UPDATE guide_sources SET intact = 1 WHERE current > 0;
UPDATE guide_sources SET channels =
    (SELECT count(*) FROM guide_channels c WHERE c.source = guide_sources.id AND c.build = guide_sources.current);
