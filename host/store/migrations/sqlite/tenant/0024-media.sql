-- What created channels play, whether a stream is to run, and in which form it is sent.
ALTER TABLE streams ADD COLUMN playlist TEXT NOT NULL DEFAULT '[]';
ALTER TABLE streams ADD COLUMN shuffle INTEGER NOT NULL DEFAULT 0 CHECK (shuffle IN (0, 1));
ALTER TABLE streams ADD COLUMN wanted TEXT NOT NULL DEFAULT 'on_demand' CHECK (wanted IN ('on_demand', 'started', 'stopped'));
ALTER TABLE streams ADD COLUMN profile INTEGER;                 -- a document of transcode_profile
CREATE INDEX streams_started ON streams (id) WHERE wanted = 'started';
CREATE INDEX streams_by_profile ON streams (profile) WHERE profile IS NOT NULL;
