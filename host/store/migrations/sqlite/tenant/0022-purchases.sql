-- What was paid for a line is looked up when it is deleted, to be given back.
CREATE INDEX transfers_by_object ON transfers (object, object_kind) WHERE reason = 'purchase';
