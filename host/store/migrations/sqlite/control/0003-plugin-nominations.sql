-- Which files of the drop folder were already taken in, so that an operator's choice stays over a restart.
ALTER TABLE plugins ADD COLUMN nominated TEXT NOT NULL DEFAULT '[]';
-- Grants list actions and paths from now on; what was granted before keeps those of the file that it was for.
UPDATE plugins SET granted = json_set(granted, '$.described', digest) WHERE source = 'foreign';
