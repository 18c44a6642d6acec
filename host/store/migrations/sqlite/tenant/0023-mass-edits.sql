-- What a job does that the host goes on with by itself: JSON, none of an import.
ALTER TABLE jobs ADD COLUMN mass_edit TEXT;
