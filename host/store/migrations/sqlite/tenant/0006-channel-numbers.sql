-- The number that a channel has in lists; none is counted by the list.
ALTER TABLE streams ADD COLUMN number INTEGER CHECK (number > 0);
-- A broadcast stands once in a build: by its channel, begin and end.
DELETE FROM programmes WHERE id NOT IN
    (SELECT min(id) FROM programmes GROUP BY source, build, channel, start, stop);
DROP INDEX programmes_by_channel;
CREATE UNIQUE INDEX programmes_by_channel ON programmes (source, build, channel, start, stop);
