-- Sign-ins of users are few among those of players, and are read for themselves; refusals say what was asked for.
CREATE INDEX sign_ins_of_users ON sign_ins (id) WHERE user IS NOT NULL;
ALTER TABLE refusals ADD COLUMN query TEXT NOT NULL DEFAULT '';    -- with *** in the place of what may be secret
