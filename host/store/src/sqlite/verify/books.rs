//! The books, added up again from the first transfer, in pieces: transfers are only added, so that
//! each piece may read at a moment of its own, and the last one compares the balances of its own.

use rusqlite::{Connection, Row};
use std::collections::HashMap;

/// Transfers of one piece.
const PIECE: u32 = 20_000;

/// Some accounts whose balance is not what their last transfer has left.
pub(super) const SAMPLE: &str = "SELECT 'account ' || account || ' has ' || balance || ', its last transfer left ' || due FROM ( \
     SELECT a.account, a.balance, coalesce((SELECT iif(t.from_account = a.account, t.from_after, t.to_after) \
         FROM transfers t WHERE t.id = max( \
             coalesce((SELECT max(id) FROM transfers WHERE from_account = a.account), 0), \
             coalesce((SELECT max(id) FROM transfers WHERE to_account = a.account), 0))), 0) AS due \
     FROM (SELECT account, balance FROM accounts ORDER BY random() LIMIT 200) a) WHERE balance <> due";

/// The books as far as they are added up.
#[derive(Default)]
pub(super) struct Books {
    last: i64,
    balances: HashMap<i64, i64>,
    /// What does not hold, when the last step is done.
    pub(super) findings: Vec<String>,
}

impl Books {
    /// Adds up one piece. True when it was the last one.
    pub(super) fn step(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT id, from_account, to_account, amount, from_after, to_after FROM transfers \
                   WHERE id > ?1 ORDER BY id LIMIT ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query((self.last, PIECE))?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            self.add(row)?;
            read += 1;
        }
        if read == PIECE {
            return Ok(false);
        }
        self.compare(connection)?;
        Ok(true)
    }

    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.last = row.get(0)?;
        let amount: i64 = row.get(3)?;
        for (account, units, after) in [(row.get(1)?, -amount, row.get(4)?), (row.get(2)?, amount, row.get(5)?)] {
            let balance = self.balances.entry(account).or_default();
            *balance = balance.saturating_add(units);
            let (balance, after): (i64, i64) = (*balance, after);
            if balance != after {
                let id = self.last;
                self.findings.push(format!("transfer {id} left account {account} {after}, the sum is {balance}"));
            }
        }
        Ok(())
    }

    fn compare(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached("SELECT account, balance FROM accounts")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (account, balance): (i64, i64) = (row.get(0)?, row.get(1)?);
            let sum = self.balances.remove(&account).unwrap_or(0);
            if sum != balance {
                self.findings.push(format!("account {account} has {balance}, its transfers add up to {sum}"));
            }
        }
        let mut lost: Vec<i64> = self.balances.keys().copied().collect();
        lost.sort_unstable();
        self.findings.extend(lost.iter().map(|account| format!("account {account} has transfers but no balance")));
        Ok(())
    }
}
