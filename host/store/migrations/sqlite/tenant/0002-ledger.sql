-- Balances follow from transfers alone: each transfer carries the balances that it leaves behind,
-- and nothing else changes one.

CREATE TABLE transfers_next (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    from_account INTEGER NOT NULL,
    to_account   INTEGER NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    from_after   INTEGER NOT NULL,                  -- the giver's balance after it
    to_after     INTEGER NOT NULL,                  -- the taker's
    reason       TEXT    NOT NULL,
    object_kind  TEXT,
    object       INTEGER,
    actor        INTEGER,
    note         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    idempotency  TEXT,                              -- the key of the request that caused it
    CHECK (from_account <> to_account)
) STRICT;

INSERT INTO transfers_next (id, from_account, to_account, amount, from_after, to_after, reason, object_kind, object,
                            actor, note, at, idempotency)
WITH entries (id, account, units) AS (
    SELECT id, from_account, -amount FROM transfers UNION ALL SELECT id, to_account, amount FROM transfers
), balances (id, account, units) AS MATERIALIZED (
    SELECT id, account, sum(units) OVER (PARTITION BY account ORDER BY id) FROM entries
)
SELECT t.id, t.from_account, t.to_account, t.amount, f.units, o.units, t.reason, t.object_kind, t.object,
       t.actor, t.note, t.at, t.idempotency
FROM transfers t
JOIN balances f ON f.id = t.id AND f.account = t.from_account
JOIN balances o ON o.id = t.id AND o.account = t.to_account
ORDER BY t.id;

DROP TABLE transfers;
ALTER TABLE transfers_next RENAME TO transfers;
CREATE INDEX transfers_by_giver ON transfers (from_account);
CREATE INDEX transfers_by_taker ON transfers (to_account);

CREATE TRIGGER transfers_are_kept BEFORE DELETE ON transfers
    BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END;
CREATE TRIGGER transfers_are_fixed BEFORE UPDATE ON transfers
    BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;

CREATE TRIGGER transfers_go_on_from_the_balances BEFORE INSERT ON transfers
    WHEN NEW.from_after IS NOT (SELECT balance - NEW.amount FROM accounts WHERE account = NEW.from_account)
      OR NEW.to_after IS NOT (SELECT balance + NEW.amount FROM accounts WHERE account = NEW.to_account)
    BEGIN SELECT RAISE(ABORT, 'a transfer goes on from the balances as they are'); END;
CREATE TRIGGER transfers_move_the_balances AFTER INSERT ON transfers BEGIN
    UPDATE accounts SET balance = NEW.from_after WHERE account = NEW.from_account;
    UPDATE accounts SET balance = NEW.to_after WHERE account = NEW.to_account;
END;

CREATE TRIGGER balances_follow_from_transfers BEFORE UPDATE ON accounts
    WHEN NEW.account <> OLD.account OR NOT EXISTS (
        SELECT 1 FROM transfers WHERE id = (SELECT max(id) FROM transfers) AND (
            (from_account = OLD.account AND from_after = NEW.balance AND OLD.balance - amount = NEW.balance) OR
            (to_account = OLD.account AND to_after = NEW.balance AND OLD.balance + amount = NEW.balance)))
    BEGIN SELECT RAISE(ABORT, 'a balance follows from its transfers'); END;
CREATE TRIGGER accounts_begin_empty BEFORE INSERT ON accounts WHEN NEW.balance <> 0
    BEGIN SELECT RAISE(ABORT, 'an account begins without credits'); END;
CREATE TRIGGER accounts_end_empty BEFORE DELETE ON accounts WHEN OLD.balance <> 0 OR OLD.account = 0
    BEGIN SELECT RAISE(ABORT, 'an account with credits cannot be deleted'); END;
