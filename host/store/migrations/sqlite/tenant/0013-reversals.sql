-- What was charged can be given back, at most once and at most whole: the way back names the way there.
ALTER TABLE transfers ADD COLUMN reverses INTEGER REFERENCES transfers (id);
CREATE UNIQUE INDEX transfers_are_reversed_once ON transfers (reverses) WHERE reverses IS NOT NULL;

CREATE TRIGGER a_reversal_goes_back BEFORE INSERT ON transfers WHEN NEW.reverses IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM transfers WHERE id = NEW.reverses AND from_account = NEW.to_account
        AND to_account = NEW.from_account AND amount >= NEW.amount AND reverses IS NULL)
    BEGIN SELECT RAISE(ABORT, 'a reversal gives back what a transfer has moved, and no more'); END;
